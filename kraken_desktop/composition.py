"""Builds what both front ends are made of, and passes it on as arguments. Slow things are made when first used."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraken_desktop import __version__
from kraken_desktop.cancel import CancelToken
from kraken_desktop.destinations import Destinations
from kraken_desktop.folders import Folders
from kraken_desktop.fresh_links import FreshLinks
from kraken_desktop.model.errors import JournalError, SettingsError
from kraken_desktop.model.job import Job, Snapshot, Source
from kraken_desktop.model.offers import THIS_COMPUTER, on_this_computer
from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.settings import Network, first_settings
from kraken_desktop.network_access import NetworkAccess, Reached, trial_urls
from kraken_desktop.pipeline import Pipeline
from kraken_desktop.removal import Removal
from kraken_desktop.runner import Runner
from kraken_desktop.runner_roles import Executor, Listener, Renewal
from kraken_desktop.stores.aws_credentials import AwsProfiles
from kraken_desktop.stores.drops import Drops
from kraken_desktop.stores.history import History
from kraken_desktop.stores.journal import Journal, Recovered
from kraken_desktop.stores.secret_store import KeyringStore, Secrets, SessionStore
from kraken_desktop.stores.settings import Settings, SettingsStore
from kraken_desktop.stores.spool import Spool
from kraken_desktop.stores.thumbnail_cache import ThumbnailCache

if TYPE_CHECKING:
    from kraken_desktop.doctor import Doctor
    from kraken_desktop.engines.kraken_answers import AccountStatus
    from kraken_desktop.engines.local.engine import LocalEngine
    from kraken_desktop.stores.scratch import Scratch
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)

MOST_AT_ONCE = 16
"""The highest number of requests at the same time that anybody may ask for."""


class Services:
    """The objects of one front end.

    Args:
        on_journal_problem: told when the journal cannot be kept on disk; may come from any thread.
    """

    def __init__(self, environ: Mapping[str, str], on_journal_problem: Callable[[JournalError], None]) -> None:
        self.folders = Folders.of(environ)
        self.settings = SettingsStore(self.folders.settings_file, first=first_settings(self.folders.pictures))
        self.secrets = Secrets(KeyringStore(), SessionStore(), environ, AwsProfiles(transport=self.transport))
        self.network = NetworkAccess(
            settings=self.settings,
            secrets=self.secrets,
            connections=MOST_AT_ONCE,
            user_agent=f"KrakenDesktop/{__version__}",
        )
        self.journal = Journal.open(self.folders.journal, on_journal_problem)
        self.history = History(self.journal)
        self.spool = Spool(self.folders.spool)
        self.drops = Drops(self.folders.journal / "drops")
        self.thumbnails = ThumbnailCache(self.folders.cache / "thumbnails")
        self.destinations = Destinations(transport=self.transport, secrets=self.secrets)
        self._lock = threading.Lock()
        self._engine: LocalEngine | None = None
        self._places = ExitStack()
        self._scratch: Scratch | None = None

    def transport(self) -> Transport:
        """The transport for the network settings as they are now; making the first one takes a fifth of a second."""
        return self.network.transport()

    def try_network(self, settings: Settings, network: Network, password: str | None = None) -> tuple[Reached, ...]:
        """Try to reach what the settings lead to, through network settings that need not be saved.

        Args:
            settings: whose accounts and profiles are to be reached.
            network: the way there.
            password: of the proxy; None takes the kept one.
        """
        return self.network.try_out(network, password, trial_urls(settings))

    def engine(self) -> LocalEngine:
        """The one engine on this computer. Its child processes start with the first image."""
        from kraken_desktop.engines.local.engine import LocalEngine  # slow to import

        scratch = self.scratch()
        with self._lock:
            if self._engine is None:
                self._engine = LocalEngine(scratch=self._places.enter_context(scratch.job()))
            return self._engine

    def scratch(self) -> Scratch:
        """The one place for files on their way; what dead processes left there is removed at the first call."""
        from kraken_desktop.stores.scratch import Scratch  # with filelock: not before it is needed

        with self._lock:
            fresh = self._scratch is None
            self._scratch = scratch = self._scratch or Scratch(self.folders.cache / "work")
        if fresh:
            # Not under the lock: gigabytes of a crashed run would hold up every job.
            scratch.sweep()
        return scratch

    def new_jobs(
        self,
        sources: Sequence[Source],
        profile: Profile,
        settings: Settings,
        recipe: Recipe | None = None,
        *,
        goes_on: Job | None = None,
    ) -> tuple[Job, ...]:
        """One drop: a job for each source, with a frozen copy of all that the settings say now.

        Args:
            goes_on: the last job so far of a drop that comes in parts.
        """
        snapshot = Snapshot(
            profile=profile,
            recipe=recipe or settings.recipe(profile.recipe_id) or Recipe(),
            account=settings.account(profile.account_id) if profile.account_id else None,
        )
        batch_id = goes_on.batch_id if goes_on is not None else str(uuid.uuid4())
        dropped_at = goes_on.dropped_at if goes_on is not None else datetime.now().astimezone()
        first = goes_on.position + 1 if goes_on is not None else 1
        return tuple(
            Job(
                id=str(uuid.uuid4()),
                batch_id=batch_id,
                position=position,
                dropped_at=dropped_at,
                source=source,
                snapshot=snapshot,
            )
            for position, source in enumerate(sources, start=first)
        )

    def renewal(self, *, here: Collection[str] = ()) -> Renewal:
        """What gives a job its profile as the settings have it now. Reads them: not for a thread that paints.

        Secrets are read anew as well: what was mended may have been mended in a terminal or another program.
        A profile that is gone, or as it was, changes nothing; a recipe that was chosen for one run stays.

        Args:
            here: the jobs with these ids are made on this computer from now on, whatever their profile says.
        """
        settings = self.settings.load()
        self.secrets.reread()
        known: dict[int, tuple[Snapshot, Snapshot]] = {}

        def renewed(job: Job) -> Job:
            # By identity: the jobs of a drop share one snapshot.
            old, new = known.get(id(job.snapshot), (None, None))
            if old is not job.snapshot or new is None:
                new = _snapshot_now(job.snapshot, settings)
                known[id(job.snapshot)] = (job.snapshot, new)
            return job if new is job.snapshot else replace(job, snapshot=new)

        return lambda job: renewed(on_this_computer(job) if job.id in here else job)

    def recover(self) -> tuple[Recovered, ...]:
        """Jobs that an earlier run left unfinished; they are ours now. Bytes that no job needs are removed."""
        recovered = self.journal.take_over()
        in_use = self.journal.spool_in_use()
        if in_use is not None:
            self.spool.sweep(in_use)
        return recovered

    def sweep_folders(self, cancelled: Callable[[], bool]) -> None:
        """Remove what killed processes left half written in folders, and thumbnails that nobody saw for long.

        Walks them: for a thread that nobody waits for.
        """
        from kraken_desktop.buckets.folder import FolderBucket

        self.thumbnails.prune(cancelled)
        settings = self.settings.load()
        for folder in {*settings.bucket_folders, *settings.copy_folders}:
            FolderBucket(folder).sweep(cancelled=cancelled)

    def removal(self) -> Removal:
        """What takes objects out of buckets again."""
        return Removal(journal=self.journal, destinations=self.destinations, settings=self.settings.load)

    def fresh_links(self) -> FreshLinks:
        """What signs links of private objects anew."""
        return FreshLinks(destinations=self.destinations, settings=self.settings.load)

    def account_status(
        self, account: Account, secret: str | None = None, cancel: CancelToken | None = None
    ) -> AccountStatus:
        """Ask Kraken.io for plan and quota: the check of a key pair. Takes as long as the network does.

        Args:
            secret: one that is not kept yet; None takes the kept one.

        Raises:
            KrakenError, TransportError, SecretError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        from kraken_desktop.engines.kraken_io import KrakenClient  # slow to import

        api_key = account.api_key if secret is not None else self.secrets.api_key(account)
        api_secret = secret if secret is not None else self.secrets.api_secret(account)
        client = KrakenClient(self.transport(), api_url=account.api_url, api_key=api_key, api_secret=api_secret)
        return client.account_status(cancel)

    def doctor(self) -> Doctor:
        """Tries what a profile needs, and names what is wrong."""
        from kraken_desktop.doctor import Doctor  # only for who asks

        return Doctor(transport=self.transport, secrets=self.secrets, scratch=self.scratch)

    def runner(self, executor: Executor, listener: Listener, concurrency: int, *, patient: bool = False) -> Runner:
        """A queue that runs the one pipeline; a patient one waits for the network as long as that takes."""
        pipeline = Pipeline(
            transport=self.transport,
            secrets=self.secrets,
            journal=self.journal,
            engine=self.engine,
            scratch=self.scratch,
            destinations=self.destinations,
            on_file_limit=self.keep_file_limit,
        )
        limit = min(max(1, concurrency), MOST_AT_ONCE)
        return Runner(
            executor=executor,
            work=pipeline.run,
            journal=self.journal,
            listener=listener,
            limit=limit,
            patient=patient,
        )

    def keep_file_limit(self, account_id: str, limit: int) -> None:
        """Remember the bytes of the largest file that an account's plan takes. May come from any thread."""

        def change(settings: Settings) -> Settings:
            account = settings.account(account_id)
            return settings.with_account(replace(account, file_limit=limit)) if account is not None else settings

        try:
            self.settings.update(change)
        except SettingsError as error:
            _log.info("the file limit of an account could not be kept: %s", error.reason)

    def close(self) -> None:
        """At the end of the program, after the runner's."""
        if self._engine is not None:
            self._engine.close()
        self._places.close()
        self.network.close()
        if self._scratch is not None:
            self._scratch.close()
        self.journal.close()


def _snapshot_now(old: Snapshot, settings: Settings) -> Snapshot:
    profile = settings.profile(old.profile.id)
    if profile is None:
        return old
    recipe = old.recipe
    if recipe.id == old.profile.recipe_id:
        recipe = settings.recipe(profile.recipe_id) or recipe
    account = settings.account(profile.account_id) if profile.account_id else None
    if old.here:
        profile = THIS_COMPUTER.apply(profile)
    new = Snapshot(profile=profile, recipe=recipe, account=account, here=old.here)
    return old if new == old else new
