"""A set-up person: an account at the test server, a bucket, a profile, and secrets in the keyring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kraken_desktop.composition import Services
from kraken_desktop.model.profile import Account, Credentials, Profile
from kraken_desktop.stores.settings import Settings
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import S3Handle


@dataclass
class World:
    """What a test has of the person's world. ``home`` is ``KRAKEN_DESKTOP_HOME``."""

    home: Path
    s3: S3Handle
    api: KrakenApi
    bucket: str

    @property
    def environ(self) -> dict[str, str]:
        return {"KRAKEN_DESKTOP_HOME": str(self.home)}

    @property
    def secrets(self) -> tuple[str, str]:
        """What must not be found anywhere."""
        return self.api.api_secret, self.s3.secret

    def services(self, **environ: str) -> Services:
        return Services({**self.environ, **environ}, _no_problem)

    def account(self) -> Account:
        return Account(id="account-1", api_key=self.api.api_key, api_url=self.api.url)

    def profile(self, **changes: Any) -> Profile:
        profile = Profile(
            id="profile-1",
            name="Web",
            account_id="account-1",
            bucket=self.bucket,
            region=self.s3.region,
            endpoint=self.s3.endpoint,
            credentials=Credentials(access_key=self.s3.access_key),
        )
        return replace(profile, **changes)

    def set_up(self, services: Services, **changes: Any) -> Settings:
        """Write settings and secrets, as the settings dialog would."""
        account, profile = self.account(), self.profile(**changes)
        services.secrets.keep(account.secret_name, self.api.api_secret)
        services.secrets.keep(profile.secret_name, self.s3.secret)
        return services.settings.update(
            lambda now: now.with_account(account).with_profile(profile).with_default(profile.id)
        )

    def variables(self) -> Mapping[str, str]:
        """Everything a server or CI would have in its environment."""
        return {
            "KRAKEN_API_KEY": self.api.api_key,
            "KRAKEN_API_SECRET": self.api.api_secret,
            "KRAKEN_S3_ACCESS_KEY": self.s3.access_key,
            "KRAKEN_S3_SECRET": self.s3.secret,
        }


def _no_problem(error: Exception) -> None:
    raise AssertionError(f"the journal is not kept: {error}")
