"""The settings file: it survives kills, full disks, vandals and newer programs, and loses nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from kraken_desktop.model.errors import SettingsError
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.settings import first_settings
from kraken_desktop.stores.settings import FORMAT, Preferences, Settings, SettingsStore
from kraken_desktop.stores.settings_upgrades import UPGRADES, Upgrade, newest_version, upgrade

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 6, 7, 8, 9, 10, tzinfo=UTC)
STAMP = "20250607T080910Z"

FULL = Settings(
    accounts=(Account(id="a1", name="Work", api_key="public"),),
    recipes=(Recipe(), Recipe(id="r2", name="Tiny", quality=40)),
    profiles=(
        Profile(id="p1", name="Blog", account_id="a1", bucket="blog", tags=(("team", "web"),)),
        Profile(id="p2", name="Shop", account_id="a1", recipe_id="r2", bucket="shop"),
    ),
    default_profile_id="p2",
    preferences=Preferences(link_format=LinkFormat.MARKDOWN, concurrency=8),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


@pytest.fixture
def store(path: Path) -> SettingsStore:
    return SettingsStore(path, now=lambda: NOW)


@pytest.fixture
def saved(store: SettingsStore) -> SettingsStore:
    store.update(lambda _: FULL)
    return store


def files(path: Path) -> set[str]:
    return {each.name for each in path.parent.iterdir()} - {"settings.json.lock"}


def problems(store: SettingsStore) -> list[str]:
    return [notice.problem for notice in store.notices]


def damaged(path: Path, number: int = 1) -> Path:
    return path.with_name(f"settings.damaged-{STAMP}{f'-{number}' if number > 1 else ''}.json")


# --- the value ------------------------------------------------------------------------------------


def test_entries_are_found_added_replaced_and_dropped() -> None:
    settings = Settings().with_account(FULL.accounts[0]).with_recipe(FULL.recipes[1])
    settings = settings.with_profile(FULL.profiles[0]).with_profile(FULL.profiles[1]).with_default("p2")
    assert settings == Settings(
        accounts=FULL.accounts, recipes=FULL.recipes, profiles=FULL.profiles, default_profile_id="p2"
    )
    renamed = settings.with_profile(Profile(id="p1", name="Journal"))
    assert [profile.name for profile in renamed.profiles] == ["Journal", "Shop"]
    assert (renamed.profile_named("Blog"), renamed.profile_named("Journal")) == (None, renamed.profiles[0])
    assert (renamed.profile("p2"), renamed.profile("p9"), renamed.profile(None)) == (
        FULL.profiles[1],
        None,
        None,
    )
    assert (renamed.account("a1"), renamed.recipe("r2")) == (FULL.accounts[0], FULL.recipes[1])


def test_the_default_is_the_marked_profile_or_the_only_one_never_a_guess() -> None:
    assert FULL.default_profile == FULL.profiles[1]
    assert FULL.with_default(None).default_profile is None
    assert FULL.without_profile("p1").default_profile == FULL.profiles[1]
    without = FULL.with_profile(Profile(id="p3", name="Third")).without_profile("p2")
    assert (without.default_profile_id, without.default_profile) == (None, None)
    assert FULL.without_profile("p2").default_profile == FULL.profiles[0]


def test_nothing_points_at_what_was_removed() -> None:
    settings = FULL.without_account("a1").without_recipe("r2")
    assert [profile.account_id for profile in settings.profiles] == [None, None]
    assert [profile.recipe_id for profile in settings.profiles] == [DEFAULT_RECIPE_ID] * 2


def test_the_built_in_recipe_is_reset_not_removed() -> None:
    changed = FULL.with_recipe(Recipe(name="Mine", quality=10))
    assert changed.without_recipe(DEFAULT_RECIPE_ID).recipes == FULL.recipes


@pytest.mark.parametrize("concurrency", [0, 17, -1])
def test_concurrency_is_one_to_sixteen(concurrency: int) -> None:
    with pytest.raises(ValueError, match="concurrency"):
        Preferences(concurrency=concurrency)


# --- the first start ------------------------------------------------------------------------------

FIRST = first_settings(Path("/pictures"))


def test_no_file_yet_means_the_first_settings(path: Path) -> None:
    store = SettingsStore(path, first=FIRST)
    assert store.load() == FIRST
    assert store.update(lambda settings: settings) == FIRST
    assert store.notices == ()
    assert not path.exists()


def test_the_first_change_goes_on_from_the_first_settings(path: Path) -> None:
    changed = SettingsStore(path, first=FIRST).update(lambda settings: settings.joined_by_profile(FULL.profiles[0]))
    assert [profile.name for profile in changed.profiles] == ["This computer", "Blog"]
    assert SettingsStore(path, first=FIRST).load() == changed == SettingsStore(path).load()
    assert changed.default_profile == FULL.profiles[0]


def test_what_was_removed_from_the_first_settings_stays_removed(path: Path) -> None:
    SettingsStore(path, first=FIRST).update(lambda settings: settings.without_profile(FIRST.profiles[0].id))
    assert SettingsStore(path, first=FIRST).load() == Settings()
    path.write_bytes(b"")
    store = SettingsStore(path, first=FIRST, now=lambda: NOW)
    assert store.load() == Settings()
    assert store.load() == Settings()


def test_when_nothing_is_left_the_first_settings_are_back(path: Path) -> None:
    store = SettingsStore(path, first=FIRST, now=lambda: NOW)
    path.parent.mkdir()
    path.write_bytes(b"{")
    assert store.load() == FIRST
    assert [(notice.problem, notice.restored) for notice in store.notices] == [("truncated", False)]
    assert (store.load(), store.notices) == (FIRST, ())
    path.write_bytes(json.dumps({"format": FORMAT, "version": 99}).encode())
    assert store.load() == FIRST
    assert store.update(lambda settings: settings.with_default("x")) == FIRST.with_default("x")


def test_the_first_settings_are_no_spare_parts(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(json.dumps({"format": FORMAT, "version": 1, "profiles": 7}).encode())
    assert SettingsStore(path, first=FIRST, now=lambda: NOW).load().profiles == ()


# --- writing --------------------------------------------------------------------------------------


def test_no_file_yet_means_the_defaults_and_not_a_word(store: SettingsStore, path: Path) -> None:
    assert store.load() == Settings()
    assert store.notices == ()
    assert not path.parent.exists()


def test_what_was_saved_is_loaded(saved: SettingsStore, path: Path) -> None:
    assert SettingsStore(path).load() == FULL
    told = json.loads(path.read_text("ascii"))
    assert (told["format"], told["version"]) == (FORMAT, 1)
    assert files(path) == {"settings.json", "settings.json.bak"}


def test_a_change_sees_what_is_on_disk_and_returns_what_is_there_now(saved: SettingsStore, path: Path) -> None:
    other = SettingsStore(path)
    other.update(lambda settings: settings.without_profile("p1"))
    result = saved.update(lambda settings: settings.with_default(None))
    assert result == FULL.without_profile("p1").with_default(None) == other.load()


def test_an_exception_in_the_change_passes_and_writes_nothing(saved: SettingsStore, path: Path) -> None:
    before = path.read_bytes()

    def change(_: Settings) -> Settings:
        raise KeyError("no such profile")

    with pytest.raises(KeyError):
        saved.update(change)
    assert path.read_bytes() == before
    assert saved.load() == FULL


def test_no_change_writes_nothing(saved: SettingsStore, path: Path) -> None:
    before = path.stat().st_mtime_ns, path.stat().st_ino
    saved.update(lambda settings: settings)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_only_the_owner_may_read(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(b"junk")
    saved.load()
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each.name
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_linked_file_stays_a_link(tmp_path: Path, path: Path) -> None:
    real = tmp_path / "dotfiles" / "kraken.json"
    path.parent.mkdir()
    path.symlink_to(real)
    SettingsStore(path).update(lambda _: FULL)
    assert path.is_symlink()
    assert SettingsStore(real).load() == FULL


KILLED = """
import os, signal, sys
from pathlib import Path
from kraken_desktop.stores.settings import SettingsStore
def hook(event, args):
    if event == "os.rename" and str(args[1]).endswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
