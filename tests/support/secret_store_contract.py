"""What every secret store must do, whatever it keeps secrets in."""

from __future__ import annotations

import pytest

from kraken_desktop.model.errors import SecretTooLongError
from kraken_desktop.stores.keyring_store import MAX_LENGTH, PART_LENGTH
from kraken_desktop.stores.secret_store import SecretStore

NAME = "profile/0b6f/s3-secret"

VALUES = {
    "short": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "spaces around": "  a secret ",
    "line end": "one\ntwo\n",
    "quotes and braces": "{\"a\": '%s'} \\ $(x)",
    "letters of the world": "pässwörd 密码 пароль e\u0301",
    "one part": "x" * PART_LENGTH,
    "two parts": "x" * PART_LENGTH + "y",
    "emoji across the cut": "x" * (PART_LENGTH - 1) + "🦑" * 30,
    "as many emoji": "🦑" * PART_LENGTH,
    "emoji in one part": "🦑" * (PART_LENGTH // 2),
    "the longest": "0123456789" * (MAX_LENGTH // 10),
    "looks like our own header": "kraken-desktop split value a 3 " + "0" * 32,
}


class SecretStoreContract:
    """Subclasses give a fixture ``store``, empty at the start of each test."""

    def test_unknown_is_none(self, store: SecretStore) -> None:
        assert store.get(NAME) is None

    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    def test_kept_whole_and_forgotten_whole(self, store: SecretStore, value: str) -> None:
        store.set(NAME, value)
        assert store.get(NAME) == value
        store.delete(NAME)
        assert store.get(NAME) is None

    def test_names_do_not_meet(self, store: SecretStore) -> None:
        store.set(NAME, "one")
        store.set(NAME + "-2", "two")
        store.delete(NAME)
        assert (store.get(NAME), store.get(NAME + "-2")) == (None, "two")

    @pytest.mark.parametrize("second", ["short", "z" * 3 * PART_LENGTH, "z" * 6 * PART_LENGTH])
    @pytest.mark.parametrize("first", ["tiny", "a" * 5 * PART_LENGTH])
    def test_the_newest_value_counts(self, store: SecretStore, first: str, second: str) -> None:
        store.set(NAME, first)
        store.set(NAME, second)
        assert store.get(NAME) == second
        store.set(NAME, first)
        assert store.get(NAME) == first

    def test_deleting_what_is_not_there_is_fine(self, store: SecretStore) -> None:
        store.delete(NAME)
        assert store.get(NAME) is None

    def test_too_long_is_refused_and_the_old_value_stays(self, store: SecretStore) -> None:
        store.set(NAME, "old")
        with pytest.raises(SecretTooLongError) as refused:
            store.set(NAME, "x" * (MAX_LENGTH + 1))
        assert (refused.value.name, refused.value.limit) == (NAME, MAX_LENGTH)
        assert store.get(NAME) == "old"
