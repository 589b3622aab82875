"""``kraken-s3 network``: proxy, trusted certificates, upload speed, and whether that leads anywhere."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kraken_desktop.cli.account import forget_secrets, keep_secret
from kraken_desktop.cli.console import Console, load_settings, read_secret
from kraken_desktop.composition import Services
from kraken_desktop.model.errors import TrustFileError
from kraken_desktop.model.network_rules import check_network, complete_proxy_url, parse_speed
from kraken_desktop.model.profile import Finding, Severity
from kraken_desktop.model.records import to_record
from kraken_desktop.model.settings import PROXY_SECRET, Network, ProxyMode, Settings


def add_parser(commands: Any) -> None:
    """Add ``network`` to the command line."""
    parser = commands.add_parser(
        "network",
        help="proxy, trusted certificates, upload speed",
        description="How every request leaves this computer, whom it trusts, and how fast uploads may be.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    told = "everything but the password, as JSON"
    actions.add_parser("show", help=told, description=f"Print {told}.").set_defaults(run=_show)
    change = actions.add_parser(
        "set",
        help="change what is named, keep the rest",
        description="Change what is named, keep the rest. It holds for every request, of the window too.",
    )
    change.add_argument(
        "--proxy", metavar="WHAT", help="system, none, or an address: http://host:port or socks5://host:port"
    )
    change.add_argument("--proxy-user", metavar="NAME", help="for a proxy that wants a login; '' for none")
    change.add_argument(
        "--proxy-password-stdin", action="store_true", help="read the password of the proxy from standard input"
    )
    change.add_argument(
        "--ca-file", metavar="FILE", help="a PEM file with further authorities to trust, such as a company's; or none"
    )
    change.add_argument(
        "--upload-limit",
        type=_speed,
        metavar="SPEED",
        help="the most that all uploads together may send, such as 500kB/s or 2MB/s; or none",
    )
    change.set_defaults(run=_set)
    trial = actions.add_parser(
        "test",
        help="try to reach Kraken.io and the servers of the buckets",
        description="Try to reach Kraken.io and the servers of the buckets of all profiles. Nothing is stored.",
    )
    trial.set_defaults(run=_test)


def _speed(text: str) -> int:
    """Bytes per second; 0 for no limit."""
    if text.strip().lower() in {"", "none"}:
        return 0
    speed = parse_speed(text)
    if speed is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed such as 500kB/s or 2MB/s, nor none")
    return speed


def _show(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    network = load_settings(services, console).preferences.network
    console.print(json.dumps(to_record(network), indent=2))
    return 0


def _set(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    before = load_settings(services, console).preferences.network
    network = _changed(arguments, before)
    findings = check_network(network)
    if network.ca_file and arguments.ca_file is not None and not findings:
        try:
            findings += _expired(network.ca_file)
        except TrustFileError as error:
            # Its own words are about requests that did not go out.
            what = f"{network.ca_file} cannot be used, so nothing was changed."
            console.message(dataclasses.replace(console.words.error(error), what=what))
            return 2
    for finding in findings:
        console.message(console.words.finding(finding))
    if any(finding.severity is Severity.ERROR for finding in findings):
        return 2
    if arguments.proxy_password_stdin:
        keep_secret(services, console, PROXY_SECRET, read_secret("--proxy-password-stdin"))

    def change(now: Settings) -> Settings:
        # Of what they are now: the window may have changed the rest while somebody typed a password.
        changed = _changed(arguments, now.preferences.network)
        return dataclasses.replace(now, preferences=dataclasses.replace(now.preferences, network=changed))

    services.settings.update(change)
    if before.proxy_user and not network.proxy_user:
        return forget_secrets(services, console, PROXY_SECRET)
    return 0


def _changed(arguments: argparse.Namespace, before: Network) -> Network:
    changes: dict[str, Any] = {}
    match arguments.proxy:
        case None:
            pass
        case "system" | "none":
            changes["proxy"] = ProxyMode(arguments.proxy)
        case url:
            changes |= {"proxy": ProxyMode.MANUAL, "proxy_url": complete_proxy_url(url)}
    if arguments.proxy_user is not None:
        changes["proxy_user"] = arguments.proxy_user.strip()
    if arguments.ca_file is not None:
        without = arguments.ca_file in {"", "none"}
        changes["ca_file"] = "" if without else str(Path(arguments.ca_file).expanduser().absolute())
    if arguments.upload_limit is not None:
        changes["upload_limit"] = arguments.upload_limit or None
    return dataclasses.replace(before, **changes)


def _expired(path: str) -> tuple[Finding, ...]:
    """What to warn of in a file of certificates. Raises ``TrustFileError`` if it is no good at all."""
    from kraken_desktop.transport.network import read_trust_file  # slow to import

    return tuple(
        Finding(field="ca_file", problem="ca_file.expired", detail=name, severity=Severity.WARNING)
        for name in read_trust_file(path).expired
    )


def _test(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    failed = False
    for reached in services.try_network(settings, settings.preferences.network):
        if reached.error is None:
            console.print(f"{urlsplit(reached.url).netloc}: answers")
        else:
            failed = True
            console.error(reached.error)
    return 1 if failed else 0
