"""The settings as they are now reach whoever asks next, and nobody who is on the way."""

from __future__ import annotations

import hashlib
import os
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from kraken_desktop.composition import Services
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import (
    AwsProfileError,
    KrakenDesktopError,
    NameLookupError,
    ProxyRefusedError,
    SecretMissingError,
    TlsError,
    TrustFileError,
)
from kraken_desktop.model.profile import Account, Credentials, CredentialSource, Profile
from kraken_desktop.model.settings import PROXY_SECRET, Network, ProxyMode, Settings
from kraken_desktop.network_access import trial_urls
from kraken_desktop.transport import FileBody
from tests.servers.proxy import Proxy
from tests.support.raw_server import Peer, RawServer


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def services() -> Iterator[Services]:
    made = Services(os.environ, lambda problem: pytest.fail(str(problem)))
    yield made
    made.close()


def answering(peer: Peer) -> None:
    while True:
        peer.read_request()
        peer.answer()


def use(services: Services, network: Network) -> None:
    services.settings.update(lambda now: replace(now, preferences=replace(now.preferences, network=network)))


def through(proxy: Proxy, **more: Any) -> Network:
    return Network(proxy=ProxyMode.MANUAL, proxy_url=proxy.url, **more)


def status(services: Services, url: str) -> int:
    return services.transport().request("GET", url).status


def test_a_change_of_the_settings_is_for_the_next_request(services: Services) -> None:
    with RawServer(answering) as server, Proxy(names={"api.invalid": server.port}) as proxy:
        with pytest.raises(NameLookupError):
            status(services, "http://api.invalid/")
        first = services.transport()
        services.settings.update(lambda now: now.with_account(Account(id="a")))
        assert services.transport() is first
        # As another program would do it.
        other = Services(os.environ, lambda problem: pytest.fail(str(problem)))
        use(other, through(proxy))
        other.close()
        assert status(services, "http://api.invalid/") == 200
        use(services, Network(proxy=ProxyMode.NONE))
        with pytest.raises(NameLookupError):
            status(services, "http://api.invalid/")
    assert len(proxy.seen) == 1


def test_a_request_on_its_way_ends_as_it_began(services: Services) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(peer: Peer) -> None:
        while True:
            peer.read_request()
            asked.set()
            go_on.wait(30)
            peer.answer(200, b"whole")

    told: list[bytes] = []
    with RawServer(slow) as server:
        before = services.transport()
        thread = threading.Thread(target=lambda: told.append(before.request("GET", server.url).body))
        thread.start()
        assert asked.wait(30)
        use(services, Network(proxy=ProxyMode.NONE))
        assert services.transport() is not before
        go_on.set()
        thread.join(30)
        # Who still holds the old one can go on with it.
        assert before.request("GET", server.url).body == b"whole"
        before.close()
    assert told == [b"whole"]


def test_a_file_that_is_gone_stops_every_request_until_it_is_back(
    services: Services, authority: trustme.CA, tmp_path: Path
) -> None:
    path = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with RawServer(answering, context) as server:
        with pytest.raises(TlsError):
            status(services, server.url)
        use(services, Network(ca_file=str(path)))
        assert status(services, server.url) == 200
        content = path.read_bytes()
        path.unlink()
        for _ in range(2):
            with pytest.raises(TrustFileError) as caught:
                status(services, server.url)
        assert caught.value.problem == "missing"
        path.write_bytes(content)
        assert status(services, server.url) == 200


def test_the_password_comes_from_the_keyring_or_the_environment(services: Services) -> None:
    with RawServer(answering) as server, Proxy(names={"api.example": server.port}, login=("me", "pw")) as proxy:
        use(services, through(proxy, proxy_user="me"))
        with pytest.raises(SecretMissingError):
            status(services, "http://api.example/")
        services.secrets.keep(PROXY_SECRET, "wrong")
        with pytest.raises(ProxyRefusedError):
            status(services, "http://api.example/")
        services.secrets.keep(PROXY_SECRET, "pw")
        assert status(services, "http://api.example/") == 200
        services.secrets.keep(PROXY_SECRET, "wrong")
        with_variable = Services({**os.environ, "KRAKEN_PROXY_PASSWORD": "pw"}, lambda _problem: None)
        assert status(with_variable, "http://api.example/") == 200
        with_variable.close()
    for path in services.folders.settings_file.parent.rglob("*.json*"):
        assert "pw" not in path.read_text()


def test_kraken_io_and_the_bucket_are_asked_through_the_proxy(services: Services) -> None:
    account = Account(id="a", api_key="k", api_url="http://api.kraken.invalid")
    with Proxy() as proxy:
        use(services, through(proxy, proxy_user="me"))
        services.secrets.keep(PROXY_SECRET, "pw-canary")
        with Proxy(login=("me", "other")) as refusing:
            use(services, through(refusing, proxy_user="me"))
            with pytest.raises(ProxyRefusedError) as caught:
                services.account_status(account, "secret")
    assert caught.value.proxy == refusing.place
    assert "pw-canary" not in f"{caught.value} {Words().error(caught.value)}"


