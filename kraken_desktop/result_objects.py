"""What became of a source as a JSON object for scripts: ``put --json`` prints it, an export of the history has it."""

from __future__ import annotations

from typing import Any

from kraken_desktop.messages import Message
from kraken_desktop.model.job import Failed, Outcome, StoredImage, Verdict, state_of


def result_object(*, source: str, profile: str, outcome: Outcome, message: Message | None = None) -> dict[str, Any]:
    """One source: these names are a promise to scripts.

    Args:
        source: the path or the address, as it was given.
        profile: the name of the profile.
        outcome: what it ended in.
        message: a failure in words; None leaves ``error`` without them.
    """
    told: dict[str, Any] = {
        "source": source,
        "status": state_of(outcome).value,
        "profile": profile,
        "images": [image_object(image) for image in outcome.images],
        "original_bytes": outcome.original_bytes,
        "saved_bytes": getattr(outcome, "saved_bytes", None),
    }
    if isinstance(outcome, Failed):
        words = message or Message("", "", "")
        told["error"] = {
            "code": outcome.failure.code,
            "message": " ".join(part for part in (words.what, words.why) if part),
            "hint": words.remedy,
            "retryable": outcome.failure.retryable,
        }
    return told


def image_object(image: StoredImage) -> dict[str, Any]:
    """One image: what every one has, then what only some have."""
    told: dict[str, Any] = {
        name: getattr(image, name) for name in ("variant", "key", "url", "kraked_url", "width", "height", "bytes")
    }
    if image.expires_at is not None:
        told["expires_at"] = image.expires_at.isoformat()
    if image.already_optimal:
        told["already_optimal"] = True
    if image.local_copy:
        told["local_copy"] = image.local_copy
    if image.sandbox:
        told["sandbox"] = True
    if image.removed:
        # It opens no longer: a script that takes what is in ``url`` is to take nothing.
        told |= {"url": "", "kraked_url": "", "removed": True}
    if image.check is not None and image.check.verdict is not Verdict.OPENS:
        told["check"] = {
            "verdict": image.check.verdict.value,
            "status": image.check.status or None,
            "content_type": image.check.content_type,
        }
    return told
