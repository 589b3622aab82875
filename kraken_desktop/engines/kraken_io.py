"""The Kraken.io HTTP API: upload, url, user_status. Requests as its documentation and its newest client
make them; every documented and every seen answer becomes a result or one error of the tree.

Kraken.io is reached through :class:`~kraken_desktop.transport.Transport`; nothing here knows a file's job.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.kraken_answers import (
    AccountStatus,
    Result,
    account_status_of,
    error_of,
    results_of,
)
from kraken_desktop.file_stamp import FileStamp
from kraken_desktop.model.errors import (
    BadCredentialsError,
    KrakenError,
    QuotaExhaustedError,
    RateLimitedError,
    RefusedError,
    TransportError,
)
from kraken_desktop.model.profile import Acl, Pairs, Profile
from kraken_desktop.model.recipe import WHITE, CropMode, KeptMetadata, Output, Recipe, Resize, Strategy
from kraken_desktop.transport import Answer, BytesBody, FileBody, SentCallback, Timeouts, Transport

_NAME_LENGTH = 40
_LARGE = 10_000_000
"""Bytes from which Kraken.io is given more time to work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Store:
    """``s3_store``: where Kraken.io shall put the result. Holds secrets; lives as long as its request."""

    access_key: str
    secret: str = field(repr=False)
    bucket: str
    region: str
    path: str
    """The full object key."""
    acl: Acl
    metadata: Pairs = ()
    headers: Pairs = ()
    tags: Pairs = ()

    @classmethod
    def of(cls, profile: Profile, *, path: str, access_key: str, secret: str) -> S3Store:
        """The profile's destination for one object."""
        return cls(
            access_key=access_key,
            secret=secret,
            bucket=profile.bucket,
            region=profile.region,
            path=path,
            acl=profile.acl,
            metadata=profile.metadata,
            headers=profile.headers,
            tags=profile.tags,
        )

    def parameters(self) -> dict[str, Any]:
        """As the API wants it. The ACL and the region always stand there: leaving the ACL out means public."""
        told: dict[str, Any] = {
            "key": self.access_key,
            "secret": self.secret,
            "bucket": self.bucket,
            "region": self.region,
            "path": self.path,
            "acl": self.acl.value,
        }
        for name, pairs in (("metadata", self.metadata), ("headers", self.headers), ("tags", self.tags)):
            if pairs:
                told[name] = dict(pairs)
        return told


def recipe_parameters(recipe: Recipe, outputs: Sequence[Output], paths: Sequence[str] = ()) -> dict[str, Any]:
    """What one request asks for, in the API's words: a plain result, or a set of several.

    ``quality`` has a meaning for lossy images only; formats are named ``jpeg``, never ``jpg``.

    Args:
        outputs: of one format: ``convert`` cannot differ within a request.
        paths: the object key of each output of a set; empty if nothing is stored.
    """
    first = outputs[0]
    told: dict[str, Any] = {"auto_orient": recipe.auto_orient}
    if recipe.sandbox:
        told["dev"] = True
    kept = set(recipe.keep_metadata)
    if not recipe.auto_orient:
        # What is not turned, and has lost the note that says how, lies on its side.
        kept.add(KeptMetadata.ORIENTATION)
    if kept:
        told["preserve_meta"] = sorted(kept)
    if first.converts:
        told["convert"] = {"format": first.extension.removeprefix(".").replace("jpg", "jpeg")}
        if recipe.background != WHITE:
            told["convert"]["background"] = recipe.background
    if len(outputs) == 1:
        told |= _compression(first)
        if first.resize is not None:
            told["resize"] = _resize_parameters(first.resize)
        return told
    told["lossy"] = recipe.lossy
    told["resize"] = [
        {"id": output.variant, **_resize_parameters(output.resize), **_compression(output)}
        | ({"storage_path": paths[at]} if paths else {})
        for at, output in enumerate(outputs)
    ]
    return told


def _compression(output: Output) -> dict[str, Any]:
    told: dict[str, Any] = {"lossy": output.lossy}
    if output.quality is not None:
        told["quality"] = output.quality
    if output.chroma is not None:
        told["sampling_scheme"] = output.chroma.value
    return told


