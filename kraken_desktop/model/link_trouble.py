"""What is the matter with a link that does not open as it should, as far as answer and profile tell."""

from __future__ import annotations

from kraken_desktop.model.job import LinkCheck, Verdict
from kraken_desktop.model.profile import Acl, Profile

LINK_TROUBLES = (
    "forbidden:public_url",
    "forbidden:acl",
    "forbidden:policy",
    "missing:public_url",
    "missing",
    "wrong_type",
    "wrong_type:page",
    "wrong_type:none",
    "wrong_length",
    "refused",
    "refused:redirect",
    "unreachable",
    "unreachable:transport.name_lookup",
    "unreachable:transport.tls",
)
"""The verdict, and what more is known."""


def link_trouble(check: LinkCheck, profile: Profile) -> str:
    """One of ``LINK_TROUBLES``; empty where anybody can open the link."""
    if check.verdict is Verdict.OPENS:
        return ""
    key = f"{check.verdict}:{_refined(check, profile)}"
    return key if key in LINK_TROUBLES else check.verdict.value


def _refined(check: LinkCheck, profile: Profile) -> str:
    match check.verdict:
        case Verdict.FORBIDDEN | Verdict.MISSING if profile.public_url:
            return "public_url"
        case Verdict.FORBIDDEN:
            return "acl" if profile.acl is Acl.PUBLIC_READ else "policy"
        case Verdict.WRONG_TYPE if not check.content_type:
            return "none"
        case Verdict.WRONG_TYPE:
            return "page" if check.content_type.lower().startswith("text/html") else ""
        case Verdict.REFUSED:
            return "redirect" if 300 <= check.status < 400 else ""
        case _:
            return check.reason
