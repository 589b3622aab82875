"""``kraken-s3 profile check``: tries what a profile needs, and says what is wrong and what to do."""

from __future__ import annotations

import argparse
import json
import shlex
import threading
from typing import Any

from kraken_desktop.cancel import CancelToken
from kraken_desktop.cli.console import Console, WorkersLeftError, chosen_profile, load_settings
from kraken_desktop.composition import Services
from kraken_desktop.messages import Words
from kraken_desktop.model.diagnosis import CheckVerdict, Diagnosis, Observation, Step
from kraken_desktop.model.offers import Offer, OfferId
from kraken_desktop.model.profile import Profile

_INTERRUPTED = 130
_SECONDS_TO_END = 15.0
"""For removing the object after Ctrl+C."""


def add_action(actions: Any) -> None:
    """Add ``check`` to the actions of ``profile``."""
    parser = actions.add_parser(
        "check",
        help="try what it needs, and say what is wrong",
        description="Try what a profile needs: account, keys, connection, bucket, rights, and the link. One tiny image "
        "of a fixed name is stored below the beginning of the path template, and removed again; nothing that is there "
        "is replaced, and nothing is charged.",
        epilog="Exit code: 0 it works, perhaps with warnings; 1 there is a problem; 2 wrong usage; 130 interrupted.",
    )
    parser.add_argument("name", metavar="NAME", help="the profile")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line a step")
    parser.set_defaults(run=_check)


def _check(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    profile = chosen_profile(arguments.name, settings)
    cancel, told = CancelToken(), _Told(profile, console, quiet=arguments.json)
    outcome: list[Diagnosis | Exception] = []
    done = threading.Event()

    def work() -> None:
        try:
            outcome.append(services.doctor().examine(profile, settings, cancel, told))
        except Exception as error:  # noqa: BLE001 - raised again where it is handled
            outcome.append(error)
        done.set()

    # In a thread of its own, so that Ctrl+C finds this one waiting, with no lock held. On an event, because a
    # join that is interrupted takes the thread for ended (CPython 3.11).
    threading.Thread(target=work, daemon=True).start()
    try:
        while not done.wait(0.2):
            continue
    except KeyboardInterrupt:
        cancel.cancel()
        if not done.wait(_SECONDS_TO_END):
            raise WorkersLeftError(_INTERRUPTED) from None
    (ended,) = outcome
    if isinstance(ended, Exception):
        raise ended
    told.end(ended)
    if ended.cancelled:
        return _INTERRUPTED
    return 1 if ended.verdict is CheckVerdict.PROBLEM else 0


class _Told:
    """What the person reads, line by line as it is found; or all at once as JSON."""

    def __init__(self, profile: Profile, console: Console, *, quiet: bool) -> None:
        self._profile = profile
        self._console = console
        self._quiet = quiet

    def __call__(self, told: Step | Observation) -> None:
        if self._quiet or isinstance(told, Step) or told.is_unreached:
            return
        words = self._console.words
        self._console.print(words.diagnosis.line(told))
        if remedy := words.diagnosis.observation(told).remedy:
            self._console.say(f"  {remedy}")
        for offer in told.offers:
            self._console.say(f"  {words.offer(offer)}: {command_of(offer, self._profile)}")
        if policy := _policy(told, self._profile):
            self._console.say(f"  A policy that allows it: {policy}")

    def end(self, diagnosis: Diagnosis) -> None:
        """All of it is known."""
        if self._quiet:
            self._console.print(json.dumps(_record(diagnosis, self._console.words), indent=2))
        else:
            words = self._console.words.diagnosis
            if unreached := words.unreached(diagnosis):
                self._console.print(unreached)
            self._console.say(words.summary(diagnosis))


_OPTIONS: dict[OfferId, str] = {
    OfferId.THIS_COMPUTER: "--engine local --uploader local",
    OfferId.THIS_COMPUTER_ONCE: "--engine local --uploader local",
    OfferId.UPLOAD_HERE: "--uploader local --acl none",
    OfferId.NO_ACL: "--acl none",
    OfferId.REGION: "--region",
}


def command_of(offer: Offer, profile: Profile) -> str:
    """What takes an offer in a terminal."""
    detail = f" {shlex.quote(offer.detail)}" if offer.detail else ""
    return f"kraken-s3 profile edit {shlex.quote(profile.name)} {_OPTIONS[offer.id]}{detail}"


_POLICIES = {
    "doctor.put_denied": "",
    "doctor.acl_denied": "",
    "doctor.tags_denied": "",
    "doctor.look_denied": "",
    "doctor.list_denied": "",
    "doctor.link_signed_denied": "",
    "link.forbidden:policy": " --bucket-policy",
    "doctor.left_behind": " --with-delete",
}
"""By code, what to ask ``profile policy`` for."""


def _policy(told: Observation, profile: Profile) -> str:
    """What prints the policy that is missing; empty where that is not what is wrong."""
    if told.code not in _POLICIES:
        return ""
    return f"kraken-s3 profile policy {shlex.quote(profile.name)}{_POLICIES[told.code]}"


def _record(diagnosis: Diagnosis, words: Words) -> dict[str, Any]:
    return {
        "profile": diagnosis.profile.name,
        "verdict": diagnosis.verdict,
        "steps": [_step(each, diagnosis.profile, words) for each in diagnosis.observations],
    }


def _step(told: Observation, profile: Profile, words: Words) -> dict[str, Any]:
    message = words.diagnosis.observation(told)
    return {
        "step": told.step,
        "verdict": told.verdict,
        "code": told.code,
        "message": " ".join(part for part in (message.what, message.why) if part),
        "hint": message.remedy,
        "commands": [command_of(offer, profile) for offer in told.offers],
    }
