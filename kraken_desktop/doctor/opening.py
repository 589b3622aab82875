"""Does the link open for those whom it is for?"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from kraken_desktop.buckets.policy import objects_arn
from kraken_desktop.buckets.s3_answers import refusal
from kraken_desktop.cancel import CancelToken
from kraken_desktop.doctor.notes import Notes
from kraken_desktop.doctor.sample import BYTES, TYPE
from kraken_desktop.doctor.trials import Trials
from kraken_desktop.link_check import check_link
from kraken_desktop.model.diagnosis import LINK_CODE, CheckVerdict, Step
from kraken_desktop.model.errors import Fact
from kraken_desktop.model.job import StoredImage, Verdict
from kraken_desktop.model.link_trouble import link_trouble
from kraken_desktop.model.profile import Profile

if TYPE_CHECKING:
    from kraken_desktop.transport import Transport


def check_signed_link(trials: Trials, url: str, notes: Notes) -> None:
    """A presigned link opens for anybody who has it, if the key that signed it may read.

    Raises:
        TransportError: no answer.
        CancelledError: the person stopped the check.
    """
    answer = trials.get(url)
    if answer.status == 200 and answer.body == BYTES:
        notes.ok(Step.OPEN, "doctor.link_signed_ok")
        return
    told = refusal(answer)
    facts: dict[str, Fact] = {"status": answer.status, "aws_code": told.code, "said": told.said}
    if told.code == "AccessDenied":
        facts |= {"right": "s3:GetObject", "arn": objects_arn(trials.profile)}
        notes.add(Step.OPEN, CheckVerdict.PROBLEM, "doctor.link_signed_denied", facts)
    else:
        notes.add(Step.OPEN, CheckVerdict.PROBLEM, "doctor.link_signed_refused", facts)


def check_public_link(
    transport: Transport, profile: Profile, key: str, url: str, notes: Notes, cancel: CancelToken
) -> None:
    """The link as anybody opens it, who has nothing but the address.

    Args:
        profile: as the object was stored, with what of it was taken.

    Raises:
        CancelledError: the person stopped the check.
    """
    image = StoredImage(key=key, url=url, bytes=len(BYTES))
    if profile.public_url:
        # A cache that kept the object of an earlier check would answer for a bucket that it does not reach.
        fresh = replace(image, url=f"{url}?check={secrets.token_hex(4)}")
        found = check_link(transport, fresh, TYPE, cancel)
    if not profile.public_url or found.verdict is not Verdict.OPENS:
        found = check_link(transport, image, TYPE, cancel)
    if found.verdict is Verdict.OPENS:
        notes.ok(Step.OPEN, "doctor.link_ok", url=url)
        return
    facts: dict[str, Fact] = {
        "url": url,
        "status": found.status,
        "content_type": found.content_type.partition(";")[0],
    }
    notes.add(Step.OPEN, CheckVerdict.PROBLEM, LINK_CODE + link_trouble(found, profile), facts)
