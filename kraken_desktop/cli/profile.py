"""``kraken-s3 profile``: destinations."""

from __future__ import annotations

import argparse
import dataclasses
import json
import uuid
from pathlib import Path
from typing import Any

from kraken_desktop.cli import profile_check, profile_exchange, profile_policy, profile_provider
from kraken_desktop.cli.account import forget_secrets, keep_secret
from kraken_desktop.cli.console import (
    Console,
    UsageError,
    chosen_profile,
    chosen_recipe,
    load_settings,
    one_of,
    read_secret,
)
from kraken_desktop.composition import Services
from kraken_desktop.model.errors import SecretMissingError
from kraken_desktop.model.job import Failure
from kraken_desktop.model.profile import (
    Acl,
    Collision,
    Credentials,
    CredentialSource,
    Engine,
    Pairs,
    Profile,
    Severity,
    Uploader,
)
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.model.records import to_record
from kraken_desktop.stores.settings import Settings

_PLAIN = {
    "bucket": "bucket",
    "region": "region",
    "endpoint": "endpoint",
    "path": "path_template",
    "acl": "acl",
    "engine": "engine",
    "uploader": "uploader",
    "folder": "folder",
    "storage_class": "storage_class",
    "local_copy": "local_copy",
    "public_url": "public_url",
    "collision": "collision",
    "tag": "tags",
    "metadata": "metadata",
    "header": "headers",
}
"""Options that are a field of the profile each."""


def option_of(failure: Failure) -> str:
    """The option of ``profile edit`` that mends a profile at fault; empty if that is not what it is about."""
    if failure.code == "plan.template":
        return "--path"
    if failure.code != "plan.profile":
        return ""
    field = failure.facts.get("field")
    if field == "credentials":
        by_profile = str(failure.facts.get("problem")).startswith("credentials.aws_profile")
        return "--aws-profile" if by_profile else "--access-key"
    return next((f"--{option.replace('_', '-')}" for option, own in _PLAIN.items() if own == field), "")


_EXAMPLE = (
    "Such as: kraken-s3 profile add web --engine local --bucket photos --region eu-west-1 --acl none --access-key ID "
    "--secret-stdin"
)
_ACLS = "who may open an image: public_read (anybody), private (who has a signed link), none (as the bucket says)"
_COLLISIONS = "if a name is taken: rename (the default), skip, overwrite, fail"


