"""What a person reads of a link that does not open as it should: cause and way out, for each thing that can be."""

from __future__ import annotations

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.messages.link_checks import LINK_TROUBLES, SHORT
from kraken_desktop.model import link_trouble
from kraken_desktop.model.errors import TransportError, all_error_types
from kraken_desktop.model.job import LinkCheck, Verdict
from kraken_desktop.model.profile import Profile
from tests.support.link_troubles import CASES, CDN, PUBLIC


@pytest.mark.parametrize(("check", "profile", "short", "why", "remedy"), CASES)
def test_cause_and_way_out(check: LinkCheck, profile: Profile, short: str, why: str, remedy: str) -> None:
    message = Words().link_trouble(check, profile)
    assert message is not None
    assert Words().link_check(check) == short
    assert why in message.why
    assert remedy in message.remedy
    for text in (message.what, message.why, message.remedy):
        assert text.endswith(".")
        assert "…" not in text


def test_what_opens_is_no_trouble() -> None:
    check = LinkCheck(verdict=Verdict.OPENS, status=200, content_type="image/png")
    assert Words().link_trouble(check, PUBLIC) is None
    assert Words().link_check(check) == "Anyone can open it"


def test_every_text_is_reached() -> None:
    told = {
        (message.what, message.why, message.remedy)
        for check, profile, *_ in CASES
        if (message := Words().link_trouble(check, profile))
    }
    assert len(told) == len(LINK_TROUBLES) == len(CASES)
    assert set(LINK_TROUBLES) == set(link_trouble.LINK_TROUBLES)
    assert {key.partition(":")[0] for key in SHORT} == {verdict.value for verdict in Verdict}


@pytest.mark.parametrize("kind", [kind for kind in all_error_types() if issubclass(kind, TransportError)])
def test_whatever_kept_the_answer_away_there_are_words(kind: type[TransportError]) -> None:
    message = Words().link_trouble(LinkCheck(verdict=Verdict.UNREACHABLE, reason=kind.code), CDN)
    assert message is not None
    assert message.remedy
