from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kraken_desktop.log import LOG_FILE, redacted, start_log, stop_log

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[logging.Logger]:
    handler = start_log(tmp_path / "logs")
    assert handler is not None
    yield logging.getLogger("kraken_desktop.test")
    stop_log(handler)


def test_the_file_is_made_with_its_first_line(tmp_path: Path, logger: logging.Logger) -> None:
    path = tmp_path / "logs" / LOG_FILE
    assert not path.exists()
    logger.info("something happened")
    assert "something happened" in path.read_text(encoding="utf-8")


def test_a_name_that_is_no_text_is_logged_all_the_same(tmp_path: Path) -> None:
    handler = start_log(tmp_path)
    assert handler is not None
    # Past the logger: not every other handler bears such a name.
    handler.handle(logging.makeLogRecord({"msg": "read caf\udce9.png", "levelno": logging.INFO}))
    stop_log(handler)
    assert "caf\\udce9.png" in (tmp_path / LOG_FILE).read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_only_its_owner_may_read_it(tmp_path: Path, logger: logging.Logger) -> None:
    logger.info("private")
    path = tmp_path / "logs" / LOG_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    assert start_log(tmp_path / "logs") is None


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"secret={SECRET}", SECRET),
        (f"'{SECRET}'", SECRET),
        ('{"auth": {"api_key": "0123abcd", "api_secret": "deadbeef00"}}', "deadbeef00"),
        ('{"auth": {"api_key": "0123abcd"}}', "0123abcd"),
        ("{'s3_store': {'secret': 'abc def'}}", "abc def"),
        ("https://me:hunter2@example.com/x.png", "hunter2"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Signature=ab12&x=1", "ab12"),
        ("https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F2026", "AKIAIOSFODNN7EXAMPLE"),
        ("key AKIAIOSFODNN7EXAMPLE refused", "AKIAIOSFODNN7EXAMPLE"),
        ("Authorization: Bearer abcdef", "abcdef"),
        ("session_token=FwoGZXIvYXdzEBY", "FwoGZXIvYXdzEBY"),
        ("https://hunter2:hunter2@proxy.example:3128", "hunter2"),
    ],
)
def test_secrets_are_hidden(text: str, secret: str) -> None:
    assert secret not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "cannot read /home/me/pictures/2026/a-rather-long-name-of-an-image.png",
        "https://b.s3.amazonaws.com/2026/11/harbour-3fa9c1d2.jpg",
        "job 1b2c failed: transport.lost(host='api.kraken.io', sent_all=True)",
        'File "/x/kraken_desktop/stores/secret_store.py", line 12, in get',
    ],
)
def test_the_rest_is_left_alone(text: str) -> None:
    assert redacted(text) == text
