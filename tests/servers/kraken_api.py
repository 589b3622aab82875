"""A server that behaves as Kraken.io's HTTP API, on loopback: for tests, and ``python -m`` for trying things out.

It checks credentials and every parameter, really optimizes (Pillow), really writes into S3 with all of
``s3_store``, counts the quota, and misbehaves when told to. Source: Kraken.io docs.
"""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Callable
from typing import Self

from tests.servers.child import add_lifetime_option, serve
from tests.servers.kraken_faults import Fault, Faults
from tests.servers.kraken_handler import KrakenHandler
from tests.servers.kraken_records import Received, Records
from tests.servers.kraken_work import Account, Work
from tests.servers.loopback import LoopbackServer, Running


class KrakenApi(Running):
    """The server. Made for one test: start it, order faults, look at ``requests``, stop it.

    Args:
        s3_endpoint: where ``s3_store`` leads to.
        limit_bytes: the plan's limit for a file.
        push_status: the HTTP status when S3 refuses; the documentation tells none.
        receive_buffer: of the sockets, in bytes; a small one lets a stall be felt early.
    """

    def __init__(
        self,
        *,
        s3_endpoint: str | None = None,
        port: int = 0,
        api_key: str | None = None,
        api_secret: str | None = None,
        quota_total: int = 5 * 1024**3,
        limit_bytes: int = 32 * 1024**2,
        push_status: int = 422,
        receive_buffer: int | None = None,
    ) -> None:
        self.api_key = api_key or "test-key-" + secrets.token_hex(8)
        self.api_secret = api_secret or "test-secret-" + secrets.token_hex(16)
        self.limit_bytes = limit_bytes
        self.faults = Faults()
        self.records = Records()
        self.work = Work(s3_endpoint=s3_endpoint, quota_total=quota_total, push_status=push_status)
        handler = type("_BoundHandler", (KrakenHandler,), {"api": self})
        self._server = LoopbackServer(handler, port=port, receive_buffer=receive_buffer)
        self.work.own_url = self._server.url

    @property
    def url(self) -> str:
        """The address to be used in place of ``https://api.kraken.io``."""
        return self._server.url

    @property
    def account(self) -> Account:
        """Plan and quota; ``account.quota_used`` and the like may be read and set."""
        return self.work.account

    @property
    def requests(self) -> list[Received]:
        """What came, oldest first."""
        return self.records.all()

    @property
    def uploads(self) -> list[Received]:
        """The ``/v1/upload`` requests among them."""
        return [received for received in self.requests if received.endpoint == "upload"]

    @property
    def peak_uploads(self) -> int:
        """The most uploads that were under way at once."""
        return self.records.peak.get("upload", 0)

    @property
    def errors(self) -> list[BaseException]:
        """What went wrong in the server itself; empty unless the server is broken."""
        return self._server.errors

    def order(self, fault: Fault) -> None:
        """Let this go wrong, after what was ordered before."""
        self.faults.order(fault)

    def clear_faults(self) -> None:
        """Behave again; running stalls end."""
        self.faults.clear()

    def wait_until(self, condition: Callable[[list[Received]], bool], timeout: float = 20) -> list[Received]:
        """The requests, once they fulfil a condition. Raises TimeoutError."""
        return self.records.wait_until(condition, timeout)

    def start(self) -> Self:
        """Answer from now on."""
        self._server.start()
        return self

    def stop(self) -> None:
        """End everything that runs, stalls too, and close the port."""
        self._server.stop()
        self.work.close()


def main() -> None:
    """Serve until told to end. Credentials come by environment, not by argument; else they are made up and told."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--s3-endpoint", help="where s3_store leads to")
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument("--limit-bytes", type=int, default=32 * 1024**2)
    parser.add_argument("--quota-total", type=int, default=5 * 1024**3)
    add_lifetime_option(parser)
    arguments = parser.parse_args()
    server = KrakenApi(
        s3_endpoint=arguments.s3_endpoint,
        port=arguments.port,
        limit_bytes=arguments.limit_bytes,
        quota_total=arguments.quota_total,
        api_key=os.environ.get("KRAKEN_API_KEY"),
        api_secret=os.environ.get("KRAKEN_API_SECRET"),
    )
    with server:
        ready = {"url": server.url, "api_key": server.api_key, "api_secret": server.api_secret}
        serve(ready, while_stdin_open=arguments.while_stdin_open)


if __name__ == "__main__":
    main()