def add_parser(commands: Any) -> None:
    """Add ``profile`` to the command line."""
    parser = commands.add_parser("profile", help="where images go, and how", description="Where images go, and how.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action, text, told in (
        ("add", "make a profile", "Make a profile. The first one of your own becomes the default."),
        ("edit", "change what is named, keep the rest", "Change what is named, keep the rest."),
    ):
        each = actions.add_parser(action, help=text, description=told, epilog=_EXAMPLE)
        each.add_argument("name", metavar="NAME", help="how it is called")
        _add_options(each)
        each.set_defaults(run=_add if action == "add" else _edit)
    profile_check.add_action(actions)
    profile_policy.add_action(actions)
    profile_exchange.add_actions(actions)
    told = "the names; the default is marked"
    actions.add_parser("list", help=told, description=f"Print {told}.").set_defaults(run=_list)
    for action, text, told, run in (
        ("show", "everything but the secrets, as JSON", "Print everything but the secrets, as JSON.", _show),
        (
            "remove",
            "forget a profile and its secrets; nothing in the bucket changes",
            "Forget a profile and its secrets. Nothing in the bucket changes.",
            _remove,
        ),
    ):
        each = actions.add_parser(action, help=text, description=told)
        each.add_argument("name", metavar="NAME", help="the profile")
        each.set_defaults(run=run)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bucket", metavar="NAME", help="the bucket's name")
    profile_provider.add_options(parser)
    parser.add_argument("--region", metavar="CODE", help="such as eu-west-1")
    parser.add_argument("--endpoint", metavar="URL", help="an S3 other than AWS; for this computer's own requests")
    style = parser.add_mutually_exclusive_group()
    for option, value, text in (
        ("--path-style", True, "the bucket in the path of an address"),
        ("--no-path-style", False, "the bucket in the host name"),
        ("--auto-path-style", None, "as endpoint and bucket need it (the default)"),
    ):
        style.add_argument(option, dest="path_style", action="store_const", const=(value,), help=text)
    parser.add_argument(
        "--path", metavar="TEMPLATE", help="the object key, such as {date:%%Y/%%m}/{stem|slug}-{hash:8}{ext}"
    )
    parser.add_argument("--acl", type=one_of(Acl), metavar="ACL", help=_ACLS)
    for name, what in (("tag", "object tag"), ("metadata", "user metadata"), ("header", "object header")):
        parser.add_argument(
            f"--{name}",
            type=_pair,
            action="append",
            metavar="K=V",
            help=f"{what}; repeat for more, '' for none",
        )
    parser.add_argument("--cache-control", metavar="TEXT", help="the header Cache-Control")
    parser.add_argument(
        "--storage-class", metavar="NAME", help="S3's, such as STANDARD_IA; for this computer's uploader"
    )
    parser.add_argument(
        "--engine",
        type=one_of(Engine),
        metavar="ENGINE",
        help="who makes images smaller: kraken (Kraken.io, the default) or local (this computer)",
    )
    parser.add_argument(
        "--uploader",
        type=one_of(Uploader),
        metavar="WHO",
        help="who stores them: kraken (into Amazon S3 only) or local",
    )
    parser.add_argument("--folder", type=_folder, metavar="DIR", help="a folder on this computer instead of a bucket")
    parser.add_argument("--local-copy", type=_folder, metavar="DIR", help="a folder that gets a copy of each result")
    parser.add_argument("--public-url", metavar="URL", help="base of the links, such as a CDN's")
    parser.add_argument("--collision", type=one_of(Collision), metavar="WHAT", help=_COLLISIONS)
    parser.add_argument("--recipe", metavar="NAME", help="what is done to images; the names: kraken-s3 recipe list")
    parser.add_argument("--access-key", metavar="ID", help="the ID of the access key; its secret by --secret-stdin")
    parser.add_argument("--secret-stdin", action="store_true", help="read the secret access key from standard input")
    parser.add_argument(
        "--session-token-stdin",
        action="store_true",
        help="read the session token of temporary keys from standard input, after the secret",
    )
    parser.add_argument(
        "--aws-profile", metavar="NAME", help="take the keys from this profile of the AWS configuration"
    )
    parser.add_argument("--default", action="store_true", help="use it when no profile is named")


