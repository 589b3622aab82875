"""The history as JSON and CSV: what other programs read, and what they must not be able to take for a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kraken_desktop.history_export import COLUMNS, export_csv, export_json
from kraken_desktop.messages import Words
from kraken_desktop.model.history import HistoryEntry
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    JobStatus,
    Outcome,
    Skipped,
    SourceKind,
    StoredImage,
    state_of,
)
from kraken_desktop.model.profile import Account, Credentials
from tests.support.journal_samples import SNAPSHOT, done, job, stored

ENDED = datetime(2026, 11, 26, 17, 18, 19, 250_000, UTC)
NOW = datetime.now(UTC)
ACCESS_KEY, SIGNATURE = "AKIDEXAMPLE123456789", "f00d" * 16
SIGNED = f"https://b.example.org/a.png?X-Amz-Credential={ACCESS_KEY}%2F20261126&X-Amz-Signature={SIGNATURE}"
FIRST = job(1)
ONE = Done(images=(stored("2026/a.jpg"),), original_bytes=1000)


def entry(outcome: Outcome = ONE, number: int = 1, **source: Any) -> HistoryEntry:
    one = job(number)
    one = replace(one, source=replace(one.source, **source))
    status = JobStatus(job=one, state=state_of(outcome), outcome=outcome)
    return HistoryEntry(number=number, status=status, ended_at=ENDED)


def exported(export: Callable[..., None], *entries: HistoryEntry) -> str:
    parts: list[str] = []
    export(entries, parts.append)
    return "".join(parts)


def as_json(*entries: HistoryEntry) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(exported(export_json, *entries))
    return told


def as_rows(*entries: HistoryEntry) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(export_csv, *entries), newline="")))


class TestJson:
    def test_nothing_is_an_empty_array(self) -> None:
        assert exported(export_json) == "[]\n"

    def test_an_object_is_that_of_put_and_when_it_ended(self) -> None:
        (told,) = as_json(entry())
        assert told == {
            "ended_at": "2026-11-26T17:18:19.250+00:00",
            "name": "photo 1.jpg",
            "source": "/pictures/photo 1.jpg",
            "status": "done",
            "profile": "Blog",
            "images": [
                {
                    "variant": "",
                    "key": "2026/a.jpg",
                    "url": "https://pictures.s3.amazonaws.com/2026/a.jpg",
                    "kraked_url": "https://pictures.s3.amazonaws.com/2026/a.jpg",
                    "width": 40,
                    "height": 30,
                    "bytes": 800,
                }
            ],
            "original_bytes": 1000,
            "saved_bytes": 200,
            "recipe": SNAPSHOT.recipe.name,
            "job": "batch-1",
        }

    def test_every_outcome_has_its_status_and_only_a_failure_an_error(self) -> None:
        failure = Failure(code="kraken.bad_credentials")
        outcomes = (ONE, Skipped(reason="known"), Cancelled(), Failed(failure=failure, images=ONE.images))
        told = as_json(*map(entry, outcomes))
        assert [each["status"] for each in told] == ["done", "skipped", "cancelled", "failed"]
        assert [len(each["images"]) for each in told] == [1, 0, 0, 1]
        assert ["error" in each for each in told] == [False, False, False, True]
        words = Words().failure(failure)
        assert told[3]["error"] == {
            "code": "kraken.bad_credentials",
            "message": f"{words.what} {words.why}".strip(),
            "hint": words.remedy,
            "retryable": False,
        }

    def test_a_line_an_object_and_names_that_are_no_text_survive(self) -> None:
        text = exported(export_json, entry(location="/p/caf\udce9.jpg"), entry(number=2))
        assert text.isascii()
        opened, *objects, closed = text.splitlines()
        assert (opened, closed, len(objects)) == ("[", "]", 2)
        assert json.loads(text)[0]["source"] == "/p/caf\udce9.jpg"

    def test_a_removed_image_has_no_address(self) -> None:
        (told,) = as_json(entry(Done(images=(replace(stored("a.jpg"), removed=True),))))
        (image,) = told["images"]
        assert (image["key"], image["url"], image["kraked_url"], image["removed"]) == ("a.jpg", "", "", True)


class TestCsv:
    def test_a_header_and_a_line_an_image_with_the_line_ends_of_rfc_4180(self) -> None:
        text = exported(export_csv, entry(done(FIRST)), entry(Failed(failure=Failure(code="kraken.quota")), 2))
        header, *lines, last = text.split("\r\n")
        assert header == ",".join(COLUMNS)
        assert last == ""
        assert len(lines) == 3
        assert "\n" not in text.replace("\r\n", "")
        rows = as_rows(entry(done(FIRST)), entry(Failed(failure=Failure(code="kraken.quota")), 2))
        assert [row["variant"] for row in rows] == ["small", "large", ""]
        assert [row["job"] for row in rows] == ["batch-1", "batch-1", "batch-2"]
        assert [row["url"][:8] for row in rows] == ["https://", "https://", ""]
        assert (rows[2]["status"], rows[2]["error_code"]) == ("failed", "kraken.quota")
        assert rows[2]["error_message"].startswith(Words().failure(Failure(code="kraken.quota")).what)
        assert (rows[0]["bytes"], rows[0]["original_bytes"], rows[2]["bytes"]) == ("800", "1000", "")

    @pytest.mark.parametrize("name", ["=1+1.png", "+1.png", "-1.png", "@a.png", "\t=1.png", " =1.png", "\r=1", "＝1"])
    def test_no_spreadsheet_takes_a_name_for_a_formula(self, name: str) -> None:
        (row,) = as_rows(entry(Done(images=(stored(name),)), name=name))
        assert row["name"] == row["key"] == f"'{name}"
        assert as_json(entry(name=name))[0]["name"] == name

    @pytest.mark.parametrize("name", ["a,b.png", 'say "a".png', "two\nlines.png", "a-b=c.png", "写真.png"])
    def test_other_names_come_back_as_they_were(self, name: str) -> None:
        (row,) = as_rows(entry(name=name, location=f"/p/{name}"))
        assert (row["name"], row["source"]) == (name, f"/p/{name}")

    def test_it_is_unicode_whatever_the_names_were(self) -> None:
        text = exported(export_csv, entry(name="caf\udce9.jpg"))
        assert "caf\\udce9.jpg" in text
        text.encode("utf-8")

    @pytest.mark.parametrize("mark", ["removed", "sandbox", "already_optimal"])
    def test_what_is_special_about_an_image_is_noted(self, mark: str) -> None:
        (row,) = as_rows(entry(Done(images=(replace(stored("a.jpg"), **{mark: True}),))))
        assert row["note"] == mark
        assert (row["url"] == "") == (mark == "removed")


@pytest.mark.parametrize("export", [export_json, export_csv])
class TestBoth:
    def test_no_key_of_anybody(self, export: Callable[..., None]) -> None:
        told = entry()
        profile = replace(SNAPSHOT.profile, credentials=Credentials(access_key=ACCESS_KEY))
        account = Account(id="account", api_key="the-api-key")
        snapshot = replace(SNAPSHOT, profile=profile, account=account)
        status = replace(told.status, job=replace(told.status.job, snapshot=snapshot))
        text = exported(export, replace(told, status=status))
        assert ACCESS_KEY not in text
        assert account.api_key not in text

    @pytest.mark.parametrize("days", [-1, 1])
    def test_a_signed_link_is_there_as_long_as_it_opens(self, export: Callable[..., None], days: int) -> None:
        image = StoredImage(key="a.png", url=SIGNED, expires_at=NOW + timedelta(days=days))
        text = exported(export, entry(Done(images=(image,))))
        assert "https://b.example.org/a.png" in text
        assert (SIGNATURE in text) == (ACCESS_KEY in text) == (days > 0)

    def test_the_address_of_a_source_keeps_its_question_but_no_signature(self, export: Callable[..., None]) -> None:
        text = exported(export, entry(kind=SourceKind.URL, location=SIGNED))
        assert "https://b.example.org/a.png" in text
        assert SIGNATURE not in text
        assert "?page=2" in exported(export, entry(kind=SourceKind.URL, location="https://example.org/a.png?page=2"))

    def test_one_entry_is_written_before_the_next_is_asked_for(self, export: Callable[..., None]) -> None:
        written: list[str] = []

        def entries() -> Iterator[HistoryEntry]:
            for number in range(1, 4):
                yield entry(number=number)
                assert f"batch-{number}" in "".join(written)

        export(entries(), written.append)
