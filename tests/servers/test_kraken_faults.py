from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from urllib3.util.retry import Retry

from tests.servers.images import ImageKind, image_bytes
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle

SMALL = image_bytes(ImageKind.JPEG)
LARGE = SMALL + bytes(12 * 1024 * 1024)
"""More than the kernel's buffers swallow on loopback. What stands behind a JPEG does not matter."""

BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


class Client:
    """One pooled session without retries, as a careful program has it."""

    def __init__(self, api: KrakenApi) -> None:
        self.api = api
        self.auth = {"api_key": api.api_key, "api_secret": api.api_secret}
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", requests.adapters.HTTPAdapter(max_retries=Retry(0, read=False)))

    def upload(self, body: bytes = SMALL, name: str = "image.jpg", **parameters: object) -> requests.Response:
        told = json.dumps({"auth": self.auth, "wait": True, **parameters})
        parts: list[Any] = [("data", (None, told)), ("upload", (name, body))]
        return self.session.post(f"{self.api.url}/v1/upload", files=parts, timeout=60, allow_redirects=False)

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.session.post(
            f"{self.api.url}/user_status", json={"auth": self.auth}, timeout=60
        ).json()
        return answer


@pytest.fixture
def api(make_kraken_api: Callable[..., KrakenApi]) -> KrakenApi:
    return make_kraken_api()


@pytest.fixture
def client(api: KrakenApi) -> Iterator[Client]:
    made = Client(api)
    yield made
    made.session.close()


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        (Fault(kind=FaultKind.STATUS), 500, "Kraken.io has encountered an unexpected error"),
        (Fault(kind=FaultKind.STATUS, status=400, message="bad", message_key="error"), 400, '"error": "bad"'),
        (Fault(kind=FaultKind.STATUS, status=422, message=["a", "b"]), 422, '["a", "b"]'),
        (Fault(kind=FaultKind.HTML), 502, "<html>"),
        (Fault(kind=FaultKind.HTML, status=200), 200, "<html>"),
        (Fault(kind=FaultKind.EMPTY), 503, ""),
        (Fault(kind=FaultKind.EMPTY, status=200), 200, ""),
        (Fault(kind=FaultKind.RATE_LIMIT), 429, "Request limit reached"),
        (Fault(kind=FaultKind.QUOTA), 429, "Overage usage limit hit."),
        (Fault(kind=FaultKind.SUSPENDED), 403, "suspended"),
        (Fault(kind=FaultKind.OVERDUE), 402, "overdue"),
        (Fault(kind=FaultKind.UNSUCCESSFUL), 200, '"success": false'),
        (Fault(kind=FaultKind.MALFORMED), 200, '"success": true'),
        (Fault(kind=FaultKind.NO_URL), 200, '{"success": true, "saved_bytes": 0}'),
        (Fault(kind=FaultKind.PUSH_REFUSED, message="SlowDown"), 422, "Error while pushing file to S3: SlowDown"),
        (Fault(kind=FaultKind.TOO_LARGE), 413, "The maximum file size is 33554432 bytes (32 MB)"),
        (Fault(kind=FaultKind.TOO_LARGE, message="too big"), 413, "too big"),
        (Fault(kind=FaultKind.TOO_LARGE, polite=False), 413, "33554432 bytes"),
        (Fault(kind=FaultKind.REDIRECT), 307, ""),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
def test_an_answer_is_spoilt_once(client: Client, fault: Fault, status: int, told: str) -> None:
    client.api.order(fault)
    answer = client.upload()
    assert answer.status_code == status
    assert told in answer.text
    assert client.api.uploads[0].fault == fault.kind
    if fault.kind is FaultKind.QUOTA:
        client.api.account.quota_used = 0
    assert client.upload().json()["success"] is True


@pytest.mark.parametrize("polite", [True, False])
def test_a_refusal_before_the_body_is_read_arrives(client: Client, polite: bool) -> None:
    client.api.order(Fault(kind=FaultKind.TOO_LARGE, polite=polite))
    answer = client.upload(LARGE)
    assert answer.status_code == 413
    assert client.api.uploads[0].sha256 is None
    assert client.upload().status_code == 200


