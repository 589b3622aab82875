"""A strict S3 server: moto keeps the objects, and in front of it stand the checks that Amazon makes and moto does not.

Signatures (header and presigned) are verified, a wrong region and an unsigned header are refused, anonymous
requests read only what is public, buckets may refuse ACLs or public access, keys may lack rights, and the
limits of keys, metadata and tags hold. Faults can be ordered, and each request is kept for assertions.

moto's memory is one a process, so the fixtures run this module as a child: ``python -m tests.servers.strict_s3``.
What is no S3 stands below ``/-/``, which is no bucket's name.
"""

from __future__ import annotations

import argparse
import fnmatch
import io
import json
import os
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.models import PublicAccessBlock, s3_backends
from werkzeug.test import run_wsgi_app

from tests.servers.child import add_lifetime_option, serve
from tests.servers.loopback import LoopbackHandler, LoopbackServer, Running
from tests.servers.s3_rules import BucketRules, check_limits, check_rights, denied
from tests.servers.s3_signature import Key, S3RefusedError, S3Request, authenticate

REGION = "us-east-1"
_ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Fault:
    """What shall go wrong, and for which requests (shell patterns). ``times`` None: until cleared."""

    status: int = 500
    """0: go on as if nothing were ordered, once the stall is over."""
    code: str = "InternalError"
    message: str = "We encountered an internal error. Please try again."
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "*"
    bucket: str = "*"
    key: str = "*"
    header: str = ""
    """Only requests with this one, in lower case."""
    without: str = ""
    """Only requests without this one, in lower case."""
    times: int | None = 1
    stored: bool = False
    """The request is carried out first; only its answer is lost."""
    reset: bool = False
    """End the connection instead of answering."""
    stall: float = 0
    """Seconds to wait first, at most until the faults are cleared, the client leaves or the server stops."""


