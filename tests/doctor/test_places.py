"""Where links lead, folders in the place of buckets, the account, and the same on a real production S3."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.doctor import on_disk
from kraken_desktop.doctor.sample import BYTES, written_to
from kraken_desktop.messages import Words
from kraken_desktop.model.diagnosis import Step, steps_of
from kraken_desktop.model.errors import StoreError
from kraken_desktop.model.offers import OfferId
from kraken_desktop.model.profile import Acl, Engine, Uploader
from tests.doctor.conftest import NOT_CHECKED, OK, WARNING, Clinic, found, make_clinic, said, verdicts, wrong
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.radosgw import RadosgwHandle
from tests.servers.s3_handle import StrictS3Handle
from tests.support.raw_server import Peer, RawServer

KEY = "blog/kraken-desktop-check.png"
Serving = Callable[..., str]


# --- links -----------------------------------------------------------------------------------------


@pytest.fixture
def serving() -> Iterator[Serving]:
    """A public address that answers like this: ``serving(status=404)``; a CDN, or what was taken for one."""
    running: list[RawServer] = []

    def make(status: int = 200, body: bytes = BYTES, content_type: str = "image/png") -> str:
        def answer(peer: Peer) -> None:
            while True:
                line, _, _ = peer.read_request()
                told = b"" if line.startswith("HEAD") else body
                peer.answer(status, told, f"Content-Type: {content_type}\r\n", length=len(body))

        running.append(RawServer(answer).__enter__())
        return running[-1].url

    yield make
    for server in running:
        server.__exit__(None, None, None)


def test_a_public_address_that_shows_the_bucket(clinic: Clinic, serving: Serving) -> None:
    diagnosis = clinic.check(public_url=serving(), acl=Acl.NONE)
    assert wrong(diagnosis) == []
    assert f"/{KEY}" in said(diagnosis, "doctor.link_ok")


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ({"status": 404}, "missing:public_url", "The image is stored, and its public address does not lead to it."),
        (
            {"status": 403},
            "forbidden:public_url",
            "The image is stored, and its link is not public. The address at “Links begin with” answers 403",
        ),
        (
            {"status": 500},
            "refused",
            "The image is stored, and its link does not open for everybody. The answer is 500",
        ),
        (
            {"content_type": "application/octet-stream"},
            "wrong_type",
            "The link opens, and what is served is no such image. It is served as “application/octet-stream”",
        ),
        ({"content_type": ""}, "wrong_type:none", "The link opens, and the image is served without a Content-Type."),
        (
            {"body": b"<html>Welcome</html>", "content_type": "text/html; charset=utf-8"},
            "wrong_type:page",
            "The link opens, and shows a web page, not the image. It is served as “text/html”: a page",
        ),
        ({"body": BYTES * 2}, "wrong_length", "The link opens, and what is served is not what was just stored."),
    ],
)
def test_a_public_address_that_does_not(
    clinic: Clinic, serving: Serving, answer: dict[str, Any], code: str, text: str
) -> None:
    address = serving(**answer)
    diagnosis = clinic.check(public_url=address, acl=Acl.NONE)
    assert wrong(diagnosis) == [f"link.{code}"]
    told = said(diagnosis, f"link.{code}")
    assert told.startswith(text)
    assert f"The link: {address}/{KEY}" in told
    assert verdicts(diagnosis)[Step.STORE] is OK
    assert clinic.keys == ()


def test_a_public_address_where_nobody_answers(clinic: Clinic) -> None:
    diagnosis = clinic.check(public_url="https://images.nowhere.invalid", acl=Acl.NONE)
    told = said(diagnosis, "link.unreachable:transport.name_lookup")
    assert told.startswith("The image is stored, and its link could not be opened from here. Its host name has no")
    assert "The link: https://images.nowhere.invalid/" in told


def test_a_bucket_that_is_not_public(clinic: Clinic) -> None:
    diagnosis = clinic.check(acl=Acl.NONE)
    assert wrong(diagnosis) == ["link.forbidden:policy"]
    told = said(diagnosis, "link.forbidden:policy")
    assert told.startswith("The image is stored, and its link is not public. The answer is 403: the profile sends no")
    assert "Allow s3:GetObject to everybody in the bucket policy" in told


def test_a_signed_link_needs_the_right_to_read(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    diagnosis = clinic.check(acl=Acl.PRIVATE, key=strict_s3.new_key(may_read=False))
    assert wrong(diagnosis) == ["doctor.link_signed_denied"]
    told = said(diagnosis, "doctor.link_signed_denied")
    assert told.startswith("The signed link to a private image does not open. It can do no more than the key")
    assert f"Allow s3:GetObject on arn:aws:s3:::{clinic.bucket}/blog/*" in told


# --- folders ---------------------------------------------------------------------------------------


def test_a_folder_that_works(clinic: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "Pictures"
    diagnosis = clinic.check(folder=str(folder))
    assert wrong(diagnosis) == []
    assert [each.step for each in diagnosis.observations] == [Step.SETTINGS, Step.STORE, Step.SPACE, Step.REMOVE]
    assert said(diagnosis, "doctor.folder_ok") == f"{folder} can be written."
    assert not folder.exists()


def test_a_folder_stays_as_it_was(clinic: Clinic, tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"mine")
    assert wrong(clinic.check(folder=str(tmp_path))) == []
    assert sorted(each.name for each in tmp_path.iterdir() if each.name != "home") == ["mine.png"]


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(clinic: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    diagnosis = clinic.check(folder=str(folder))
    assert said(diagnosis, "bucket.folder").startswith(f"The folder {folder} cannot be written.")


def test_a_folder_whose_disk_is_missing(clinic: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "stick" / "pictures"
    diagnosis = clinic.check(folder=str(folder))
    assert found(diagnosis, "bucket.folder").step is Step.STORE
    assert said(diagnosis, "bucket.folder").startswith(f"The folder {folder} is not there.")
    assert verdicts(diagnosis)[Step.SPACE] is NOT_CHECKED


def test_a_folder_that_the_system_does_not_take(clinic: Clinic, tmp_path: Path) -> None:
    # Too long for a name: asking whether it is there fails as well.
    diagnosis = clinic.check(folder=str(tmp_path / ("x" * 300)))
    assert found(diagnosis, "bucket.folder").step is Step.STORE
    assert verdicts(diagnosis)[Step.SPACE] is NOT_CHECKED


def test_a_disk_that_does_not_tell_its_space(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_folder: Path) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(shutil, "disk_usage", refused)
    diagnosis = clinic.check(folder=str(tmp_path))
    assert wrong(diagnosis) == []
    assert verdicts(diagnosis)[Step.SPACE] is NOT_CHECKED
    assert verdicts(diagnosis)[Step.REMOVE] is OK


def test_no_room_for_the_file_of_the_check(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        written_to(tmp_path / "gone", only_if_absent=True)


def test_a_folder_with_somebody_s_file(clinic: Clinic, tmp_path: Path) -> None:
    path = tmp_path / KEY
    path.parent.mkdir()
    path.write_bytes(b"mine")
    diagnosis = clinic.check(folder=str(tmp_path))
    assert wrong(diagnosis) == ["doctor.name_taken"]
    assert path.read_bytes() == b"mine"
    path.write_bytes(BYTES)
    assert wrong(clinic.check(folder=str(tmp_path))) == []
    assert not path.exists()


def test_a_disk_that_is_almost_full(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "LITTLE_BYTES", 1 << 62)
    diagnosis = clinic.check(folder=str(tmp_path))
    assert found(diagnosis, "doctor.space_low").verdict is WARNING
    assert said(diagnosis, "doctor.space_low").startswith(f"The disk of {tmp_path} is almost full.")


def test_a_web_server_that_shows_the_folder(clinic: Clinic, tmp_path: Path, serving: Serving) -> None:
    assert wrong(clinic.check(folder=str(tmp_path), public_url=serving())) == []
    diagnosis = clinic.check(folder=str(tmp_path), public_url=serving(status=404))
    assert wrong(diagnosis) == ["link.missing:public_url"]


def test_local_copies(clinic: Clinic, tmp_path: Path) -> None:
    diagnosis = clinic.check(local_copy=str(tmp_path / "copies"))
    assert wrong(diagnosis) == []
    assert said(diagnosis, "doctor.copy_ok").startswith("Copies can be written into ")
    lost = clinic.check(local_copy=str(tmp_path / "stick" / "copies"))
    assert found(lost, "bucket.folder").step is Step.COPY


# --- the account -----------------------------------------------------------------------------------

ROUTE_2 = {"engine": Engine.KRAKEN, "uploader": Uploader.LOCAL}


@pytest.mark.parametrize(
    ("kind", "code", "text"),
    [
        (FaultKind.SUSPENDED, "kraken.suspended", "Kraken.io has suspended this account."),
        (FaultKind.OVERDUE, "kraken.overdue", "Kraken.io has stopped this account over an unpaid invoice."),
        (FaultKind.NEGATIVE_QUOTA, "kraken.quota", "The quota of your Kraken.io plan is used up."),
    ],
)
def test_an_account_that_gives_nothing(
    clinic: Clinic, kraken_api: KrakenApi, kind: FaultKind, code: str, text: str
) -> None:
    kraken_api.order(Fault(kind=kind, endpoint="user_status"))
    diagnosis = clinic.check(**ROUTE_2)
    assert wrong(diagnosis) == [code]
    assert said(diagnosis, code).startswith(text)
    assert [each.id for each in found(diagnosis, code).offers] == [OfferId.THIS_COMPUTER]
    assert verdicts(diagnosis)[Step.STORE] is OK


def test_a_wrong_api_secret(clinic: Clinic) -> None:
    account = clinic.settings.accounts[0]
    clinic.services.secrets.keep(account.secret_name, "wrong")
    diagnosis = clinic.check(**ROUTE_2)
    assert said(diagnosis, "kraken.bad_credentials").startswith("Kraken.io does not accept the API key")


def test_no_account(clinic: Clinic) -> None:
    diagnosis = clinic.check(**ROUTE_2, account_id=None)
    assert wrong(diagnosis) == ["account_id.missing"]
    assert verdicts(diagnosis)[Step.ACCOUNT] is NOT_CHECKED
    assert verdicts(diagnosis)[Step.STORE] is OK


# --- a production S3 -------------------------------------------------------------------------------


def test_on_radosgw(tmp_path: Path, radosgw: RadosgwHandle, make_kraken_api: Callable[..., KrakenApi]) -> None:
    clinic, services = make_clinic(tmp_path, radosgw, make_kraken_api(), radosgw.new_bucket())
    try:
        fine = clinic.check(
            tags=(("a", "b"),), metadata=(("source", "desk"),), headers=(("Cache-Control", "no-store"),)
        )
        assert wrong(fine) == []
        assert [each.step for each in fine.observations] == list(steps_of(clinic.profile))
        assert wrong(clinic.check(acl=Acl.PRIVATE)) == []
        assert "SignatureDoesNotMatch" in Words().diagnosis.report(clinic.check(secret="wrong"))
        assert found(clinic.check(bucket="nobody-has-this"), "bucket.denied").step is Step.BUCKET
        assert wrong(clinic.check(storage_class="NO_SUCH_CLASS")) == ["doctor.storage_class_refused"]
        assert clinic.keys == ()
    finally:
        services.close()