ROLE = """
[profile base]
aws_access_key_id = AKIA2
aws_secret_access_key = x
[profile role]
role_arn = arn:aws:iam::123456789012:role/images
source_profile = base
region = eu-west-1
"""
SESSION = """
[profile login]
sso_session = company
sso_account_id = 123456789012
sso_role_name = images
[sso-session company]
sso_region = eu-west-1
sso_start_url = https://company.example/start
"""


def aws(config: str, home: Path) -> Profile:
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(config)
    name = "role" if "role_arn" in config else "login"
    return Profile(id="p", name="AWS", credentials=Credentials(source=CredentialSource.AWS_PROFILE, aws_profile=name))


@pytest.mark.expect_log("Refreshing temporary credentials failed")
def test_aws_is_asked_for_keys_through_the_proxy(
    services: Services, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def sts(peer: Peer) -> None:
        _, _, body = peer.read_request()
        asked.append(body.decode())
        peer.answer(
            403, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not you</Message></Error></ErrorResponse>"
        )

    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://sts.invalid")
    profile = aws(ROLE, home)
    with RawServer(sts) as server, Proxy(names={"sts.invalid": server.port}) as proxy:
        use(services, through(proxy))
        with pytest.raises(AwsProfileError) as caught:
            services.secrets.s3_keys(profile)
    assert "Not you" in caught.value.reason
    assert proxy.seen == ["POST http://sts.invalid/"]
    assert "Action=AssumeRole" in asked[0]


@pytest.mark.expect_log("Refreshing temporary credentials failed")
def test_a_proxy_that_refuses_aws_is_told_as_it_is(
    services: Services, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://sts.invalid")
    profile = aws(ROLE, home)
    with Proxy(login=("me", "right")) as proxy:
        use(services, through(proxy))
        with pytest.raises(ProxyRefusedError) as caught:
            services.secrets.s3_keys(profile)
    assert caught.value.problem == "login"


@pytest.mark.expect_log("Refreshing temporary credentials failed")
def test_without_the_file_aws_is_not_asked_either(
    services: Services, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answering) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        use(services, Network(ca_file=str(home / "gone.pem")))
        with pytest.raises(TrustFileError):
            services.secrets.s3_keys(aws(ROLE, home))
        assert server.connections == 0


# --- trying settings that are not saved ---


def test_a_try_says_of_each_server_what_happened(services: Services) -> None:
    with RawServer(answering) as server, Proxy(names={"api.example": server.port}, login=("me", "pw")) as proxy:
        network = through(proxy, proxy_user="me")
        urls = ["http://api.example/", "http://127.0.0.1:9/", server.url]
        first, second, third = services.network.try_out(network, "pw", urls)
        assert (first.error, third.error) == (None, None)
        assert second.error is not None
        (wrong,) = services.network.try_out(network, "no", urls[:1])
        assert isinstance(wrong.error, ProxyRefusedError)
        (missing,) = services.network.try_out(network, None, urls[:1])
        assert isinstance(missing.error, SecretMissingError)
    assert services.settings.load().preferences.network == Network()


def test_a_try_reaches_each_server_once_and_the_default_profile_s_first() -> None:
    settings = Settings().with_account(Account(id="a", api_url="https://api.example"))
    settings = settings.with_profile(Profile(id="1", name="One", bucket="one", endpoint="https://s3.example"))
    settings = settings.with_profile(Profile(id="2", name="Two", bucket="two", endpoint="https://s3.example"))
    settings = settings.with_profile(Profile(id="3", name="Mine", bucket="mine", region="eu-west-1"))
    settings = settings.with_profile(Profile(id="4", name="Folder", folder="/pictures"))
    settings = settings.with_profile(Profile(id="5", name="Odd", bucket="x", endpoint="https://[bad"))
    settings = settings.with_default("3")
    assert trial_urls(settings) == (
        "https://api.example",
        "https://mine.s3.eu-west-1.amazonaws.com/",
        "https://s3.example/one/",
        "https://[bad/x/",
    )
    assert trial_urls(Settings()) == ("https://api.kraken.io",)


def test_settings_that_are_no_good_are_tried_all_the_same(services: Services) -> None:
    (reached,) = services.network.try_out(Network(ca_file="/gone.pem"), None, ["https://[bad"])
    assert isinstance(reached.error, KrakenDesktopError)


def test_a_speed_limit_holds_at_once_for_what_is_on_its_way_and_keeps_the_connections(
    services: Services, tmp_path: Path
) -> None:
    path = tmp_path / "image.jpg"
    path.write_bytes(bytes(400_000))
    body = FileBody(path, size=400_000, sha256=hashlib.sha256(bytes(400_000)).hexdigest())
    begun = threading.Event()

    def script(peer: Peer) -> None:
        while True:
            _, headers, rest = peer.read_head()
            left = int(headers.get("content-length", 0)) - len(rest)
            while left > 0:
                left -= len(peer.connection.recv(65536))
                begun.set()
            peer.answer()

    use(services, Network(upload_limit=10_000))
    with RawServer(script) as server, ThreadPoolExecutor(1) as threads:
        transport = services.transport()
        running = threads.submit(transport.request, "PUT", server.url, body=body)
        assert begun.wait(10)
        assert services.transport() is transport
        use(services, Network())
        assert running.result(10).status == 200
        assert services.transport() is transport
        assert status(services, server.url) == 200
        assert server.connections == 1