def _resize_parameters(resize: Resize | None) -> dict[str, Any]:
    """``resize`` with just the keys that the strategy takes: others are refused with 422."""
    if resize is None:
        return {"strategy": "none"}
    told: dict[str, Any] = {"strategy": resize.strategy.value}
    told |= {name: getattr(resize, name) for name in resize.needs}
    if resize.strategy in {Strategy.FIT, Strategy.CROP} and resize.crop_mode is not CropMode.CENTER:
        told["crop_mode"] = resize.crop_mode.value
    if resize.strategy is Strategy.FILL:
        told["background"] = resize.background
    if resize.enhance:
        told["enhance"] = True
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one request asks for. Holds secrets; lives as long as its request."""

    recipe: Recipe
    outputs: tuple[Output, ...]
    """Of one format."""
    paths: tuple[str, ...] = ()
    """The object key of each output, if they are to be stored."""
    store: S3Store | None = None


def ascii_file_name(name: str, extension: str) -> str:
    """A short ASCII file name with the right extension, to be sent instead of the real one.

    How the server decodes other names is not documented, and it needs the extension to recognize an SVG.
    """
    stem = name.rpartition(".")[0] or name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return (re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:_NAME_LENGTH] or "image") + extension


def multipart_frame(parameters: Mapping[str, Any], file_name: str) -> tuple[bytes, bytes, str]:
    """What stands before and after the file, and the content type of it all.

    ``data`` comes first and is named so, or the server finds no JSON; then ``upload``.
    """
    boundary = secrets.token_hex(16)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="data"\r\n\r\n{json.dumps(parameters)}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="upload"; filename="{file_name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return (
        head.encode("ascii"),
        f"\r\n--{boundary}--\r\n".encode("ascii"),
        f"multipart/form-data; boundary={boundary}",
    )


class KrakenClient:
    """One account at one API address. Thread-safe, and cheap to make."""

    def __init__(self, transport: Transport, *, api_url: str, api_key: str, api_secret: str) -> None:
        self._transport = transport
        self._api_url = api_url.rstrip("/")
        self._auth = {"api_key": api_key, "api_secret": api_secret}

    def upload(
        self,
        path: Path,
        *,
        name: str,
        extension: str,
        size: int,
        sha256: str,
        asked: Asked,
        cancel: CancelToken,
        on_sent: SentCallback,
        before_last: Callable[[], None],
        stamp: FileStamp | None = None,
    ) -> tuple[Result | None, ...]:
        """Optimize a file, and have it stored if ``asked`` says where.

        Sending may take as long as it goes on; the answer has to be there some minutes after the last byte.

        Args:
            size: bytes, as planned.
            sha256: hex digest of the bytes, as planned.
            before_last: called once all but the last piece have left. What follows may be charged.
            stamp: tells of a change without another hash.

        Returns:
            The result of each output; None where no saving was found, so that nothing was stored.

        Raises:
            KrakenError, TransportError, SourceError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        parameters = self._parameters(asked)
        head, tail, content_type = multipart_frame(parameters, ascii_file_name(name, extension))
        body = FileBody(
            path,
            size=size,
            sha256=sha256,
            stamp=stamp,
            head=head,
            tail=tail,
            on_sent=on_sent,
            before_last=before_last,
        )
        patience = 300 if size > _LARGE else 180
        answer = self._transport.request(
            "POST",
            f"{self._api_url}/v1/upload",
            body=body,
            headers={"Content-Type": content_type, "Accept": "application/json"},
            cancel=cancel,
            timeouts=Timeouts(read=patience, answer=patience),
        )
        return self._results(answer, asked, cancel)

    def fetch(self, url: str, *, asked: Asked, cancel: CancelToken) -> tuple[Result | None, ...]:
        """Optimize an image that Kraken.io fetches itself. Raises as :meth:`upload` does."""
        answer = self._post(
            "/v1/url",
            {**self._parameters(asked), "url": url},
            cancel=cancel,
            timeouts=Timeouts(read=180, total=300),
        )
        return self._results(answer, asked, cancel)

    def account_status(self, cancel: CancelToken | None = None) -> AccountStatus:
        """Plan and quota; costs no quota, and so is the way to check a key pair. Raises as :meth:`upload` does."""
        answer = self._post("/user_status", {"auth": self._auth}, cancel=cancel, timeouts=Timeouts(read=30, total=60))
        error = error_of(answer, hide=tuple(self._auth.values()))
        if isinstance(error, RefusedError):
            # Nothing but the pair of keys was asked about.
            raise BadCredentialsError(status=error.status, said=error.said)
        if error is not None:
            raise error
        return account_status_of(answer)

    def _parameters(self, asked: Asked) -> dict[str, Any]:
        recipe = recipe_parameters(asked.recipe, asked.outputs, asked.paths)
        told: dict[str, Any] = {"auth": self._auth, "wait": True, **recipe}
        if asked.store is not None:
            told["s3_store"] = asked.store.parameters()
        return told

    def _post(
        self, path: str, parameters: Mapping[str, Any], *, cancel: CancelToken | None, timeouts: Timeouts
    ) -> Answer:
        return self._transport.request(
            "POST",
            self._api_url + path,
            body=BytesBody(json.dumps(parameters).encode("ascii")),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            cancel=cancel,
            timeouts=timeouts,
        )

    def _results(self, answer: Answer, asked: Asked, cancel: CancelToken) -> tuple[Result | None, ...]:
        hide = (*self._auth.values(), *((asked.store.secret,) if asked.store is not None else ()))
        error = error_of(answer, hide=hide)
        if isinstance(error, RateLimitedError) and self._quota_is_gone(cancel):
            # 429 is not documented, and both meanings are seen.
            raise QuotaExhaustedError(status=error.status, said=error.said)
        if error is not None:
            raise error
        return results_of(answer, [output.variant for output in asked.outputs])

    def _quota_is_gone(self, cancel: CancelToken) -> bool:
        try:
            return self.account_status(cancel).quota_remaining <= 0
        except (KrakenError, TransportError):
            # Of the upload we know the fate already: it was refused.
            return False
        except CancelledError:
            # What had left was the question, and not the image.
            raise CancelledError(sent_all=False) from None
