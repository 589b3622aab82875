"""``--provider``: a profile at one of the services that are known, without looking up its endpoint."""

from __future__ import annotations

import argparse
from dataclasses import replace

from kraken_desktop.cli.console import UsageError
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.providers import PROVIDERS, Provider, provider_named, provider_of, suited


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``profile add`` and ``profile edit``."""
    parser.add_argument(
        "--provider",
        type=_provider,
        metavar="ID",
        help=f"whose S3 it is: {', '.join(each.id for each in PROVIDERS)}; sets endpoint, region, ACL and uploader",
    )
    parser.add_argument(
        "--provider-account", metavar="TEXT", help="the customer's ID in the endpoint, for r2 the account ID"
    )


def placed(arguments: argparse.Namespace, before: Profile) -> Profile:
    """The profile at the provider that is named, or in another region of the same one. Other options come after.

    Raises:
        UsageError: what the endpoint is made of is missing, or belongs to no endpoint.
    """
    provider: Provider | None = arguments.provider
    if provider is None:
        return _moved(arguments, before)
    known = provider.parts_of(before.endpoint)
    account = arguments.provider_account or (known[1] if known else "")
    if arguments.provider_account and not provider.needs_account:
        raise UsageError(f"kraken-s3: the endpoint of {provider.id} has no account in it: leave out --provider-account")
    if provider.needs_account and not account and not arguments.endpoint:
        raise UsageError(f"kraken-s3: {provider.id} needs --provider-account, the ID that its dashboard shows")
    made = suited(before, provider, region=arguments.region or "", account=account)
    if provider.is_aws or made.endpoint or arguments.endpoint:
        return made
    if provider_of(before.endpoint) is not provider:
        raise UsageError(f"kraken-s3: {provider.id} needs --endpoint, the address that the service names for S3")
    return replace(made, endpoint=before.endpoint)


def _moved(arguments: argparse.Namespace, before: Profile) -> Profile:
    """In another region, whose endpoint is another one."""
    provider = provider_of(before.endpoint)
    parts = provider.parts_of(before.endpoint)
    if arguments.provider_account is not None:
        if parts is None or not provider.needs_account:
            raise UsageError("kraken-s3: --provider-account goes with --provider")
        parts = parts[0], arguments.provider_account
    elif not arguments.region:
        return before
    if parts is None:
        return before
    region = arguments.region if arguments.region and provider.needs_region else parts[0]
    return replace(before, endpoint=provider.endpoint_of(region, parts[1]))


def _provider(text: str) -> Provider:
    found = provider_named(text.lower())
    if found is None:
        known = ", ".join(each.id for each in PROVIDERS)
        raise argparse.ArgumentTypeError(f"{text!r} is none of: {known}")
    return found