def _pair(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def _folder(text: str) -> str:
    return str(Path(text).expanduser().absolute()) if text else ""


def _add(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    if settings.profile_named(arguments.name) is not None:
        raise UsageError(f"kraken-s3: there is a profile {arguments.name!r} already; change it with: profile edit")
    account = settings.accounts[0].id if settings.accounts else None
    return _save(
        arguments,
        services,
        console,
        settings,
        Profile(id=str(uuid.uuid4()), name=arguments.name, account_id=account),
    )


def _edit(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    return _save(arguments, services, console, settings, chosen_profile(arguments.name, settings))


def _save(
    arguments: argparse.Namespace, services: Services, console: Console, settings: Settings, before: Profile
) -> int:
    profile = _changed(arguments, settings, profile_provider.placed(arguments, before))
    by_key = profile.credentials.source is not CredentialSource.AWS_PROFILE and not profile.folder
    if by_key and not profile.credentials.access_key and not arguments.secret_stdin:
        profile = _from_environment(services, profile)
    refused = False
    for finding in check_profile(profile):
        # An account may be added after the profile; put says so if it never is.
        if finding.field == "account_id":
            continue
        console.message(console.words.finding(finding))
        refused = refused or finding.severity is Severity.ERROR
    if refused:
        return 2
    if arguments.secret_stdin:
        secret = read_secret("--secret-stdin")
        source = keep_secret(services, console, profile.secret_name, secret)
        profile = dataclasses.replace(profile, credentials=dataclasses.replace(profile.credentials, source=source))
    if arguments.session_token_stdin:
        keep_secret(services, console, profile.session_token_name, read_secret("--session-token-stdin"))

    def join(now: Settings) -> Settings:
        joined = now.joined_by_profile(profile)
        return joined.with_default(profile.id) if arguments.default else joined

    services.settings.update(join)
    if arguments.provider is not None and (hint := console.words.permissions.hint(arguments.provider, profile)):
        console.say(hint)
    return 0


def _changed(arguments: argparse.Namespace, settings: Settings, before: Profile) -> Profile:
    given: dict[str, Any] = {
        field: _pairs(value) if isinstance(value, list) else value
        for option, field in _PLAIN.items()
        if (value := getattr(arguments, option)) is not None
    }
    if arguments.cache_control is not None:
        headers: Pairs = given.get("headers", before.headers)
        others = tuple(pair for pair in headers if pair[0].lower() != "cache-control")
        wanted = (("Cache-Control", arguments.cache_control),) if arguments.cache_control else ()
        given["headers"] = (*others, *wanted)
    if arguments.recipe is not None:
        given["recipe_id"] = chosen_recipe(arguments.recipe, settings).id
    if arguments.path_style is not None:
        (given["path_style"],) = arguments.path_style
    if arguments.aws_profile:
        given["credentials"] = Credentials(source=CredentialSource.AWS_PROFILE, aws_profile=arguments.aws_profile)
    elif arguments.access_key is not None:
        given["credentials"] = Credentials(
            source=CredentialSource.KEYRING
            if before.credentials.source is CredentialSource.AWS_PROFILE
            else before.credentials.source,
            access_key=arguments.access_key.strip(),
        )
    return dataclasses.replace(before, **_implied(given, before))


def _implied(given: dict[str, Any], before: Profile) -> dict[str, Any]:
    """With what only one choice is left for: a folder is no place that Kraken.io could write into."""
    if given.get("folder") and not before.folder:
        given = {"engine": Engine.LOCAL, "uploader": Uploader.LOCAL, "acl": Acl.NONE} | given
    engine_is_local = given.get("engine", before.engine) is Engine.LOCAL
    by_aws_profile = "credentials" in given and given["credentials"].source is CredentialSource.AWS_PROFILE
    if engine_is_local or by_aws_profile:
        given = {"uploader": Uploader.LOCAL} | given
    return given


def _from_environment(services: Services, profile: Profile) -> Profile:
    """On a server or in CI: nothing is typed, because the variables hold both the key and its secret."""
    refers = dataclasses.replace(profile, credentials=Credentials(source=CredentialSource.ENVIRONMENT))
    try:
        services.secrets.s3_keys(refers)
    except SecretMissingError:
        return profile
    return refers


def _pairs(values: list[tuple[str, str] | None]) -> Pairs:
    return tuple(pair for pair in values if pair is not None)


def _list(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    default = settings.default_profile
    for profile in settings.profiles:
        mark = " (default)" if default is not None and profile.id == default.id else ""
        console.print(f"{profile.name}{mark}")
    return 0


def _show(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    profile = chosen_profile(arguments.name, load_settings(services, console))
    console.print(json.dumps(to_record(profile), indent=2))
    return 0


def _remove(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    profile = chosen_profile(arguments.name, load_settings(services, console))
    services.settings.update(lambda now: now.without_profile(profile.id))
    if profile.credentials.source is not CredentialSource.KEYRING or profile.folder:
        return 0
    return forget_secrets(services, console, profile.secret_name, profile.session_token_name)
