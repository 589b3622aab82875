"""The way to S3: names, certificates, proxies, clocks, and servers that are no S3 or do not answer."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.doctor import patience
from kraken_desktop.doctor.patience import Patience, limited
from kraken_desktop.messages import Words
from kraken_desktop.model.diagnosis import Diagnosis, Step
from kraken_desktop.model.errors import TimeoutExpiredError
from kraken_desktop.model.profile import Acl
from kraken_desktop.transport import Transport
from tests.doctor.conftest import NOT_CHECKED, OK, PROBLEM, WARNING, Clinic, found, said, verdicts, wrong
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.raw_server import Peer, RawServer

KEY = "blog/kraken-desktop-check.png"


def assert_nothing_was_stored(diagnosis: Diagnosis) -> None:
    told = verdicts(diagnosis)
    assert {told[step] for step in (Step.CLOCK, Step.ACCESS, Step.STORE, Step.OPEN, Step.REMOVE)} == {NOT_CHECKED}


# --- names -----------------------------------------------------------------------------------------


def test_a_name_that_is_none(clinic: Clinic) -> None:
    diagnosis = clinic.check(endpoint="https://s3.nowhere.invalid")
    assert wrong(diagnosis) == ["doctor.no_endpoint_host"]
    assert said(diagnosis, "doctor.no_endpoint_host") == (
        "s3.nowhere.invalid was not found. “S3 endpoint” names a server that is not there, or this computer is "
        "offline. Correct “S3 endpoint” in the profile, or check the internet connection; then check again."
    )
    assert_nothing_was_stored(diagnosis)


def test_a_service_without_a_name_for_each_bucket(clinic: Clinic) -> None:
    diagnosis = clinic.check(endpoint="https://s3.nowhere.invalid", path_style=False)
    told = said(diagnosis, "doctor.no_bucket_host")
    assert told.startswith(f"{clinic.bucket}.s3.nowhere.invalid was not found. This service may not have a name")
    assert "Let the bucket’s name be in the path of addresses" in told


def nothing_found(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name with this end has an address: of real services nobody may ask in a test."""
    look_up = socket.getaddrinfo

    def nothing(host: Any, *more: Any, **named: Any) -> Any:
        if str(host).endswith(suffix):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", nothing)


