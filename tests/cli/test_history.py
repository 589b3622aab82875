"""``kraken-s3 history``: what is found, in which order, and how it is written."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from kraken_desktop.cli.program import run
from kraken_desktop.composition import Services
from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.history import HistoryEntry
from kraken_desktop.model.job import Cancelled, Done, Failed, Failure, Job, Outcome, Skipped, StoredImage
from kraken_desktop.model.profile import Profile
from kraken_desktop.stores.history import History
from kraken_desktop.stores.journal import Journal
from tests.servers.images import ImageKind, make_image
from tests.support.journal_samples import SNAPSHOT, job, stored
from tests.support.stage import HERE
from tests.support.terminal import Terminal
from tests.support.world import World

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
SHOP = replace(SNAPSHOT, profile=Profile(id="shop", name="Shop", bucket="goods"))
FAILURE = Failure(code="kraken.type_refused", facts={"name": "broken.gif"})


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


def no_problem(error: JournalError) -> None:
    raise AssertionError(error)


class Past:
    """Writes what had ended when."""

    def __init__(self, home: Path) -> None:
        self._now = NOW
        self._journal = Journal.open(home / "kraken" / "journal", no_problem, clock=lambda: self._now.timestamp())
        self._count = 0

    def close(self) -> None:
        self._journal.close()

    def __call__(self, name: str, outcome: Outcome, days: float = 0, **changes: object) -> Job:
        """A job that ended so many days ago."""
        self._count += 1
        made = replace(job(self._count, name=name), **changes)
        self._now = NOW - days * DAY
        self._journal.add([made])
        self._journal.finish(made.id, outcome)
        return made


def done(name: str, size: int = 1000, made: int = 800) -> Done:
    return Done(images=(replace(stored(f"2026/{name}"), bytes=made),), original_bytes=size)


@pytest.fixture
def past(home: Path) -> Iterator[Past]:
    with closing(Past(home)) as told:
        yield told


@pytest.fixture
def some(past: Past) -> None:
    """Six sources, oldest first; the fourth has two images."""
    past("harbor.jpg", done("harbor.jpg", size=5000, made=1000), days=20)
    past("broken.gif", Failed(failure=FAILURE), days=9)
    past("cat.png", Skipped(reason="same", images=(stored("cat.png"),)), days=6.5, snapshot=SHOP)
    two = (stored("dog-small.webp", "small"), stored("dog-large.webp", "large"))
    past("dog.png", Done(images=two, original_bytes=9000), days=3, snapshot=SHOP)
    past("Bär.png", Cancelled(), days=2)
    past("apple.jpg", done("apple.jpg", size=2000, made=100))


def names(out: str) -> list[str]:
    return [line.split("\t")[2] for line in out.splitlines()]


@pytest.mark.usefixtures("some")
class TestFinding:
    @pytest.mark.parametrize(
        ("options", "found"),
        [
            ("", "apple.jpg Bär.png dog.png dog.png cat.png broken.gif harbor.jpg"),
            ("--reverse", "harbor.jpg broken.gif cat.png dog.png dog.png Bär.png apple.jpg"),
            ("--search DOG", "dog.png dog.png"),
            ("--search bär", "Bär.png"),
            ("--search harbor.jpg --search=2026", "apple.jpg harbor.jpg"),  # the last one counts
            ("--profile shop", "dog.png dog.png cat.png"),
            ("--state failed", "broken.gif"),
            ("--state failed skipped", "cat.png broken.gif"),
            ("--state FAILED --state cancelled", "Bär.png broken.gif"),
            ("--since 7d", "apple.jpg Bär.png dog.png dog.png cat.png"),
            ("--until 7d", "broken.gif harbor.jpg"),
            ("--since 10d --until 5d", "cat.png broken.gif"),
            ("--sort name", "apple.jpg Bär.png broken.gif cat.png dog.png dog.png harbor.jpg"),
            ("--sort saved --state done --limit 2", "harbor.jpg apple.jpg"),
            ("--limit 2", "apple.jpg Bär.png"),
            ("--limit 0 --profile blog --state done", "apple.jpg harbor.jpg"),
        ],
    )
    def test_filters_and_order(self, terminal: Terminal, options: str, found: str) -> None:
        code, out, err = terminal("history", "list", *options.split())
        assert code == 0, err
        assert names(out) == found.split()

    def test_the_limit_is_told(self, terminal: Terminal) -> None:
        assert terminal("history", "list", "--limit", "2")[2] == "2 of 6. To see all: --limit 0\n"
        assert terminal("history", "list", "--limit", "6")[2] == ""

    def test_nothing_found_is_no_failure(self, terminal: Terminal) -> None:
        assert terminal("history", "list", "--search", "unheard of") == (0, "", "Nothing was found.\n")
        assert terminal("history", "export", "--format", "json", "--search", "x9") == (
            0,
            "[]\n",
            "Nothing was found.\n",
        )

    @pytest.mark.parametrize(
        ("option", "value", "why"),
        [
            ("--since", "soon", "'soon' is no date. Such as: 2026-11-26, 2026-11-26T14:30, today, yesterday, 12h, 7d"),
            ("--until", "2026-02-30", "'2026-02-30' is no date. Such as: "),
            ("--state", "running", "'running' is none of: done, skipped, cancelled, failed"),
            ("--sort", "color", "'color' is none of: ended, name, size, saved"),
            ("--limit", "-1", "'-1' is not a whole number of 0 or more. Such as: 100, or 0 for all"),
            ("--limit", "many", "'many' is not a whole number of 0 or more. Such as: 100, or 0 for all"),
            ("--link", "word", "'word' is none of: plain, markdown"),
        ],
    )
    def test_wrong_usage_is_told_with_an_example(
        self, terminal: Terminal, capsys: pytest.CaptureFixture[str], option: str, value: str, why: str
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            terminal("history", "list", option, value)
        assert ended.value.code == 2
        assert why in capsys.readouterr().err

    @pytest.mark.parametrize("action", [("list",), ("export", "--format", "csv")])
    @pytest.mark.parametrize(("since", "until"), [("today", "yesterday"), ("2026-11-26", "2026-11-25"), ("1d", "2d")])
    def test_a_time_that_ends_before_it_begins_is_refused(
        self, terminal: Terminal, action: tuple[str, ...], since: str, until: str
    ) -> None:
        code, out, err = terminal("history", *action, "--since", since, "--until", until)
        assert (code, out) == (2, "")
        assert err == "kraken-s3: --since is later than --until, so nothing could be found. Swap the two\n"

    def test_one_day_is_a_time(self, terminal: Terminal) -> None:
        code, _, err = terminal("history", "list", "--since", "yesterday", "--until", "yesterday")
        assert code == 0, err

    def test_an_unknown_profile_is_told_with_those_that_there_are(self, terminal: Terminal) -> None:
        code, _, err = terminal("history", "list", "--profile", "Nobody")
        there_are = "Blog, Shop, This computer"
        assert (code, err) == (2, f"kraken-s3: there is and was no profile 'Nobody'. There are: {there_are}\n")


@pytest.mark.usefixtures("some")
class TestLines:
    def test_a_line_an_image_says_why_there_is_none(self, terminal: Terminal) -> None:
        _, out, _ = terminal("history", "list")
        apple, bear, large, small, cat, broken, harbor = (line.split("\t") for line in out.splitlines())
        ended = datetime.fromisoformat(apple[0])
        assert abs(ended - NOW) < timedelta(seconds=1)
        assert apple[1:] == ["done", "apple.jpg", "Blog", stored("2026/apple.jpg").url]
        assert bear[1:] == ["cancelled", "Bär.png", "Blog", ""]
        assert [large[4], small[4]] == [stored("dog-small.webp").url, stored("dog-large.webp").url]
        assert cat[1:] == ["skipped", "cat.png", "Shop", stored("cat.png").url]
        assert broken[1:4] == ["failed", "broken.gif", "Blog"]
        assert broken[4].endswith(".")
        assert harbor[4] == stored("2026/harbor.jpg").url

    def test_a_person_gets_columns(self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kraken_desktop.cli.console.Console.on_terminal", True)
        _, out, _ = terminal("history", "list", "--state", "done", "--profile", "blog")
        local = NOW.astimezone().strftime("%Y-%m-%d %H:%M")
        first, second = out.splitlines()
        assert first == f"{local}  done  apple.jpg   Blog  {stored('2026/apple.jpg').url}"
        assert second.endswith(f"  done  harbor.jpg  Blog  {stored('2026/harbor.jpg').url}")

    def test_links_only_in_any_format(self, terminal: Terminal) -> None:
        code, out, _ = terminal("history", "list", "--link", "markdown", "--profile", "shop")
        assert code == 0
        assert out.splitlines() == [
            f"![dog]({stored('dog-small.webp').url})",
            f"![dog]({stored('dog-large.webp').url})",
            f"![cat]({stored('cat.png').url})",
        ]
        _, out, _ = terminal("history", "list", "--link", "picture", "--search", "dog")
        (line,) = out.splitlines()
        assert line.startswith("<picture>")


class TestOddOnes:
    def test_an_empty_history(self, terminal: Terminal) -> None:
        assert terminal("history", "list") == (0, "", "The history is empty.\n")
        code, out, err = terminal("history", "export", "--format", "csv")
        assert (code, err, len(list(csv.reader(io.StringIO(out))))) == (0, "The history is empty.\n", 1)

    def test_what_is_partly_there_and_what_may_still_come(self, past: Past, terminal: Terminal) -> None:
        past("half.png", Failed(failure=FAILURE, images=(stored("half.png"),)))
        past("late.png", Cancelled(may_arrive=True), days=1)
        past("gone.png", Done(images=(replace(stored("gone.png"), removed=True),)), days=2)
        _, out, _ = terminal("history", "list")
        last = [line.split("\t")[4] for line in out.splitlines()]
        assert last[0] == stored("half.png").url
        assert last[1].endswith(".")
        assert last[2:] == ["Cancelled; the image may still arrive in the bucket", "Removed from the bucket"]
        assert terminal("history", "list", "--link", "plain")[1] == stored("half.png").url + "\n"

    def test_a_profile_that_was_renamed_is_found_by_its_name_of_now(self, past: Past, terminal: Terminal) -> None:
        past("a.png", done("a.png"))
        with closing(Services(os.environ, no_problem)) as services:
            renamed = replace(SNAPSHOT.profile, name="Journal")
            services.settings.update(lambda now: now.with_profile(renamed))
        code, out, err = terminal("history", "list", "--profile", "journal")
        assert (code, names(out)) == (0, ["a.png"]), err

    def test_a_profile_that_was_made_anew_has_the_history_of_both(self, past: Past, terminal: Terminal) -> None:
        anew = replace(SNAPSHOT, profile=replace(SNAPSHOT.profile, id="anew"))
        past("old.png", done("old.png"), days=2)
        past("other.png", done("other.png"), days=1, snapshot=SHOP)
        past("new.png", done("new.png"), snapshot=anew)
        with closing(Services(os.environ, no_problem)) as services:
            services.settings.update(lambda now: now.with_profile(anew.profile))
        assert names(terminal("history", "list", "--profile", "Blog")[1]) == ["new.png", "old.png"]

    def test_a_link_that_has_expired_is_signed_anew(self, world: World, terminal: Terminal, past: Past) -> None:
        with closing(world.services()) as services:
            world.set_up(services, acl="private", **HERE)
        image = make_image(ImageKind.PNG, world.home.parent / "a.png", size=(20, 20))
        first = terminal("put", image)[1].strip()
        assert terminal("history", "list")[1].split("\t")[4].strip() == first
        old = StoredImage(key=world.s3.keys(world.bucket)[0], url=first, expires_at=NOW - DAY)
        snapshot = replace(SNAPSHOT, profile=world.profile(acl="private", **HERE))
        past("old.png", Done(images=(old,)), days=8, snapshot=snapshot)
        _, out, err = terminal("history", "list", "--until", "2d")
        assert out.split("\t")[4].startswith("link expired on ")
        assert err == "Links that have expired: 1. To sign them anew: kraken-s3 history list --link plain …\n"
        code, out, err = terminal("history", "list", "--until", "2d", "--link", "plain")
        assert (code, err) == (0, "")
        assert world.s3.anonymous_get(out.strip()).status == 200

    def test_one_that_cannot_be_signed_does_not_hold_up_the_others(self, past: Past, terminal: Terminal) -> None:
        image = StoredImage(key="a.png", url="https://x.org/a.png?X-Amz-Signature=1", expires_at=NOW - DAY)
        past("old.png", Done(images=(image,)), days=8)
        past("other.png", done("other.png"), days=9)
        code, out, err = terminal("history", "list", "--link", "plain")
        assert (code, out) == (1, stored("2026/other.png").url + "\n")
        assert err.endswith("old.png: the link has expired, and no other one could be signed\n")


class TestExport:
    @pytest.mark.usefixtures("some")
    def test_json_of_what_was_looked_for(self, terminal: Terminal) -> None:
        code, out, err = terminal(
            "history", "export", "--format", "json", "--sort", "name", "--state", "failed", "done"
        )
        assert (code, err) == (0, "")
        told = json.loads(out)
        assert [each["name"] for each in told] == ["apple.jpg", "broken.gif", "dog.png", "harbor.jpg"]
        assert told[1]["error"]["code"] == FAILURE.code

    @pytest.mark.usefixtures("some")
    def test_csv_of_everything(self, terminal: Terminal) -> None:
        _, out, _ = terminal("history", "export", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(out, newline="")))
        assert [row["name"] for row in rows][:2] == ["apple.jpg", "Bär.png"]
        assert len(rows) == 7
        assert out.count("\r\n") == 8

    def test_all_of_many_pages(self, past: Past, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kraken_desktop.cli.history._AT_ONCE", 2)
        for number in range(5):
            past(f"{number}.png", done(f"{number}.png"), days=number)
        told = json.loads(terminal("history", "export", "--format", "json")[1])
        assert [each["name"] for each in told] == [f"{number}.png" for number in range(5)]
        assert len(json.loads(terminal("history", "export", "--format", "json", "--limit", "3")[1])) == 3

    @pytest.mark.parametrize("action", [["list"], ["list", "--link", "plain"], ["export", "--format", "json"]])
    def test_a_reader_that_has_enough_ends_it_quietly(
        self, past: Past, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, action: list[str]
    ) -> None:
        monkeypatch.setattr("kraken_desktop.cli.history._AT_ONCE", 1)
        for number in range(4):
            past(f"{number}.png", done(f"{number}.png"), days=number)
        read: list[Sequence[int]] = []
        entries = History.entries

        def counted(self: History, numbers: Sequence[int]) -> tuple[HistoryEntry, ...]:
            read.append(numbers)
            return entries(self, numbers)

        monkeypatch.setattr(History, "entries", counted)
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", Leaving())
            assert run(["history", *action]) == 1
        assert len(read) == 2
        assert capsys.readouterr().err == ""


class Leaving(io.StringIO):
    """A reader that has enough after one line."""

    @override
    def write(self, text: str) -> int:
        if self.getvalue():
            raise BrokenPipeError
        return super().write(text)
