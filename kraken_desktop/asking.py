"""The requests of one job to Kraken.io: one a format, with what each may have been charged for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError
from kraken_desktop.model.errors import (
    BadAnswerError,
    FileTooLargeError,
    KrakenDesktopError,
    TransportError,
)
from kraken_desktop.model.job import Phase, Progress
from kraken_desktop.planning import Content, Errand, Target
from kraken_desktop.stores.journal import Journal

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.engines.kraken_io import Asked, KrakenClient, S3Store

_log = logging.getLogger(__name__)

LimitCallback = Callable[[str, int], None]
"""Called with an account's id, and the bytes of the largest file that Kraken.io takes from it."""


class Asking:
    """Asks for one format of a job after the other. All of it is one attempt: what was charged once stays noted.

    Args:
        requests: how many there will be, for the progress.
        charged_since: when the first try of the job began that may have been charged for something.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        client: KrakenClient,
        errand: Errand,
        content: Content,
        requests: int,
        charged_since: datetime | None,
        on_file_limit: LimitCallback,
    ) -> None:
        self._journal = journal
        self._client = client
        self._errand = errand
        self._content = content
        self._requests = requests
        self._on_file_limit = on_file_limit
        self._asked = 0
        self._attempt: int | None = None
        self._charged_since = charged_since
        self._charged = charged_since is not None

    def ask(self, group: tuple[Target, ...], store: S3Store | None) -> tuple[Result | None, ...] | str:
        """The result of each target, None where no saving was found; or, where all bytes had left and no answer is to
        be trusted, why.

        Args:
            group: targets of one format.

        Raises:
            KrakenError, TransportError, SourceError: one of their subclasses; nothing was done.
            CancelledError: the token was cancelled.
        """
        errand, content = self._errand, self._content
        errand.cancel.check()
        self._require_acceptable()
        if self._attempt is None:
            self._attempt = self._journal.begin_attempt(errand.job.id, self._charged_since)
        sandbox = errand.job.snapshot.recipe.sandbox
        size = content.size or 0
        before = self._asked * size
        self._asked += 1
        all_left = False

        def tell(phase: Phase, sent: int) -> None:
            stores = store is not None and not sandbox and phase is Phase.OPTIMIZING
            total = self._requests * size
            progress = Progress(phase=phase, sent=before + sent, total=total, key=group[0].key, may_arrive=stores)
            errand.tell(progress)

        def before_last() -> None:
            nonlocal all_left
            all_left = True
            self._note(charged=self._charged or not sandbox)

        def sent(count: int, of: int) -> None:
            tell(Phase.OPTIMIZING if count == of else Phase.UPLOADING, count)

        if content.size is not None:
            tell(Phase.UPLOADING, 0)
        try:
            results = self._request(group, store, sent, before_last)
        except (KrakenDesktopError, CancelledError) as error:
            if sandbox or not _may_be_done(error):
                # Nothing of it has to be looked for after a crash.
                self._note(charged=self._charged)
                self._learn(error)
                if isinstance(error, CancelledError):
                    raise CancelledError(sent_all=False) from None
            elif isinstance(error, KrakenDesktopError):
                self._charged = True
                return error.code
            raise
        except Exception:
            if sandbox or not all_left:
                raise
            _log.exception("job %s: the answer could not be taken", errand.job.id)
            self._charged = True
            return "unexpected"
        self._charged = not sandbox
        return results

    def _request(
        self,
        group: tuple[Target, ...],
        store: S3Store | None,
        sent: Callable[[int, int], None],
        before_last: Callable[[], None],
    ) -> tuple[Result | None, ...]:
        errand, content = self._errand, self._content
        source = errand.job.source
        asked = self._asked_for(group, store)
        if content.size is None:
            before_last()
            sent(0, 0)
            return self._client.fetch(source.location, asked=asked, cancel=errand.cancel)
        return self._client.upload(
            Path(source.location),
            name=source.name,
            extension=source.extension,
            size=content.size,
            sha256=content.sha256,
            asked=asked,
            cancel=errand.cancel,
            on_sent=sent,
            before_last=before_last,
            stamp=content.stamp,
        )

    def _asked_for(self, group: tuple[Target, ...], store: S3Store | None) -> Asked:
        from kraken_desktop.engines.kraken_io import Asked  # slow to import

        return Asked(
            recipe=self._errand.job.snapshot.recipe,
            outputs=tuple(target.output for target in group),
            paths=tuple(target.key for target in group) if store is not None else (),
            store=store,
        )

    def _note(self, *, charged: bool) -> None:
        if self._attempt is not None:
            sent = self._content.size or 0
            self._journal.note_sent(self._attempt, bytes_sent=sent if charged else 0, maybe_charged=charged)

    # --- the largest file that the plan takes ---

    def _require_acceptable(self) -> None:
        """A file that the plan does not take is refused before its bytes are sent for nothing."""
        account, size = self._errand.job.snapshot.account, self._content.size
        if account is not None and account.file_limit is not None and size is not None and size > account.file_limit:
            raise FileTooLargeError(status=413, limit=account.file_limit)

    def _learn(self, error: KrakenDesktopError | CancelledError) -> None:
        account, size = self._errand.job.snapshot.account, self._content.size
        if account is None or size is None or not isinstance(error, FileTooLargeError) or error.limit is None:
            return
        # A number that would have let this very file pass is no limit.
        if 0 < error.limit < size:
            self._on_file_limit(account.id, error.limit)


def _may_be_done(error: KrakenDesktopError | CancelledError) -> bool:
    """Whether the work may be done although nobody told us: all bytes had left, and no answer is to be trusted."""
    if isinstance(error, BadAnswerError):
        return 200 <= error.status < 300
    return isinstance(error, TransportError | CancelledError) and error.sent_all
