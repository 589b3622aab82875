"""``kraken-s3 profile policy``: the rights that a profile needs, as JSON to be piped on, and what they are for."""

from __future__ import annotations

import argparse
from typing import Any

from kraken_desktop.buckets.policy import as_json, least_policy, public_policy
from kraken_desktop.cli.console import Console, UsageError, chosen_profile, load_settings
from kraken_desktop.composition import Services


def add_action(actions: Any) -> None:
    """Add ``policy`` to the actions of ``profile``."""
    parser = actions.add_parser(
        "policy",
        help="the least IAM policy that it needs, as JSON; what it is for on standard error",
        description="Print the least IAM policy for the key of a profile, or the policy of its bucket.",
    )
    parser.add_argument("name", metavar="NAME", help="the profile")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--bucket-policy", action="store_true", help="instead, the bucket's policy that lets anybody open the images"
    )
    which.add_argument("--with-delete", action="store_true", help="with the right to remove what was stored")
    parser.set_defaults(run=_policy)


def _policy(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    profile = chosen_profile(arguments.name, load_settings(services, console))
    if profile.folder:
        raise UsageError(f"kraken-s3: {profile.name!r} stores into a folder, which needs no policy")
    policy = (
        public_policy(profile) if arguments.bucket_policy else least_policy(profile, with_delete=arguments.with_delete)
    )
    if policy is None:
        raise UsageError(
            f"kraken-s3: {profile.name!r} needs no bucket policy: its images are private, opened by their ACL or "
            "served from another address, or its service has no such policies"
        )
    for section in console.words.permissions.sections(profile, with_delete=arguments.with_delete):
        console.say(section.title)
        for line in section.lines:
            console.say(f"  {line}")
    console.print(as_json(policy))
    return 0