def test_malformed_json_is_malformed(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.MALFORMED))
    with pytest.raises(requests.exceptions.JSONDecodeError):
        client.upload().json()
    assert client.api.account.quota_used == len(SMALL)


def test_a_redirect_leads_where_it_should(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.REDIRECT))
    assert client.upload().headers["Location"] == f"{client.api.url}/v1/upload"
    client.api.order(Fault(kind=FaultKind.REDIRECT, location="https://example.com/"))
    assert client.upload().headers["Location"] == "https://example.com/"


def test_retry_after_is_told(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.RATE_LIMIT, retry_after="7", headers={"X-More": "1"}))
    headers = client.upload().headers
    assert (headers["Retry-After"], headers["X-More"]) == ("7", "1")


def test_the_two_meanings_of_429(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.RATE_LIMIT))
    assert client.upload().status_code == 429
    assert client.status()["quota_remaining"] > 0
    client.api.order(Fault(kind=FaultKind.QUOTA))
    assert client.upload().status_code == 429
    assert client.status()["quota_remaining"] <= 0
    assert client.upload().status_code == 429


def test_a_quota_below_zero(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.NEGATIVE_QUOTA, endpoint="user_status"))
    told = client.status()
    assert told["quota_remaining"] == told["quota_total"] - told["quota_used"] < 0
    assert client.status()["quota_remaining"] > 0


def test_a_larger_result_is_really_larger(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.LARGER))
    told = client.upload().json()
    assert told["kraked_size"] > told["original_size"]
    assert told["saved_bytes"] == 0
    assert len(requests.get(told["kraked_url"], timeout=30).content) == told["kraked_size"]


def test_an_insecure_address(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.HTTP_URL))
    url = client.upload().json()["kraked_url"]
    assert url.startswith("http://")
    assert "127.0.0.1" not in url