SettingsStore(Path(sys.argv[1])).update(lambda settings: settings.without_profile("p1"))
"""


def run_child(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize(
    ("just_before_replacing", "kept"),
    [("settings.json", FULL), ("settings.json.bak", FULL.without_profile("p1"))],
)
def test_a_kill_while_writing_leaves_the_old_or_the_new_file_whole(
    saved: SettingsStore, path: Path, just_before_replacing: str, kept: Settings
) -> None:
    killed = run_child(KILLED, path, os.sep + just_before_replacing)
    assert killed.returncode == -9, killed.stderr
    assert saved.load() == kept
    assert saved.notices == ()
    assert any(name.endswith(".tmp") for name in files(path))
    saved.update(lambda settings: settings.without_profile("p2"))
    assert files(path) == {"settings.json", "settings.json.bak"}


FULL_DISK = """
import resource, sys
from pathlib import Path
from kraken_desktop.model.errors import SettingsError
from kraken_desktop.stores.settings import SettingsStore
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
try:
    SettingsStore(Path(sys.argv[1])).update(lambda settings: settings.without_profile("p1"))
except SettingsError as error:
    print(error.problem, error.path, bool(error.reason))
"""


@pytest.mark.skipif(os.name == "nt", reason="no limit of file sizes on Windows")
def test_a_full_disk_is_told_and_the_old_file_stays(saved: SettingsStore, path: Path) -> None:
    before = path.read_bytes()
    assert run_child(FULL_DISK, path).stdout.split() == ["unwritable", str(path), "True"]
    assert path.read_bytes() == before
    assert files(path) == {"settings.json", "settings.json.bak"}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file in the way")
    store = SettingsStore(tmp_path / "config" / "settings.json")
    with pytest.raises(SettingsError) as refused:
        store.update(lambda _: FULL)
    assert refused.value.problem == "unwritable"
    assert store.load() == Settings()


def test_a_backup_that_cannot_be_written_is_told_and_the_change_is_safe(saved: SettingsStore, path: Path) -> None:
    saved.backup_path.unlink()
    saved.backup_path.mkdir()
    saved.update(lambda settings: settings.without_profile("p1"))
    assert [(notice.problem, notice.path) for notice in saved.notices] == [("unwritable", str(saved.backup_path))]
    assert saved.load() == FULL.without_profile("p1")


def test_a_lock_that_is_never_released_is_told(saved: SettingsStore, path: Path) -> None:
    impatient = SettingsStore(path, lock_seconds=0.05)
    with FileLock(f"{path}.lock"), pytest.raises(SettingsError) as refused:
        impatient.update(lambda _: Settings())
    assert refused.value.problem == "unwritable"
    assert saved.load() == FULL


ADDS = """
import sys
from pathlib import Path
from kraken_desktop.model.profile import Profile
from kraken_desktop.stores.settings import SettingsStore
store = SettingsStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(10):
    store.update(lambda settings: settings.with_profile(Profile(id=f"{sys.argv[2]}{number}", name="x")))
