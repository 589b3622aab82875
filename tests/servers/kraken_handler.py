"""One connection to the Kraken.io test server: what is asked, what is answered, and what goes wrong on order."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.servers.kraken_faults import BEFORE_THE_FILE, IN_THE_WORK, ON_THE_WAY, Fault, FaultKind
from tests.servers.kraken_multipart import parse_json, read_head, without_tail
from tests.servers.kraken_params import RefusedError, check_auth, check_parameters
from tests.servers.kraken_records import Received
from tests.servers.kraken_work import name_of_url
from tests.servers.loopback import LoopbackHandler

if TYPE_CHECKING:
    from tests.servers.kraken_api import KrakenApi

_ENDPOINTS = {"/v1/upload": "upload", "/v1/url": "url", "/user_status": "user_status"}
_HTML = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


class KrakenHandler(LoopbackHandler):
    """Serves the requests of one connection."""

    api: KrakenApi

    def handle_one(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/control/"):
            self._control(path)
            return
        endpoint = _ENDPOINTS.get(path)
        if path.startswith("/dl/") and self.command in {"GET", "HEAD"}:
            endpoint = "download"
        elif endpoint is None or self.command != "POST":
            self.close_connection = True
            self._reply_error(404, "Not found")
            return
        received = Received(
            endpoint=endpoint,
            method=self.command,
            path=self.path,
            connection=self.server.connection_number(self.connection),
            at=time.time(),
            headers={name.lower(): value for name, value in self.headers.items()},
            body_length=int(self.headers.get("Content-Length") or 0),
        )
        self._begun = False
        try:
            self._serve(received)
        except RefusedError as refused:
            self._begin(received)
            self._reply_error(refused.status, refused.message, received=received)
            if self.body_left:
                self.linger()
        finally:
            if self._begun:
                self.api.records.end(received)

    def _begin(self, received: Received) -> None:
        """The head of a request is known."""
        if not self._begun:
            self._begun = True
            self.api.records.begin(received)

    def _serve(self, received: Received) -> None:
        match received.endpoint:
            case "upload":
                self._upload(received)
            case "url":
                received.parameters = parse_json(self.read_body())
                received.file_name = name_of_url(str(received.parameters.get("url", "")))
                self._answer(received, self._fault(received), lambda fault: self._optimized(received, fault))
            case "user_status":
                received.parameters = self._status_parameters()
                self._answer(received, self._fault(received), lambda fault: self._status(received, fault))
            case _:
                received.file_name = name_of_url(self.path)
                self._download(received, self._fault(received))

    def _fault(self, received: Received) -> Fault | None:
        key = str(received.store.get("path", ""))
        fault = self.api.faults.take(received.endpoint, received.file_name or "", key)
        received.fault = fault.kind if fault is not None else None
        self._begin(received)
        if fault is not None and fault.kind in BEFORE_THE_FILE:
            self._misbehave_before_the_file(fault, received)
        return fault

    def _status_parameters(self) -> dict[str, Any]:
        """The JSON itself, or a form with the JSON in its field ``data``."""
        body = self.read_body()
        if self.headers.get_content_type() == "application/x-www-form-urlencoded":
            body = parse_qs(body.decode("utf-8", "replace")).get("data", [""])[0].encode()
        return parse_json(body)

    def _status(self, received: Received, fault: Fault | None) -> dict[str, Any]:
        check_auth(received.parameters, self.api.api_key, self.api.api_secret)
        negative = fault is not None and fault.kind is FaultKind.NEGATIVE_QUOTA
        return self.api.account.status(negative=negative)

    def _upload(self, received: Received) -> None:
        if "Content-Length" not in self.headers or "Transfer-Encoding" in self.headers:
            # The service answers chunked uploads with a gateway error, or not at all.
            self.close_connection = True
            self._begin(received)
            self._reply_html(502, "502 Bad Gateway", received)
            return
        head = read_head(self.headers.get("Content-Type", ""), self.read_piece)
        received.parameters = head.parameters
        received.file_name = head.file_name
        received.part_headers = head.part_headers
        fault = self._fault(received)
        size = len(head.rest) + self.body_left - len(head.tail)
        if size > self.api.limit_bytes:
            raise RefusedError(413, self._too_large())
        file = without_tail(head.rest + self._read_file(fault), head.tail)
        self.api.records.note(received, file_size=len(file), sha256=hashlib.sha256(file).hexdigest())
        self._answer(received, fault, lambda given: self._optimized(received, given, file))

    def _too_large(self) -> str:
        limit = self.api.limit_bytes
        return f"File size too large. The maximum file size is {limit} bytes ({limit / 1024**2:g} MB)"

    def _misbehave_before_the_file(self, fault: Fault, received: Received) -> None:
        match fault.kind:
            case FaultKind.TOO_LARGE:
                self.close_connection = True
                text = self._too_large() if fault.message is None else fault.text
                self._reply_error(413, text, received=received)
                if fault.polite:
                    self.linger()
                # Closing with bytes unread sends RST, after the answer.
                raise ConnectionAbortedError
            case FaultKind.RESET_AT_START:
                self.reset()
            case FaultKind.RESET_IN_UPLOAD:
                half = self.body_left // 2
                while self.body_left > half:
                    self.read_piece(self.body_left - half)
                self.reset()
            case FaultKind.STALL_READING:
                self.pause(fault.seconds, self.api.faults.calm)

    def _read_file(self, fault: Fault | None) -> bytes:
        if fault is None or fault.kind is not FaultKind.SLOW_READING:
            return self.read_body()
        pieces = []
        while piece := self.read_piece(max(1, fault.bytes_a_second // 20)):
            pieces.append(piece)
            self.pause(len(piece) / fault.bytes_a_second, self.api.faults.calm)
        return b"".join(pieces)

    def _optimized(self, received: Received, fault: Fault | None, file: bytes | None = None) -> dict[str, Any]:
        check_auth(received.parameters, self.api.api_key, self.api.api_secret)
        options = check_parameters(received.parameters, endpoint=received.endpoint)
        name = received.file_name or ""
        if file is None:
            assert options.url is not None
            name, file = self.api.work.fetch(options.url)
            if len(file) > self.api.limit_bytes:
                raise RefusedError(413, self._too_large())
        answer = self.api.work.run(file, name, options, fault, partial(self.api.records.note, received))
        if not options.wait:
            return {"id": secrets.token_hex(16)}
        return answer

    def _answer(self, received: Received, fault: Fault | None, work: Callable[[Fault | None], dict[str, Any]]) -> None:
        """Do the work, if any, and send its answer, or what was ordered instead."""
        told: dict[str, Any] = {}
        status = 200
        if fault is None or fault.works:
            try:
                told = work(fault)
            except RefusedError as refused:
                status, told = refused.status, _error(refused.message)
        if fault is None:
            self._reply_json(status, told, received=received)
            return
        match fault.kind:
            case FaultKind.HTML:
                self._reply_html(fault.code, "502 Bad Gateway", received, fault)
            case FaultKind.EMPTY:
                self._send(received, fault.code, b"", "text/plain", fault)
            case FaultKind.MALFORMED:
                body = json.dumps(told).encode()
                self._send(received, 200, body[: len(body) // 2], "application/json", fault)
            case FaultKind.REDIRECT:
                location = {"Location": fault.location or self.api.url + self.path}
                self._send(received, fault.code, b"", "text/html", fault, location)
            case FaultKind.NO_URL:
                self.api.account.charge(received.file_size or 0)
                self.api.records.note(received, charged=True)
                self._reply_json(200, {"success": True, "saved_bytes": 0}, received=received, fault=fault)
            case _ if fault.kind in IN_THE_WORK | ON_THE_WAY | BEFORE_THE_FILE:
                self._send_spoilt(received, status, json.dumps(told).encode(), "application/json", fault)
            case _:
                if fault.kind is FaultKind.QUOTA:
                    self.api.account.use_up()
                told = _error(fault.text, fault.message_key)
                self._reply_json(fault.code, told, received=received, fault=fault)

    def _download(self, received: Received, fault: Fault | None) -> None:
        found = self.api.work.downloads.get(self.path.split("/")[2])
        if found is None:
            raise RefusedError(404, "Not found")
        if fault is None:
            self._send(received, 200, found.body, found.content_type, None)
        elif fault.works:
            self._send_spoilt(received, 200, found.body, found.content_type, fault)
        else:
            self._answer(received, fault, lambda _: {})

    def _send_spoilt(self, received: Received, status: int, body: bytes, content_type: str, fault: Fault) -> None:
        """A good answer, on its way to trouble."""
        match fault.kind:
            case FaultKind.RESET_AFTER_BODY:
                self.reset()
            case FaultKind.STALL_ANSWERING:
                self.pause(fault.seconds, self.api.faults.calm)
            case FaultKind.CUT | FaultKind.LONG_LENGTH:
                self.close_connection = True
                cut = body[: len(body) // 2] if fault.kind is FaultKind.CUT else body
                length = len(body) + (0 if fault.kind is FaultKind.CUT else 1000)
                self.wfile.write(self.head_of(status, length, {"Content-Type": content_type}) + cut)
                return
            case FaultKind.DRIP:
                self.wfile.write(self.head_of(status, len(body), {"Content-Type": content_type}))
                for place in range(len(body)):
                    self.pause(1 / fault.bytes_a_second, self.api.faults.calm)
                    self.wfile.write(body[place : place + 1])
                self.api.records.note(received, status=status)
                return
        self._send(received, status, body, content_type, fault)

    def _send(
        self,
        received: Received | None,
        status: int,
        body: bytes,
        content_type: str,
        fault: Fault | None,
        more: dict[str, str] | None = None,
    ) -> None:
        headers = {"Content-Type": content_type, **(more or {}), **(fault.headers if fault else {})}
        if fault is not None and fault.retry_after is not None:
            headers["Retry-After"] = fault.retry_after
        if received is not None:
            self.api.records.note(received, status=status)
        self.reply(status, body, headers)

    def _reply_json(
        self,
        status: int,
        told: Any,
        *,
        received: Received | None = None,
        fault: Fault | None = None,
    ) -> None:
        self._send(received, status, json.dumps(told).encode(), "application/json", fault)

    def _reply_error(self, status: int, text: str | list[str], *, received: Received | None = None) -> None:
        self._reply_json(status, _error(text), received=received)

    def _reply_html(self, status: int, title: str, received: Received, fault: Fault | None = None) -> None:
        self._send(received, status, _HTML.format(title).encode(), "text/html", fault)

    def _control(self, path: str) -> None:
        body = self.read_body()
        try:
            match self.command, path:
                case "POST", "/control/faults":
                    told = json.loads(body)
                    for each in [Fault.of(one) for one in (told if isinstance(told, list) else [told])]:
                        self.api.order(each)
                    self._reply_json(200, {})
                case "DELETE", "/control/faults":
                    self.api.clear_faults()
                    self._reply_json(200, {})
                case "GET", "/control/requests":
                    self._reply_json(200, [received.public() for received in self.api.requests])
                case "DELETE", "/control/requests":
                    self.api.records.clear()
                    self._reply_json(200, {})
                case _:
                    self._reply_error(404, "Not found")
        except (ValueError, TypeError, KeyError) as error:
            self._reply_error(422, f"{type(error).__name__}: {error}")


def _error(text: str | list[str], key: str = "message") -> dict[str, Any]:
    return {"success": False, key: text}