@pytest.mark.parametrize(
    ("fault", "worked"),
    [
        (Fault(kind=FaultKind.RESET_AT_START), False),
        (Fault(kind=FaultKind.RESET_IN_UPLOAD), False),
        (Fault(kind=FaultKind.RESET_AFTER_BODY), True),
        (Fault(kind=FaultKind.RESET_AFTER_BODY, work=False), False),
        (Fault(kind=FaultKind.CUT), True),
        (Fault(kind=FaultKind.LONG_LENGTH), True),
        (Fault(kind=FaultKind.STATUS, status=504, work=True), True),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
def test_an_answer_is_lost_and_the_object_there_or_not(
    kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str, fault: Fault, worked: bool, body: bytes
) -> None:
    client = Client(kraken_api)
    store = {"key": strict_s3.access_key, "secret": strict_s3.secret, "bucket": bucket, "path": "a.jpg"}
    kraken_api.order(fault)
    if fault.kind is FaultKind.STATUS:
        assert client.upload(body, s3_store=store).status_code == 504
    else:
        with pytest.raises(BROKEN):
            client.upload(body, s3_store=store)
    assert strict_s3.exists(bucket, "a.jpg") == worked
    assert kraken_api.account.quota_used == (len(body) if worked else 0)
    assert client.upload(s3_store=store).status_code == 200
    client.session.close()


def run(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    done: list[object] = []

    def go() -> None:
        try:
            done.append(work())
        except requests.RequestException as error:
            done.append(error)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    return thread, done


@pytest.mark.parametrize("kind", [FaultKind.STALL_READING, FaultKind.STALL_ANSWERING, FaultKind.SLOW_READING])
def test_a_stall_ends_with_the_faults(client: Client, kind: FaultKind) -> None:
    client.api.order(Fault(kind=kind, seconds=100, bytes_a_second=1000))
    thread, done = run(client.upload)
    client.api.wait_until(lambda received: bool(received) and received[0].fault is kind)
    assert thread.is_alive()
    client.api.clear_faults()
    thread.join(30)
    assert [answer.status_code for answer in done if isinstance(answer, requests.Response)] == [200]


@pytest.mark.parametrize("kind", [FaultKind.STALL_READING, FaultKind.STALL_ANSWERING, FaultKind.DRIP])
def test_a_stall_ends_with_the_server(kind: FaultKind) -> None:
    with KrakenApi() as api:
        client = Client(api)
        api.order(Fault(kind=kind, seconds=100, bytes_a_second=1))
        thread, done = run(lambda: client.upload(LARGE))
        api.wait_until(lambda received: bool(received) and received[0].fault is kind)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 10
    thread.join(10)
    assert isinstance(done[0], BROKEN)
    assert api.errors == []
    client.session.close()


def test_a_stall_ends_when_the_client_leaves(api: KrakenApi) -> None:
    api.order(Fault(kind=FaultKind.STALL_ANSWERING, seconds=100))
    client = Client(api)
    told = json.dumps({"auth": client.auth, "wait": True})
    parts: list[Any] = [("data", (None, told)), ("upload", ("image.jpg", SMALL))]
    with pytest.raises(requests.ReadTimeout):
        client.session.post(f"{api.url}/v1/upload", files=parts, timeout=(5, 1))
    client.session.close()
    assert api.records.wait_idle(timeout=10)
    assert api.account.quota_used == len(SMALL)


def test_a_stalled_reader_stops_an_upload(make_kraken_api: Callable[..., KrakenApi]) -> None:
    api = make_kraken_api(receive_buffer=16 * 1024)
    client = Client(api)
    api.order(Fault(kind=FaultKind.STALL_READING, seconds=100))
    told = json.dumps({"auth": client.auth, "wait": True})
    parts: list[Any] = [("data", (None, told)), ("upload", ("image.jpg", LARGE))]
    # requests counts the whole upload against the connect timeout.
    with pytest.raises(requests.ConnectionError, match="timed out"):
        client.session.post(f"{api.url}/v1/upload", files=parts, timeout=(1, 30))
    client.session.close()


def test_a_dripping_answer_is_whole_in_the_end(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.DRIP, bytes_a_second=2000))
    began = time.monotonic()
    told = client.upload().json()
    assert told["success"] is True
    assert time.monotonic() - began > len(json.dumps(told)) / 2000


def test_faults_wait_for_those_they_are_meant_for(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.SUSPENDED, endpoint="url"))
    client.api.order(Fault(kind=FaultKind.OVERDUE, name="b*.jpg", times=2))
    client.api.order(Fault(kind=FaultKind.STATUS, key="*/x.jpg", times=None))
    store = {"key": "k", "secret": "s", "bucket": "b", "path": "a/x.jpg"}
    got = [client.upload(name=name).status_code for name in ("a.jpg", "b1.jpg", "a.jpg", "b2.jpg", "b3.jpg")]
    assert got == [200, 402, 200, 402, 200]
    assert [client.upload(s3_store=store).status_code for _ in range(3)] == [500, 500, 500]
    client.api.clear_faults()
    assert client.upload(s3_store=store).status_code == 422


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.RESET_AFTER_BODY, FaultKind.LONG_LENGTH])
def test_a_download_breaks(client: Client, kind: FaultKind) -> None:
    url = client.upload().json()["kraked_url"]
    client.api.order(Fault(kind=kind, endpoint="download"))
    with pytest.raises(BROKEN):
        requests.get(url, timeout=30)
    assert requests.get(url, timeout=30).status_code == 200


def test_a_download_is_refused(client: Client) -> None:
    url = client.upload().json()["kraked_url"]
    client.api.order(Fault(kind=FaultKind.STATUS, endpoint="download", status=404))
    assert [requests.get(url, timeout=30).status_code for _ in range(2)] == [404, 200]


def test_uploads_at_once_are_counted(client: Client) -> None:
    client.api.order(Fault(kind=FaultKind.STALL_ANSWERING, times=3, seconds=100))
    threads = [run(client.upload)[0] for _ in range(3)]
    client.api.wait_until(lambda received: len(received) == 3)
    client.api.clear_faults()
    for thread in threads:
        thread.join(30)
    assert client.api.peak_uploads == 3