"""


def test_two_programs_at_once_lose_no_change(path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", ADDS, str(path), name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("left", "right")
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.communicate("go\n", timeout=60)
        assert child.returncode == 0
    assert {profile.id for profile in SettingsStore(path).load().profiles} == {
        f"{name}{number}" for name in ("left", "right") for number in range(10)
    }


def test_threads_at_once_lose_no_change_and_readers_never_see_a_half(path: Path) -> None:
    store = SettingsStore(path)
    seen: list[tuple[SettingsError, ...]] = []

    def add(name: str) -> None:
        for number in range(5):
            profile = Profile(id=f"{name}{number}", name="x" * 5_000)
            store.update(lambda settings, each=profile: settings.with_profile(each))  # type: ignore[misc]

    def read() -> None:
        reader = SettingsStore(path)
        while any(thread.is_alive() for thread in writers):
            reader.load()
            seen.append(reader.notices)

    writers = [threading.Thread(target=add, args=(name,)) for name in "ab"]
    for thread in writers:
        thread.start()
    read()
    for thread in writers:
        thread.join(30)
    assert len(store.load().profiles) == 10
    assert set(seen) <= {()}


# --- bad files ------------------------------------------------------------------------------------


def assert_set_aside(store: SettingsStore, path: Path, content: bytes, problem: str) -> None:
    assert damaged(path).read_bytes() == content
    assert [(notice.problem, notice.path, notice.reason) for notice in store.notices] == [
        (problem, str(path), str(damaged(path)))
    ]


BAD = {
    "empty": (b"", "truncated"),
    "zero-filled": (bytes(4096), "truncated"),
    "blank": (b"  \n", "truncated"),
    "cut": (b'{"format": "kraken-desk', "truncated"),
    "zeros after a good start": (b'{"format": "kraken-desktop settings"' + bytes(512), "truncated"),
    "no JSON": (b"[settings]\nbucket=x\n", "foreign"),
    "an image": (b"\x89PNG\r\n\x1a\n\xff\xfe", "foreign"),
    "UTF-16": ('{"format": "kraken-desktop settings"}'.encode("utf-16"), "foreign"),
    "a list": (b"[]", "foreign"),
    "null": (b"null", "foreign"),
    "foreign JSON": (b'{"picBed": {"current": "smms"}}', "foreign"),
    "no version": (b'{"format": "kraken-desktop settings"}', "foreign"),
    "version true": (b'{"format": "kraken-desktop settings", "version": true}', "foreign"),
    "version 0": (b'{"format": "kraken-desktop settings", "version": 0}', "foreign"),
    "too deep": (b"[" * 200_000, "foreign"),
    "an endless number": (b'{"version": ' + b"9" * 10_000 + b"}", "truncated"),
}


@pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
def test_a_bad_file_is_set_aside_and_the_last_good_copy_takes_its_place(
    saved: SettingsStore, path: Path, content: bytes, problem: str
) -> None:
    path.write_bytes(content)
    assert saved.load() == FULL
    assert_set_aside(saved, path, content, problem)
    assert saved.notices[0].restored
    assert SettingsStore(path).load() == FULL
    saved.load()
    assert saved.notices == ()


@pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
def test_with_no_good_copy_a_bad_file_is_set_aside_and_all_starts_anew(
    store: SettingsStore, path: Path, content: bytes, problem: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert store.load() == Settings()
    assert_set_aside(store, path, content, problem)
    assert not store.notices[0].restored
    assert store.load() == Settings()
    assert store.notices == ()
    store.update(lambda _: FULL)
    assert store.load() == FULL
    assert damaged(path).read_bytes() == content


def test_cut_anywhere_the_settings_come_back(saved: SettingsStore, path: Path) -> None:
    whole = path.read_bytes()
    for length in range(0, len(whole.rstrip()), 23):
        path.write_bytes(whole[:length])
        store = SettingsStore(path)
        assert store.load() == FULL, length
        assert problems(store) == ["truncated"], length
        assert Path(store.notices[0].reason).read_bytes() == whole[:length]


def test_two_bad_files_in_the_same_second_are_both_kept(saved: SettingsStore, path: Path) -> None:
    for content in (b"one", b"two"):
        path.write_bytes(content)
        saved.load()
    assert (damaged(path).read_bytes(), damaged(path, 2).read_bytes()) == (b"one", b"two")


def test_a_bad_copy_beside_a_bad_file_is_kept_too(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(b"file")
    saved.backup_path.write_bytes(b"copy")
    assert saved.load() == Settings()
    saved.update(lambda _: FULL)
    assert {damaged(path).read_bytes(), damaged(path, 2).read_bytes()} == {b"file", b"copy"}
    assert SettingsStore(path).load() == FULL


class Watched(SettingsStore):
    """Tells when it has read the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.has_read = threading.Event()

    def _read(self, path: Path) -> Any:
        found = super()._read(path)
        self.has_read.set()
        return found


