from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kraken_desktop.gui.job_lines import narrowed
from kraken_desktop.gui.results import local_files
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import BadCredentialsError, ServerFaultError, UnsupportedTypeError
from kraken_desktop.model.job import Cancelled, Failure, JobState, JobStatus, Phase, SourceKind
from tests.support.gui import cancelled, done, failed, image_set, make_job, queued, running, with_image

pytestmark = pytest.mark.usefixtures("qapp")
TEXT = RowText(Words(), clock=lambda: 100.0)
HELD = JobStatus(job=make_job(1), waiting_for=Failure.of(BadCredentialsError(status=401)))
WAITING = JobStatus(
    job=make_job(1), state=JobState.WAITING, retry_at=107.0, waiting_for=Failure.of(ServerFaultError(status=503))
)


@pytest.mark.parametrize(
    ("status", "state", "sizes", "saving"),
    [
        (queued(1), "Queued", "1.0 kB", ""),
        (running(1, sent=450), "Uploading, 45%", "1.0 kB", ""),
        (running(1, phase=Phase.OPTIMIZING), "Optimizing", "1.0 kB", ""),
        (done(1), "Done", "1.0 kB → 400 bytes", "−60%"),
        (done(1, size=1000), "Done", "1.0 kB → 1.0 kB", ""),
        (done(1, size=999), "Done", "1.0 kB → 999 bytes", "−1%"),
        (failed(1), "Failed", "1.0 kB", ""),
        (cancelled(1), "Cancelled", "1.0 kB", ""),
        (HELD, "On hold", "1.0 kB", ""),
        (WAITING, "Trying again in 7 s", "1.0 kB", ""),
        (queued(1, size=None, kind=SourceKind.URL), "Queued", "", ""),
    ],
)
def test_state_and_figures(status: JobStatus, state: str, sizes: str, saving: str) -> None:
    assert (TEXT.state(status), TEXT.sizes(status), TEXT.saving(status)) == (state, sizes, saving)


def test_where_it_goes() -> None:
    assert TEXT.destination(queued(1)) == "Blog · blog-images"
    assert TEXT.destination(running(1)) == "2026/image-1.png"
    assert TEXT.destination(done(1)) == "2026/image-1.png"
    assert TEXT.link(done(1)) == "https://blog-images.s3.amazonaws.com/2026/image-1.png"
    assert TEXT.link(queued(1)) == ""


def test_names_are_shown_with_their_folder_and_harmless() -> None:
    assert TEXT.name(queued(1, folder="a/b")) == "a/b/image-1.png"
    assert TEXT.name(queued(1, name="two\nlines\u202e.png")) == "two lines\ufffd.png"
    assert "<b>&lt;img src=x&gt;" in TEXT.tool_tip(queued(1, name="<img src=x>"))


def test_a_failure_says_cause_and_remedy() -> None:
    status = failed(1, UnsupportedTypeError(path="/x/a.tiff", detected="tiff"))
    trouble = TEXT.trouble(status)
    assert trouble is not None
    assert trouble.what
    assert trouble.remedy
    for text in (TEXT.tool_tip(status), TEXT.described(status), TEXT.report(status)):
        assert trouble.remedy.rstrip(".") in text
    assert "[source.unsupported]" in TEXT.report(status)


def test_what_holds_all_is_not_said_in_every_row() -> None:
    assert TEXT.trouble(HELD) is None
    assert TEXT.report(done(1)) == ""


def test_what_waits_says_why_and_asks_for_nothing() -> None:
    trouble = TEXT.trouble(WAITING)
    assert trouble is not None
    assert trouble.what
    assert trouble.remedy == ""


def test_cancelled_is_said_once() -> None:
    assert TEXT.note(cancelled(1)) == ""


def test_a_cancelled_job_that_may_arrive_says_so() -> None:
    status = replace(cancelled(1), outcome=Cancelled(may_arrive=True))
    assert "may still arrive" in TEXT.note(status)
    assert "may still arrive" in TEXT.tool_tip(status)
    assert TEXT.note(done(1)) == ""


