from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests

from tests.servers import radosgw as module
from tests.servers.radosgw import RadosgwHandle


def test_why_it_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "_PATHS", ())
    assert module.unavailable_because() == (
        "radosgw: not installed: ceph, ceph-mon, ceph-osd, monmaptool, radosgw, radosgw-admin"
    )
    assert not module.available()


def test_it_is_a_real_s3(radosgw: RadosgwHandle, bucket: str) -> None:
    body = b"bytes"
    key = "a b/ü+%.png"
    radosgw.put(bucket, key, body, ACL="public-read", ContentType="image/png", Metadata={"a": "b"}, Tagging="t=1")
    radosgw.put(bucket, "private", body)
    stored = radosgw.get(bucket, key)
    assert (stored.body, stored.headers["content-type"], stored.metadata) == (body, "image/png", {"a": "b"})
    assert radosgw.tags(bucket, key) == {"t": "1"}
    assert radosgw.acl(bucket, key) == "public-read"
    assert radosgw.acl(bucket, "private") == "private"
    assert radosgw.keys(bucket) == (key, "private")
    address = f"{radosgw.endpoint}/{bucket}"
    assert radosgw.anonymous_get(f"{address}/a%20b/%C3%BC%2B%25.png").body == body
    assert radosgw.anonymous_get(f"{address}/private").status == 403
    assert radosgw.anonymous_get(radosgw.presigned_get(bucket, "private")).body == body


def test_nothing_is_left_of_it() -> None:
    reason = module.unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    handle = RadosgwHandle()
    folder = Path(handle.folder)
    daemons = daemons_of(folder)
    assert len(daemons) == 3
    handle.stop()
    assert not folder.exists()
    assert daemons_of(folder) == []
    with pytest.raises(requests.ConnectionError):
        requests.get(handle.endpoint, timeout=5)


def daemons_of(folder: Path) -> list[str]:
    """Processes that were started with this folder."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                arguments = (process / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(folder) in arguments:
                found.append(arguments)
    return found