def test_what_another_program_mended_meanwhile_is_not_mended_twice(saved: SettingsStore, path: Path) -> None:
    good = path.read_bytes()
    path.write_bytes(b"")
    late = Watched(path)
    with ThreadPoolExecutor(1) as pool, FileLock(f"{path}.lock"):
        loading = pool.submit(late.load)
        assert late.has_read.wait(30)
        path.write_bytes(good)
        # Leaving the block lets go of the lock before it waits for the pool.
    assert loading.result() == FULL
    assert late.notices == ()
    assert files(path) == {"settings.json", "settings.json.bak"}


def test_a_byte_order_mark_of_some_editor_is_no_damage(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert saved.load() == FULL
    assert saved.notices == ()


def test_update_mends_a_bad_file_first(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(b"")
    assert saved.update(lambda settings: settings.without_profile("p1")) == FULL.without_profile("p1")
    assert_set_aside(saved, path, b"", "truncated")


def edit(path: Path, change: Callable[[dict], object]) -> bytes:
    told = json.loads(path.read_bytes())
    change(told)
    content = json.dumps(told).encode()
    path.write_bytes(content)
    return content


EDITS: dict[str, Callable[[dict], object]] = {
    "a wrong type in a profile": lambda told: told["profiles"][0].update(bucket=7),
    "an unknown word in a profile": lambda told: told["profiles"][0].update(acl="everybody"),
    "no list": lambda told: told.update(profiles={}),
    "an account that is none": lambda told: told["accounts"][0].update(name=None),
    "a recipe out of range": lambda told: told["recipes"][1].update(quality=400),
    "preferences": lambda told: told["preferences"].update(concurrency=99),
    "the default": lambda told: told.update(default_profile_id=5),
    "the same id twice": lambda told: told["profiles"].append(told["profiles"][0]),
    "an entry that is none of ours": lambda told: told["profiles"].append("x"),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_a_bad_entry_is_taken_from_the_good_copy(
    saved: SettingsStore, path: Path, change: Callable[[dict], object]
) -> None:
    content = edit(path, change)
    assert saved.load() == FULL
    assert_set_aside(saved, path, content, "foreign")
    saved.load()
    assert saved.notices == ()


def test_a_bad_entry_without_a_good_copy_does_not_lose_the_others(saved: SettingsStore, path: Path) -> None:
    saved.backup_path.unlink()
    edit(path, lambda told: told["profiles"][0].update(bucket=7))
    assert saved.load() == FULL.without_profile("p1")
    assert problems(saved) == ["foreign"]


def test_the_built_in_recipe_is_always_there(saved: SettingsStore, path: Path) -> None:
    edit(path, lambda told: told.update(recipes=[]))
    assert saved.load().recipes == (Recipe(),)
    assert saved.notices == ()


def test_good_edits_by_hand_stand_beside_a_bad_one(saved: SettingsStore, path: Path) -> None:
    def change(told: dict) -> None:
        told["profiles"][1]["bucket"] = "by-hand"
        told["profiles"][0]["bucket"] = 7

    edit(path, change)
    assert [profile.bucket for profile in saved.load().profiles] == ["blog", "by-hand"]


def test_a_bad_file_in_a_folder_that_takes_nothing_is_read_around(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(b"")
    lock = path.with_name("settings.json.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    assert saved.load() == FULL
    assert problems(saved) == ["truncated", "unwritable"]
    assert path.read_bytes() == b""


def test_a_file_that_cannot_be_read_is_left_alone(saved: SettingsStore, path: Path) -> None:
    path.unlink()
    path.mkdir()
    assert saved.load() == FULL
    assert problems(saved) == ["unreadable"]
    with pytest.raises(SettingsError) as refused:
        saved.update(lambda _: Settings())
    assert refused.value.problem == "unreadable"
    assert path.is_dir()


# --- versions -------------------------------------------------------------------------------------

NEWER = b'{"format": "kraken-desktop settings", "version": 99, "profiles": "who knows"}'


def test_a_newer_file_stays_while_we_only_read(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(NEWER)
    for _ in range(2):
        assert saved.load() == FULL
        assert problems(saved) == ["newer"]
        assert saved.notices[0].restored
    saved.update(lambda settings: settings)
    assert path.read_bytes() == NEWER
    assert files(path) == {"settings.json", "settings.json.bak"}


def test_a_newer_file_is_set_aside_when_something_is_changed(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(NEWER)
    saved.backup_path.write_bytes(NEWER)
    saved.update(lambda settings: settings.with_profile(FULL.profiles[0]))
    aside = path.with_name(f"settings.newer-{STAMP}.json")
    assert [(notice.problem, notice.reason) for notice in saved.notices] == [("newer", str(aside))]
    assert not saved.notices[0].restored
    assert aside.read_bytes() == NEWER
    assert saved.load().profiles == FULL.profiles[:1]
    assert files(path) == {"settings.json", "settings.json.bak", aside.name}


def test_a_newer_copy_beside_a_bad_file_is_not_overwritten(saved: SettingsStore, path: Path) -> None:
    path.write_bytes(b"")
    saved.backup_path.write_bytes(NEWER)
    assert saved.load() == Settings()
    saved.update(lambda _: FULL)
    assert path.with_name(f"settings.newer-{STAMP}.json").read_bytes() == NEWER


def to_v2(record: Mapping[str, object]) -> Mapping[str, object]:
    return {**record, "version": 2, "default_profile_id": record["favorite"]}


def to_v3(record: Mapping[str, object]) -> Mapping[str, object]:
    assert record["version"] == 2
    return {**record, "version": 3, "preferences": {"concurrency": 2}}


def test_upgrades_run_in_order_from_the_version_found() -> None:
    steps = (to_v2, to_v3)
    assert newest_version(steps) == 3
    assert upgrade({"version": 1, "favorite": "p"}, 1, steps)["preferences"] == {"concurrency": 2}
    assert "default_profile_id" not in upgrade({"version": 2}, 2, steps)
    assert upgrade({"version": 3}, 3, steps) == {"version": 3}


def test_an_older_file_is_upgraded_and_kept(path: Path) -> None:
    path.parent.mkdir()
    old = json.dumps({"format": FORMAT, "version": 1, "favorite": "p1"}).encode()
    path.write_bytes(old)
    store = SettingsStore(path, upgrades=(to_v2, to_v3))
    assert store.load() == Settings(default_profile_id="p1", preferences=Preferences(concurrency=2))
    assert path.read_bytes() == old
    store.update(lambda settings: settings.with_profile(FULL.profiles[0]))
    assert json.loads(path.read_bytes())["version"] == 3
    assert path.with_name("settings.v1.json").read_bytes() == old
    assert store.notices == ()


def test_the_older_program_shows_what_was_kept_at_the_upgrade(saved: SettingsStore, path: Path) -> None:
    edit(path, lambda told: told.update(favorite="p1"))
    SettingsStore(path, upgrades=(to_v2,)).update(lambda settings: settings.without_profile("p2"))
    assert saved.load() == FULL
    assert problems(saved) == ["newer"]


def test_an_older_file_that_no_upgrade_understands_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    content = json.dumps({"format": FORMAT, "version": 1}).encode()
    path.write_bytes(content)
    store = SettingsStore(path, upgrades=(to_v2,), now=lambda: NOW)
    assert store.load() == Settings()
    assert_set_aside(store, path, content, "foreign")


def untested(upgrades: Sequence[Upgrade], tests: Mapping[str, object]) -> list[str]:
    return [step.__name__ for step in upgrades if f"test_{step.__name__}" not in tests]


def test_every_upgrade_has_a_test() -> None:
    assert untested(UPGRADES, globals()) == []
    assert untested((to_v2,), {"test_to_v3": None}) == ["to_v2"]