def test_a_screen_reader_hears_it_all() -> None:
    assert TEXT.spoken(running(1, sent=450)) == "image-1.png, Uploading, 45%"
    assert TEXT.described(done(1)) == (
        "1.0 kB → 400 bytes. 2026/image-1.png. https://blog-images.s3.amazonaws.com/2026/image-1.png"
    )


def test_pasted_images_have_no_place() -> None:
    assert TEXT.location(queued(1, kind=SourceKind.SPOOL)) == "Pasted"
    assert TEXT.location(queued(1)) == "/pictures/image-1.png"


# --- what a result is, besides stored ---

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AT_NOON = RowText(Words(), now=lambda: NOW)


def test_already_optimal_is_a_state_of_its_own() -> None:
    status = with_image(done(1, size=1000), already_optimal=True)
    assert AT_NOON.state(status) == "Already optimal"
    assert AT_NOON.facts(status)[0][1].startswith("Already optimal")
    packed = with_image(done(1, size=400), already_optimal=True)
    assert AT_NOON.state(packed) == "Done", "the same pixels, and smaller all the same"


@pytest.mark.parametrize(("hours", "is_expired"), [(1, False), (0, True), (-1, True)])
def test_a_signed_link_says_how_long_it_opens(hours: int, is_expired: bool) -> None:
    until = NOW + timedelta(hours=hours)
    local = until.astimezone().strftime("%Y-%m-%d %H:%M")
    status = with_image(done(1), expires_at=until)
    told = f"Link expired on {local}" if is_expired else f"Link valid until {local}"
    assert (AT_NOON.expired(status) == told) is is_expired
    assert (local in AT_NOON.destination(status)) is not is_expired
    assert ("", told) in AT_NOON.facts(status)
    assert told in AT_NOON.tool_tip(status)
    assert local in AT_NOON.described(status)


def test_a_plain_result_has_nothing_more_to_say() -> None:
    assert AT_NOON.facts(done(1)) == []
    assert AT_NOON.facts(failed(1)) == []


def test_a_local_copy_is_told() -> None:
    status = with_image(done(1), local_copy="/copies/a.png")
    assert AT_NOON.facts(status) == [("Local copy", "/copies/a.png")]
    assert "/copies/a.png" in AT_NOON.tool_tip(status)


def test_the_images_of_a_set_are_told_below_its_row_and_not_again() -> None:
    status = image_set(1)
    assert AT_NOON.facts(status) == []
    assert AT_NOON.facts(narrowed(status, (0,))) == [("avif-480", "2026/image-1-avif-480.avif")]


def test_a_folder_is_where_images_go_too() -> None:
    status = queued(1)
    local = replace(status.job.snapshot.profile, name="This computer", folder="/pictures/out")
    there = replace(status, job=replace(status.job, snapshot=replace(status.job.snapshot, profile=local)))
    assert TEXT.destination(there) == "This computer · /pictures/out"


@pytest.mark.parametrize(
    ("changes", "profile", "path"),
    [
        ({}, {}, ""),
        ({"url": "file:///out/a%20b.png"}, {}, "/out/a b.png"),
        ({"local_copy": "/copies/a.png"}, {}, "/copies/a.png"),
        ({"key": "2026/a.png"}, {"folder": "/out", "public_url": "https://x.example"}, "/out/2026/a.png"),
        ({"key": "../a.png"}, {"folder": "/out", "public_url": "https://x.example"}, ""),
    ],
)
def test_where_a_result_is_on_this_computer(changes: dict[str, str], profile: dict[str, str], path: str) -> None:
    status = with_image(done(1), **changes)
    snapshot = replace(status.job.snapshot, profile=replace(status.job.snapshot.profile, **profile))
    status = replace(status, job=replace(status.job, snapshot=snapshot))
    assert [Path(found) for found in local_files(status)] == ([Path(path)] if path else [])
