"""The real thing: ``KeyringStore`` over gnome-keyring on a private D-Bus session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kraken_desktop.model.errors import KeyringLockedError, NoKeyringError, SecretError
from kraken_desktop.stores.keyring_store import PART_LENGTH
from tests.support.secret_service import SecretService, missing_programs
from tests.support.secret_store_contract import NAME, SecretStoreContract

pytestmark = pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {missing_programs()}")


@pytest.fixture(scope="module")
def unlocked() -> Iterator[SecretService]:
    service = SecretService()
    yield service
    service.close()


@pytest.fixture
def store(unlocked: SecretService) -> Iterator[SecretService]:
    yield unlocked
    for name in {entry.partition("/a/")[0].partition("/b/")[0] for entry in unlocked.entries()}:
        unlocked.delete(name)
    assert unlocked.entries() == []


class TestSecretService(SecretStoreContract):
    """The contract, on a real keyring."""


def test_a_shorter_value_leaves_no_part_of_the_longer_one(store: SecretService) -> None:
    store.set(NAME, "x" * 4 * PART_LENGTH)
    assert len(store.entries()) == 5
    store.set(NAME, "y" * 2 * PART_LENGTH)
    assert len(store.entries()) == 3
    store.set(NAME, "short")
    assert store.entries() == [NAME]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("empty", NoKeyringError), ("nothing", NoKeyringError), ("unlocked", KeyringLockedError)],
)
def test_a_keyring_that_does_not_open_is_told_for_every_verb(kind: str, error: type[SecretError]) -> None:
    service = SecretService(kind)  # type: ignore[arg-type]
    try:
        if kind == "unlocked":
            service.set(NAME, "value")
            service.lock()
        for call in (
            lambda: service.get(NAME),
            lambda: service.set(NAME, "another"),
            lambda: service.delete(NAME),
        ):
            with pytest.raises(error) as told:
                call()
            assert told.value.name == NAME
            assert told.value.reason
    finally:
        service.close()
