"""What Kraken.io does with an image: optimize, charge, store, answer."""

from __future__ import annotations

import hashlib
import random
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests

from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.kraken_optimize import Optimized, optimize
from tests.servers.kraken_params import Options, RefusedError
from tests.servers.kraken_push import PushError, S3Push

_INSECURE = "http://dl.kraken.example/api/image"
PUSH_FAILED = "Error while pushing file to S3: "


class Account:
    """A plan and what is used of it, in bytes of input. Thread-safe."""

    def __init__(self, quota_total: int) -> None:
        self._lock = threading.Lock()
        self.active = True
        self.plan_name = "Advanced"
        self.quota_total = quota_total
        self.quota_used = 0

    @property
    def quota_remaining(self) -> int:
        """May be negative."""
        return self.quota_total - self.quota_used

    def charge(self, size: int) -> None:
        """Count an input."""
        with self._lock:
            self.quota_used += size

    def use_up(self) -> None:
        """Nothing remains."""
        with self._lock:
            self.quota_used = max(self.quota_used, self.quota_total)

    def status(self, *, negative: bool = False) -> dict[str, Any]:
        """The answer of ``user_status``."""
        used = self.quota_total + 4096 if negative else self.quota_used
        return {
            "success": True,
            "active": self.active,
            "plan_name": self.plan_name,
            "quota_total": self.quota_total,
            "quota_used": used,
            "quota_remaining": self.quota_total - used,
        }


@dataclass(frozen=True, slots=True)
class Download:
    """A result that waits to be fetched."""

    body: bytes
    content_type: str


class Work:
    """Everything behind the front door. Thread-safe."""

    def __init__(self, *, s3_endpoint: str | None, quota_total: int, push_status: int) -> None:
        self.account = Account(quota_total)
        self.downloads: dict[str, Download] = {}
        self.own_url = ""
        self._push_status = push_status
        self._s3 = S3Push(s3_endpoint)
        self._fetching = requests.Session()
        self._fetching.trust_env = False

    def close(self) -> None:
        """Let connections go."""
        self._s3.close()
        self._fetching.close()

    def fetch(self, url: str) -> tuple[str, bytes]:
        """The image behind an address, and its name.

        Raises:
            RefusedError: 422, there is none.
        """
        try:
            answer = self._fetching.get(url, timeout=30)
        except requests.RequestException as error:
            raise RefusedError(
                422, f"The image at the given url can not be fetched ({type(error).__name__})"
            ) from error
        if answer.status_code != 200:
            raise RefusedError(422, f"The image at the given url can not be fetched (status {answer.status_code})")
        return name_of_url(answer.url) or "image", answer.content

    def run(
        self, body: bytes, file_name: str, options: Options, fault: Fault | None, note: Callable[..., None]
    ) -> dict[str, Any]:
        """Optimize one image and store what comes out. Returns the answer.

        Args:
            note: told what was ``made`` and ``charged``, before it is stored.

        Raises:
            RefusedError: as the API refuses.
        """
        if options.dev:
            return _pretended(file_name, len(body))
        if self.account.quota_remaining <= 0:
            raise RefusedError(429, "Overage usage limit hit.")
        many = isinstance(options.resize, tuple)
        entries = options.resize if isinstance(options.resize, tuple) else (options.resize or {},)
        made = [optimize(body, file_name, options, entry) for entry in entries]
        if fault is not None and fault.kind is FaultKind.LARGER:
            made = [_padded(each, len(body) + 1) for each in made]
        self.account.charge(len(body))
        note(charged=True, made=tuple(hashlib.sha256(each.body).hexdigest() for each in made))
        answers = {}
        for entry, optimized in zip(entries, made, strict=True):
            answers[str(entry.get("id", ""))] = self._stored(body, file_name, options, entry, optimized, fault)
        if many and fault is not None and fault.kind is FaultKind.LIST:
            return {"success": True, "results": list(answers.values())}
        if many:
            return {"success": True, "results": answers}
        return {"success": True, **answers[""]}

    def _stored(
        self,
        body: bytes,
        file_name: str,
        options: Options,
        entry: Mapping[str, Any],
        optimized: Optimized,
        fault: Fault | None,
    ) -> dict[str, Any]:
        name = file_name
        if optimized.extension is not None:
            name = str(PurePosixPath(file_name).with_suffix(optimized.extension))
        if fault is not None and fault.kind is FaultKind.PUSH_REFUSED:
            raise RefusedError(fault.code, f"{PUSH_FAILED}{fault.text}")
        if options.store is not None:
            key = entry.get("storage_path") or options.store.path or name
            try:
                url = self._s3.put(options.store, key, optimized.body, optimized.content_type)
            except PushError as error:
                raise RefusedError(self._push_status, f"{PUSH_FAILED}{error}") from error
        else:
            number = secrets.token_hex(16)
            self.downloads[number] = Download(optimized.body, optimized.content_type)
            url = f"{self.own_url}/dl/{number}/{quote(name)}"
        if fault is not None and fault.kind is FaultKind.HTTP_URL:
            url = f"{_INSECURE}/{quote(name)}"
        return {
            "file_name": name,
            "original_size": len(body),
            "kraked_size": len(optimized.body),
            "saved_bytes": max(0, len(body) - len(optimized.body)),
            "kraked_url": url,
            "original_width": optimized.original_size[0],
            "original_height": optimized.original_size[1],
            "kraked_width": optimized.size[0],
            "kraked_height": optimized.size[1],
        }


def name_of_url(url: str) -> str:
    """The last part of an address' path, decoded."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _padded(optimized: Optimized, size: int) -> Optimized:
    """Spaces behind an image do not matter to those who open it."""
    return Optimized(
        body=optimized.body.ljust(size, b" "),
        content_type=optimized.content_type,
        extension=optimized.extension,
        original_size=optimized.original_size,
        size=optimized.size,
    )


def _pretended(file_name: str, size: int) -> dict[str, Any]:
    """The sandbox: invented figures, and an address that does not open."""
    kraked = random.randrange(size // 2, size + 1)
    return {
        "success": True,
        "file_name": file_name,
        "original_size": size,
        "kraked_size": kraked,
        "saved_bytes": size - kraked,
        "kraked_url": f"https://dl.kraken.example/api/sandbox/{quote(file_name)}",
    }