@dataclass(frozen=True, slots=True)
class S3Answer:
    """What is sent back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class StrictS3(Running):
    """The server. ``requests`` is what came, oldest first."""

    def __init__(self, keys: Iterable[Key], *, region: str = REGION, aws_defaults: bool = False, port: int = 0) -> None:
        self._moto = create_backend_app("s3")
        self._lock = threading.Lock()
        self._keys = {key.access_key: key for key in keys}
        self._region = region
        self._aws_defaults = aws_defaults
        self._faults: list[tuple[S3Fault, list[int]]] = []
        self.calm = threading.Event()
        self.requests: list[dict[str, Any]] = []
        handler = type("_BoundHandler", (_Handler,), {"owner": self})
        self._server = LoopbackServer(handler, port=port)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._server.url

    def start(self) -> Self:
        """Answer from now on."""
        self._server.start()
        return self

    def stop(self) -> None:
        """End stalls and close the port."""
        self._server.stop()

    def order(self, fault: S3Fault) -> None:
        """Let this happen, after what was ordered before."""
        with self._lock:
            self.calm.clear()
            self._faults.append((fault, [0]))

    def clear_faults(self) -> None:
        """Behave again, at once."""
        with self._lock:
            self._faults.clear()
            self.calm.set()

    def add_key(self, key: Key) -> None:
        """Let somebody else sign."""
        self._keys[key.access_key] = key

    def create_bucket(
        self,
        name: str,
        *,
        region: str | None = None,
        acls_disabled: bool = False,
        public_access_blocked: bool = False,
    ) -> None:
        """A new bucket, in any region."""
        bucket = s3_backends[_ACCOUNT]["aws"].create_bucket(name, region or self._region)
        if acls_disabled:
            _disable_acls(bucket)
        if public_access_blocked:
            _block_public_access(bucket)

    def record(self, request: S3Request) -> dict[str, Any]:
        """Keep a request; its status is filled in later."""
        record: dict[str, Any] = {
            "at": time.time(),
            "method": request.method,
            "bucket": request.bucket,
            "key": request.key,
            "query": sorted(request.query),
            "headers": {name: value for name, value in request.headers.items() if name != "authorization"},
            "size": len(request.body),
            "status": None,
        }
        with self._lock:
            self.requests.append(record)
        return record

    def fault_for(self, request: S3Request) -> S3Fault | None:
        """The oldest fault ordered for such a request. It is used up by this."""
        with self._lock:
            for fault, used in self._faults:
                if (
                    (fault.times is None or used[0] < fault.times)
                    and fnmatch.fnmatchcase(request.method, fault.method)
                    and fnmatch.fnmatchcase(request.bucket, fault.bucket)
                    and fnmatch.fnmatchcase(request.key, fault.key)
                    and (not fault.header or fault.header in request.headers)
                    and (not fault.without or fault.without not in request.headers)
                ):
                    used[0] += 1
                    return fault
        return None

    def answer(self, request: S3Request, environ: dict[str, Any]) -> S3Answer:
        """As Amazon would answer."""
        bucket = self._bucket_rules(request.bucket)
        try:
            key = authenticate(request, self._keys, bucket.region if bucket else self._region)
            check_rights(request, key, bucket)
            check_limits(request)
        except S3RefusedError as refusal:
            return _refused(refusal, request)
        pieces, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
        if key is None and status.startswith("403"):
            # moto's own answer has no body.
            return _refused(denied(), request)
        if status.startswith("404") and bucket is not None and (key is None or not key.may_list):
            return _refused(denied(), request)
        if bucket is None and self._aws_defaults and request.method == "PUT" and not request.key:
            self._apply_aws_defaults(request)
        return S3Answer(int(status.split()[0]), dict(headers), b"".join(pieces))

    def control(self, request: S3Request) -> S3Answer:
        """What is asked below ``/-/``."""
        told = json.loads(request.body) if request.body else {}
        answer: Any = {}
        status = 200
        match request.method, request.raw_path:
            case "POST", "/-/buckets":
                self.create_bucket(**told)
            case "POST", "/-/keys":
                self.add_key(Key(**told))
            case "POST", "/-/faults":
                self.order(S3Fault(**told))
            case "DELETE", "/-/faults":
                self.clear_faults()
            case "GET", "/-/requests":
                with self._lock:
                    answer = list(self.requests)
            case _:
                status = 404
        return S3Answer(status, {"Content-Type": "application/json"}, json.dumps(answer).encode())

    @staticmethod
    def _apply_aws_defaults(request: S3Request) -> None:
        bucket = _find_bucket(request.bucket)
        if bucket is not None:
            _block_public_access(bucket)
            if "x-amz-object-ownership" not in request.headers:
                _disable_acls(bucket)

    @staticmethod
    def _bucket_rules(name: str) -> BucketRules | None:
        bucket = _find_bucket(name)
        if bucket is None:
            return None
        block = bucket.public_access_block
        return BucketRules(
            region=bucket.region_name,
            acls_disabled="BucketOwnerEnforced" in str(bucket.ownership_rule),
            public_access_blocked=block is not None and str(block.block_public_acls).lower() == "true",
        )


class _Handler(LoopbackHandler):
    owner: StrictS3

    def handle_one(self) -> None:
        raw_path, _, raw_query = self.path.partition("?")
        request = S3Request(
            method=self.command,
            raw_path=raw_path,
            raw_query=raw_query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.read_body(),
        )
        if raw_path.startswith("/-/"):
            self._send(self.owner.control(request))
            return
        record = self.owner.record(request)
        fault = self.owner.fault_for(request)
        answer = None
        if fault is None or fault.stored:
            answer = self.owner.answer(request, self._environ(request))
        if fault is not None:
            self.pause(fault.stall, self.owner.calm)
            if fault.reset:
                self.reset()
            if fault.status:
                refusal = S3RefusedError(fault.status, fault.code, fault.message)
                answer = _refused(refusal, request, fault.headers)
        answer = answer or self.owner.answer(request, self._environ(request))
        record["status"] = answer.status
        self._send(answer)

    def _send(self, answer: S3Answer) -> None:
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        # Of a HEAD the length is that of the object, not of the body.
        told = next((value for name, value in answer.headers.items() if name.lower() == "content-length"), None)
        self.reply(answer.status, answer.body, headers, length=int(told) if told else None)

    def _environ(self, request: S3Request) -> dict[str, Any]:
        environ: dict[str, Any] = {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()
        }
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return environ | {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(request.raw_path).decode("latin-1"),
            "QUERY_STRING": request.raw_query,
            "RAW_URI": self.path,
            "REQUEST_URI": self.path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


def _find_bucket(name: str) -> Any:
    return s3_backends[_ACCOUNT]["aws"].buckets.get(name)


def _disable_acls(bucket: Any) -> None:
    bucket.ownership_rule = {"Rule": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def _block_public_access(bucket: Any) -> None:
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")


def _refused(refusal: S3RefusedError, request: S3Request, headers: Mapping[str, str] | None = None) -> S3Answer:
    told = {"Code": refusal.code, "Message": refusal.message, **refusal.elements}
    told |= {"Resource": request.raw_path, "RequestId": secrets.token_hex(8).upper()}
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in told.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inside}</Error>'.encode()
    more = {"x-amz-bucket-region": refusal.elements["Region"]} if "Region" in refusal.elements else {}
    return S3Answer(refusal.status, {"Content-Type": "application/xml", **more, **(headers or {})}, body)


def main() -> None:
    """Serve until told to end. Secrets come by environment, not by argument."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--bucket", action="append", default=[], help="NAME[:enforced][:blocked][:region=R]")
    parser.add_argument("--aws-defaults", action="store_true", help="new buckets refuse ACLs and public access")
    add_lifetime_option(parser)
    arguments = parser.parse_args()
    key = Key(
        access_key=os.environ.get("STRICT_S3_ACCESS_KEY", "AKIATESTADMIN0000001"),
        secret=os.environ.get("STRICT_S3_SECRET") or secrets.token_urlsafe(30),
    )
    server = StrictS3([key], region=arguments.region, aws_defaults=arguments.aws_defaults, port=arguments.port)
    for specification in arguments.bucket:
        name, *options = specification.split(":")
        regions = [option.removeprefix("region=") for option in options if option.startswith("region=")]
        server.create_bucket(
            name,
            region=regions[0] if regions else None,
            acls_disabled="enforced" in options,
            public_access_blocked="blocked" in options,
        )
    with server:
        ready = {"endpoint": server.url, "region": arguments.region, **asdict(key)}
        serve(ready, while_stdin_open=arguments.while_stdin_open)


if __name__ == "__main__":
    main()