def test_a_region_that_the_service_does_not_have(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_found(".backblazeb2.com", monkeypatch)
    endpoint = "https://s3.us-west-009.backblazeb2.com"
    diagnosis = clinic.check(endpoint=endpoint, region="us-west-009", path_style=True)
    assert "Correct “Region” or “Account ID” in the profile" in said(diagnosis, "doctor.no_service_host")


def test_a_region_that_is_misspelled(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_found(".amazonaws.com", monkeypatch)
    diagnosis = clinic.check(endpoint="", region="eu-cental-1")
    assert "doctor.no_such_region" in wrong(diagnosis)
    told = said(diagnosis, "doctor.no_such_region")
    assert told.startswith(f"{clinic.bucket}.s3.eu-cental-1.amazonaws.com was not found. “eu-cental-1” is no region")
    assert "Choose the region that the AWS console shows" in told


def test_nobody_answers(clinic: Clinic) -> None:
    with RawServer(lambda peer: None) as server:
        port = server.port
    diagnosis = clinic.check(endpoint=f"http://127.0.0.1:{port}")
    told = said(diagnosis, "doctor.endpoint_silent")
    assert told.startswith(
        f"127.0.0.1 does not answer. Nobody takes connections at http://127.0.0.1:{port}, or a firewall blocks them. "
        "The system said: “"
    )
    assert "Correct “S3 endpoint” in the profile, its port included" in told
    assert_nothing_was_stored(diagnosis)


# --- certificates and proxies ----------------------------------------------------------------------


@pytest.fixture
def untrusted() -> Iterator[RawServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with RawServer(lambda peer: peer.answer(200), context) as server:
        yield server


def test_a_certificate_that_nobody_vouches_for(clinic: Clinic, untrusted: RawServer) -> None:
    diagnosis = clinic.check(endpoint=untrusted.url)
    assert wrong(diagnosis) == ["transport.tls"]
    told = said(diagnosis, "transport.tls")
    assert told.startswith("The connection to 127.0.0.1 is not safe, so nothing was sent.")
    assert "In a company’s network, choose the file with its certificates under Settings, Network" in told
    assert_nothing_was_stored(diagnosis)


def test_a_proxy_that_refuses(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    def refuse(peer: Peer) -> None:
        peer.read_head()
        peer.answer(403, b"")

    with RawServer(refuse) as server:
        through = Transport(connections=1, user_agent="Test/1", proxies_for=lambda _url: {"https": server.url})
        doctor = clinic.doctor(transport=lambda: through)
        diagnosis = clinic.check(doctor=doctor, endpoint="https://127.0.0.1:9")
        through.close()
    assert wrong(diagnosis) == ["transport.proxy"]
    assert said(diagnosis, "transport.proxy").startswith("The proxy does not let us through to 127.0.0.1.")


# --- clocks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "text"),
    [
        (timedelta(minutes=42), "This computer’s clock is 42 minutes fast."),
        (timedelta(minutes=-7), "This computer’s clock is 7 minutes slow."),
    ],
)
def test_a_wrong_clock(clinic: Clinic, off: timedelta, text: str) -> None:
    diagnosis = clinic.check(doctor=clinic.doctor(now=lambda: datetime.now(UTC) + off))
    (one,) = [each for each in diagnosis.observations if each.step is Step.CLOCK]
    assert one.verdict is WARNING
    told = said(diagnosis, one.code)
    assert told.startswith(text)
    assert told.endswith("Set date and time of this computer.")
    assert verdicts(diagnosis)[Step.STORE] is OK


def test_a_little_off_is_fine(clinic: Clinic) -> None:
    doctor = clinic.doctor(now=lambda: datetime.now(UTC) + timedelta(minutes=3))
    assert wrong(clinic.check(doctor=doctor)) == []


def test_a_clock_that_s3_refuses_all_the_same(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    text = "The difference between the request time and the current time is too large."
    strict_s3.order(S3Fault(status=403, code="RequestTimeTooSkewed", message=text, method="PUT", times=None))
    diagnosis = clinic.check()
    assert found(diagnosis, "bucket.clock").step is Step.CLOCK
    assert said(diagnosis, "bucket.clock").startswith("This computer’s clock is wrong.")


# --- not an S3, and no answer ----------------------------------------------------------------------


def test_what_is_no_s3(clinic: Clinic) -> None:
    def page(peer: Peer) -> None:
        while True:
            peer.read_request()
            peer.answer(404, b"<html>Sign in</html>", "Content-Type: text/html\r\n")

    with RawServer(page) as server:
        diagnosis = clinic.check(endpoint=server.url)
    assert verdicts(diagnosis)[Step.CONNECTION] is OK
    assert verdicts(diagnosis)[Step.STORE] is PROBLEM
    assert verdicts(diagnosis)[Step.ACCESS] is NOT_CHECKED
    assert said(diagnosis, "doctor.clock_unknown") == "The server did not tell its time."


def test_a_server_that_never_answers(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "ONE_SECONDS", 0.2)
    with RawServer(Peer.wait) as server:
        diagnosis = clinic.check(endpoint=server.url)
    assert wrong(diagnosis) == ["transport.timeout"]
    assert found(diagnosis, "transport.timeout").step is Step.CONNECTION
    assert_nothing_was_stored(diagnosis)


def test_a_put_without_an_answer_is_cleaned_up(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.order(S3Fault(method="PUT", stored=True, reset=True, times=None))
    diagnosis = clinic.check()
    assert wrong(diagnosis)[0] == "transport.lost"
    assert verdicts(diagnosis)[Step.REMOVE] is OK
    assert clinic.keys == ()


def test_what_may_be_somebody_s_is_not_cleaned_up(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    strict_s3.order(S3Fault(method="PUT", stored=True, reset=True, times=None))
    diagnosis = clinic.check(key=strict_s3.new_key(may_read=False), acl=Acl.PRIVATE)
    told = said(diagnosis, "doctor.may_be_left")
    assert told.startswith("The test image may have arrived. The answer was lost")
    assert f"It would be “{KEY}” in “{clinic.bucket}”." in told
    assert clinic.keys == (KEY,)


# --- stopping --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["HEAD", "PUT", "GET"])
def test_a_check_is_stopped_at_once_and_leaves_nothing(clinic: Clinic, strict_s3: StrictS3Handle, method: str) -> None:
    strict_s3.order(S3Fault(method=method, key=KEY, stored=method == "PUT", stall=60, times=1))
    cancel, ended = CancelToken(), threading.Event()
    told: list[Diagnosis] = []

    def work() -> None:
        # The link of a private object is opened with a GET.
        profile = replace(clinic.profile, acl=Acl.PRIVATE)
        told.append(clinic.services.doctor().examine(profile, clinic.settings, cancel))
        ended.set()

    threading.Thread(target=work, daemon=True).start()
    wait_for(lambda: any(each["method"] == method and each["key"] for each in strict_s3.requests(clinic.bucket)))
    cancel.cancel()
    assert ended.wait(5)
    (diagnosis,) = told
    assert diagnosis.cancelled
    assert Words().diagnosis.summary(diagnosis) == "The check of “Web” was stopped."
    assert clinic.keys == ()


def wait_for(happened: Callable[[], bool]) -> None:
    woken = threading.Event()
    for _ in range(500):
        if happened():
            return
        woken.wait(0.02)
    raise AssertionError("nothing happened")


def test_a_check_that_was_stopped_before_it_began(clinic: Clinic, strict_s3: StrictS3Handle) -> None:
    cancel = CancelToken()
    cancel.cancel()
    diagnosis = clinic.services.doctor().examine(clinic.profile, clinic.settings, cancel)
    assert diagnosis.cancelled
    assert diagnosis.observations == ()
    assert strict_s3.requests(clinic.bucket) == []


def test_a_time_limit_is_no_cancelling() -> None:
    def wait() -> None:
        woken = threading.Event()
        with limited(CancelToken(), 0.01, "x") as token, token.interrupting(woken.set):
            woken.wait(5)
            token.check()

    with pytest.raises(TimeoutExpiredError) as caught:
        wait()
    assert (caught.value.host, caught.value.phase) == ("x", "total")


def test_all_of_it_has_a_limit() -> None:
    with pytest.raises(TimeoutExpiredError), Patience(CancelToken(), whole=0).for_one("x"):
        raise AssertionError("not reached")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError), Patience(cancel).for_one("x"):
        raise AssertionError("not reached")
