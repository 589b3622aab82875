"""Which of its words a code gets: the facts that make them more exact, and those that are somebody else's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kraken_desktop.messages.own_failures import KINDS
from kraken_desktop.messages.text import is_address
from kraken_desktop.model.errors import Fact
from kraken_desktop.model.full_bucket import is_full

# The fact that refines the words of a code.
_REFINED_BY = {
    "source.unsupported": "detected",
    "source.redirect": "problem",
    "source.refused": "status",
    "source.busy": "status",
    "transport.timeout": "phase",
    "transport.trust_file": "problem",
    "transport.proxy": "problem",
    "kraken.bad_answer": "reason",
    "bucket.lookup": "status",
    "bucket.refused": "aws_code",
    "bucket.denied": "aws_code",
    "bucket.acl_refused": "aws_code",
    "bucket.busy": "aws_code",
    "bucket.folder": "problem",
    "aws.profile": "problem",
    "engine.unsupported": "feature",
    "result.lost": "problem",
    "store.settings": "problem",
    "store.journal": "problem",
    "store.exchange": "problem",
}

# Where ``reason`` is the text of the system or of a decoder, and not a code or a path of ours.
_QUOTED = (
    "source.unreadable",
    "transport.",
    "engine.",
    "bucket.folder",
    "aws.profile",
    "store.journal",
    "store.error",
    "store.spool",
    "store.scratch",
)
_QUOTED_SETTINGS = frozenset({"unreadable", "unwritable"})


def is_quoted(code: str, facts: Mapping[str, Fact]) -> bool:
    """Whether the fact ``reason`` is the system's own text, or the engine's."""
    return code.startswith(_QUOTED) or (code == "store.settings" and facts.get("problem") in _QUOTED_SETTINGS)


def refined(code: str, facts: Mapping[str, Fact]) -> Iterator[str]:
    """Keys of more exact words, the best first."""
    told = facts.get(_REFINED_BY.get(code, ""))
    if code == "store.settings" and facts.get("restored") is False:
        yield f"{code}:{told}:lost"
    if facts.get("doing") == "delete" and (code == "bucket.refused" or told == "AccessDenied"):
        # Another right is missing than for storing.
        yield "bucket.refused:delete"
    if code == "source.unsupported" and is_address(facts.get("path")):
        yield f"{code}:{told}:address"
        if told in KINDS:
            yield f"{code}:?:address"
    if code == "source.blocked" and facts.get("redirected"):
        yield f"{code}:redirected"
    if code == "source.too_large" and facts.get("size") == 0:
        yield f"{code}:unknown"
    if code == "bucket.denied" and is_full(str(told or ""), str(facts.get("said") or ""), _status(facts)):
        yield "s3:QuotaExceeded"
    if told not in (None, ""):
        yield f"{code}:{told}"
        yield f"s3:{told}"
        if told in KINDS:
            yield f"{code}:?"
    if code == "kraken.file_too_large" and isinstance(facts.get("limit"), int):
        yield f"{code}:limit"
    if code == "engine.too_many_pixels" and facts.get("frames") not in (None, 1):
        yield f"{code}:animation"
    if code == "bucket.wrong_region" and facts.get("region"):
        yield f"{code}:region"
    if code == "fate.unknown" and not facts.get("key"):
        yield f"{code}:no_key"
    if code == "secret.missing":
        yield f"{code}:{facts.get('reason')}"
        if facts.get("variable"):
            yield f"{code}:variable"


def _status(facts: Mapping[str, Fact]) -> int:
    status = facts.get("status")
    return status if isinstance(status, int) else 0
