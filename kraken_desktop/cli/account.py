"""``kraken-s3 account``: the Kraken.io key pair."""

from __future__ import annotations

import argparse
import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kraken_desktop.cli.console import Console, UsageError, load_settings, read_secret
from kraken_desktop.composition import Services
from kraken_desktop.messages import size
from kraken_desktop.model.errors import NoKeyringError, SecretError
from kraken_desktop.model.profile import DEFAULT_API_URL, Account, CredentialSource, Severity
from kraken_desktop.model.profile_rules import check_account
from kraken_desktop.stores.secret_store import variable_of
from kraken_desktop.stores.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import AccountStatus


def add_parser(commands: Any) -> None:
    """Add ``account`` to the command line."""
    parser = commands.add_parser("account", help="the Kraken.io account", description="The Kraken.io account.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    login = actions.add_parser(
        "login",
        help="keep a key pair, after asking Kraken.io whether it is right",
        description="Ask Kraken.io whether a key pair is right, then keep it: the secret in the keyring. Both are on "
        "the page “API Credentials” of your account.",
    )
    login.add_argument("--api-key", required=True, metavar="KEY", help="the API key")
    login.add_argument(
        "--api-secret-stdin",
        required=True,
        action="store_true",
        help="read the API secret from standard input",
    )
    login.add_argument(
        "--api-url", default=DEFAULT_API_URL, metavar="URL", help="a server that stands in for Kraken.io"
    )
    login.set_defaults(run=_login)
    status = actions.add_parser(
        "status",
        help="plan and quota, as Kraken.io tells them now",
        description="Ask Kraken.io for plan and quota.",
    )
    status.add_argument("--json", action="store_true", help="one JSON object; sizes in bytes")
    status.set_defaults(run=_status)
    logout = actions.add_parser(
        "logout", help="forget the key pair", description="Forget the key pair. Profiles that need it stay."
    )
    logout.set_defaults(run=_logout)


def _login(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    known = settings.accounts[0] if settings.accounts else Account(id=str(uuid.uuid4()))
    account = replace(known, api_key=arguments.api_key.strip(), api_url=arguments.api_url)
    for finding in check_account(account):
        if finding.severity is Severity.ERROR:
            console.message(console.words.finding(finding))
            return 2
    secret = read_secret("--api-secret-stdin")
    status = services.account_status(account, secret)
    source = keep_secret(services, console, account.secret_name, secret)
    account = replace(account, source=source, file_limit=None)
    services.settings.update(lambda now: now.joined_by_account(account))
    _tell(status, console)
    return 0


def keep_secret(services: Services, console: Console, name: str, secret: str) -> CredentialSource:
    """Keep a secret in the keyring; without one, only the environment can hold it.

    Raises:
        UsageError: neither can.
    """
    problem = services.secrets.available()
    if problem is None:
        services.secrets.keep(name, secret)
        return CredentialSource.KEYRING
    try:
        place = services.secrets.where(name)
    except SecretError:
        place = "nowhere"
    if place == "environment":
        return CredentialSource.ENVIRONMENT
    console.error(problem)
    raise UsageError(f"kraken-s3: set {variable_of(name)} in the environment, then run this again")


def _status(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    account = _only_account(settings)
    status = services.account_status(account)
    if arguments.json:
        console.print(json.dumps(_record(status, account.file_limit)))
    else:
        _tell(status, console)
        if account.file_limit is not None:
            console.print(f"largest file: {size(account.file_limit)}")
    if account.file_limit is not None:
        console.say(
            "The largest file was told by an earlier refusal. It is forgotten now, as the plan may have changed."
        )
        services.settings.update(lambda now: now.without_file_limit(account.id))
    return 0


def _tell(status: AccountStatus, console: Console) -> None:
    console.print(f"plan: {status.plan_name or '-'}")
    console.print(f"active: {'yes' if status.active else 'no'}")
    if status.quota_total > 0:
        console.print(f"used: {size(status.quota_used)} of {size(status.quota_total)}")
        console.print(f"left: {size(max(0, status.quota_remaining))}")
    else:
        console.print(f"used: {size(status.quota_used)}")
    if status.quota_total > 0 > status.quota_remaining:
        console.print(f"over quota: {size(-status.quota_remaining)}")


def _record(status: AccountStatus, file_limit: int | None) -> dict[str, Any]:
    return {
        "plan": status.plan_name,
        "active": status.active,
        "quota_total": status.quota_total,
        "quota_used": status.quota_used,
        "quota_remaining": status.quota_remaining,
        "over_quota": max(0, -status.quota_remaining),
        "file_limit": file_limit,
    }


def _logout(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    account = _only_account(settings)
    services.settings.update(lambda now: now.without_account(account.id))
    if account.source is not CredentialSource.KEYRING:
        return 0
    return forget_secrets(services, console, account.secret_name)


def forget_secrets(services: Services, console: Console, *names: str) -> int:
    """Forget what the keyring keeps for something that is gone. Returns the exit code.

    Where there is no keyring, there is nothing to forget.
    """
    refused: SecretError | None = None
    for name in names:
        try:
            services.secrets.forget(name)
        except NoKeyringError:
            continue
        except SecretError as error:
            refused = refused or error
    if refused is None:
        return 0
    console.error(refused)
    return 1


def _only_account(settings: Settings) -> Account:
    if not settings.accounts:
        raise UsageError("kraken-s3: there is no account. Add one with: kraken-s3 account login --api-key KEY …")
    return settings.accounts[0]
