"""Chooses the words for errors, findings, outcomes and states, and fills in their facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from kraken_desktop.messages import offers, recipe_words, states
from kraken_desktop.messages.address_failures import ADDRESS_FAILURES
from kraken_desktop.messages.amazon import CHARGED, PUSH_WHAT, S3_FAILURES, push_reason
from kraken_desktop.messages.choosing import is_quoted, refined
from kraken_desktop.messages.diagnosis import DiagnosisWords
from kraken_desktop.messages.exchange import EXCHANGE_FAILURES
from kraken_desktop.messages.failures import FAILURES
from kraken_desktop.messages.link_checks import check_in_short, check_message
from kraken_desktop.messages.local_failures import LOCAL_FAILURES
from kraken_desktop.messages.network import NETWORK_FAILURES, NETWORK_FIELDS, NETWORK_FINDINGS
from kraken_desktop.messages.own_failures import KINDS, LEFT_BEHIND, OWN_FAILURES, SECRETS, command_for
from kraken_desktop.messages.permissions import PermissionWords
from kraken_desktop.messages.profile_findings import FIELDS, PROFILE_FINDINGS
from kraken_desktop.messages.quota import QuotaWords
from kraken_desktop.messages.recipe_findings import RECIPE_FINDINGS
from kraken_desktop.messages.removal import REMOVAL_FAILURES
from kraken_desktop.messages.s3_findings import S3_FINDINGS
from kraken_desktop.messages.template_findings import EXPLANATIONS, KEY_FINDINGS, TEMPLATE_FINDINGS
from kraken_desktop.messages.text import (
    QT_TRANSLATE_NOOP,
    Message,
    Translate,
    file_name,
    fill,
    identity,
    number,
    percent,
    shown,
    shown_path,
    size,
)
from kraken_desktop.messages.waiting import WaitingWords
from kraken_desktop.model.errors import Fact, KrakenDesktopError
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    JobState,
    JobStatus,
    LinkCheck,
    Outcome,
    Phase,
    Skipped,
)
from kraken_desktop.model.offers import Offer, region_told
from kraken_desktop.model.profile import Finding, Profile
from kraken_desktop.model.recipe import Recipe, Variant

_FAILURES = (
    FAILURES
    | ADDRESS_FAILURES
    | NETWORK_FAILURES
    | EXCHANGE_FAILURES
    | LOCAL_FAILURES
    | OWN_FAILURES
    | REMOVAL_FAILURES
    | S3_FAILURES
)
_FINDINGS = PROFILE_FINDINGS | NETWORK_FINDINGS | S3_FINDINGS | TEMPLATE_FINDINGS | KEY_FINDINGS | RECIPE_FINDINGS

_UNKNOWN_FINDING = Message(
    QT_TRANSLATE_NOOP("messages", "Something is wrong here: {detail}"),
    QT_TRANSLATE_NOOP("messages", "It breaks the rule “{problem}”."),
    QT_TRANSLATE_NOOP("messages", "Correct it."),
)
_TEMPLATE_WHAT = QT_TRANSLATE_NOOP("messages", "The path template of the profile needs a correction.")
_PROFILE_WHAT = QT_TRANSLATE_NOOP("messages", "The profile “{profile}” needs a correction.")

_KRAKEN_SAID = QT_TRANSLATE_NOOP("messages", "Kraken.io said: “{text}”")
_S3_SAYS = QT_TRANSLATE_NOOP("messages", "S3 said: “{text}”")
_ANSWER_WAS = QT_TRANSLATE_NOOP("messages", "The answer was: “{text}”")
_ENGINE_SAID = QT_TRANSLATE_NOOP("messages", "The engine said: “{text}”")
_SYSTEM_SAID = QT_TRANSLATE_NOOP("messages", "The system said: “{text}”")
_S3_SAID = QT_TRANSLATE_NOOP("messages", "S3’s code for it: {text}")

_ENDS = (".", "…", ".”", "…”", "!”", "?”")


class Words:
    """Puts codes and facts into words of one language.

    Args:
        translate: called for each text when it is shown, with the English source text.
    """

    def __init__(self, translate: Translate = identity) -> None:
        self._translate = translate
        self.quota = QuotaWords(translate)
        self.waiting = WaitingWords(translate)
        self.permissions = PermissionWords(translate)
        self.diagnosis = DiagnosisWords(translate, failure=self.failure, finding=self.finding)

    # --- what went wrong ---

    def error(self, error: KrakenDesktopError) -> Message:
        """An error that was just raised; also the notices that settings and journal leave."""
        return self.failure(Failure.of(error))

    def failure(self, failure: Failure) -> Message:
        """An error as it was journaled. Codes of another version get general words, never an exception."""
        code, facts = failure.code, failure.facts
        values = self._values(code, facts)
        if code in {"plan.template", "plan.profile", "plan.unsafe_key"}:
            return self._of_the_plan(code, values)
        if code in PUSH_WHAT:
            return self._of_the_push(code, values)
        family = code.partition(".")[0]
        source = next(
            (_FAILURES[name] for name in (*refined(code, facts), code, f"{family}.error") if name in _FAILURES),
            _FAILURES["error"],
        )
        message = self._filled(source, values)
        why = _joined(message.why, *self._left_behind(facts), *self._quotes(code, facts))
        return Message(message.what, why, message.remedy)

    def paused(self, failure: Failure, profile_name: str = "") -> str:
        """Why the queue waits, on one line; with the name of the profile that it is about, where that is not plain."""
        text = states.PAUSED_BY if profile_name else states.PAUSED
        return self._fill(text, what=self.failure(failure).what, profile=shown(profile_name))

    def offer(self, offer: Offer) -> str:
        """What a button that takes this way out says."""
        return self._fill(offers.LABELS[offer.id], detail=shown(offer.detail))

    def offer_taken(self, offer: Offer, profile_name: str) -> str:
        """What follows from taking it."""
        return self._fill(offers.CONSEQUENCES[offer.id], detail=shown(offer.detail), profile=shown(profile_name))

    def _of_the_plan(self, code: str, values: Mapping[str, str]) -> Message:
        found = self._filled(_FINDINGS.get(values.get("problem", ""), _UNKNOWN_FINDING), values)
        if code == "plan.unsafe_key":
            return found
        what = fill(self._translate, _PROFILE_WHAT if code == "plan.profile" else _TEMPLATE_WHAT, values)
        return Message(what, _joined(found.what, found.why), found.remedy)

    def _of_the_push(self, code: str, values: Mapping[str, str]) -> Message:
        said = values.get("said", "")
        region = region_told(said, "")
        told = self._filled(push_reason(values.get("aws_code", ""), said, region), {**values, "region": region})
        quote = self._fill(_ANSWER_WAS, text=said) if said else ""
        why = _joined(told.what, told.why, quote, self._fill(CHARGED))
        return Message(self._fill(PUSH_WHAT[code]), why, told.remedy)

    def _left_behind(self, facts: Mapping[str, Fact]) -> Iterator[str]:
        count = facts.get("left_behind")
        if isinstance(count, int) and count:
            yield self._counted(LEFT_BEHIND, count)

    def _quotes(self, code: str, facts: Mapping[str, Fact]) -> Iterator[str]:
        if said := facts.get("said"):
            yield self._fill(_S3_SAYS if code.startswith("bucket.") else _KRAKEN_SAID, text=shown(said))
        reason = facts.get("reason")
        if reason and is_quoted(code, facts):
            yield self._fill(_ENGINE_SAID if code.startswith("engine.") else _SYSTEM_SAID, text=shown(reason))
        if code.startswith("bucket.") and not said and (aws_code := facts.get("aws_code")):
            yield self._fill(_S3_SAID, text=shown(aws_code))

    def _values(self, code: str, facts: Mapping[str, Fact]) -> dict[str, str]:
        """The facts as texts, and what follows from them."""
        values = {name: "" if fact is None else shown(fact) for name, fact in facts.items()}
        path = facts.get("path")
        if isinstance(path, str):
            values |= {"path": shown_path(path), "file": file_name(path)}
        folder = facts.get("folder", facts.get("bucket"))
        if isinstance(folder, str):
            values["folder"] = shown_path(folder)
        if code == "store.settings" and not values.get("reason"):
            # It could not be set aside, so it is where it was.
            values["reason"] = values.get("path", "")
        detected = values.get("detected", "")
        values["content"] = self._fill(KINDS[detected]) if detected in KINDS else detected
        if code.startswith("secret."):
            name = values.get("name", "").rpartition("/")[2]
            values["secret"] = self._fill(SECRETS.get(name, SECRETS[""]))
            values["command"] = command_for(name, values.get("profile", ""))
        else:
            figures = {name: facts.get(name) for name in ("width", "height", "frames", "limit", "most")}
            values |= {name: number(count) for name, count in figures.items() if isinstance(count, int)}
            sizes = {name: facts.get(name) for name in ("size", "limit") if code != "engine.too_many_pixels"}
            values |= {name: size(count, self._translate) for name, count in sizes.items() if isinstance(count, int)}
        return values

    # --- what is wrong in a form ---

    def finding(self, finding: Finding) -> Message:
        """One thing wrong, or unwise, in what was typed."""
        values = {"detail": shown(finding.detail), "problem": finding.problem, "name": "", "key": ""}
        return self._filled(_FINDINGS.get(finding.problem, _UNKNOWN_FINDING), values)

    def field(self, name: str) -> str:
        """The name of a field that a finding is about."""
        told = FIELDS.get(name) or NETWORK_FIELDS.get(name)
        return self._fill(told) if told is not None else name

    def explanation(self, code: str) -> str:
        """What a variable or filter of the path template stands for; codes as ``object_key`` has them."""
        return self._fill(EXPLANATIONS[code]) if code in EXPLANATIONS else ""

    def recipe(self, recipe: Recipe) -> str:
        """All that a recipe does, on one line."""
        return recipe_words.summary(recipe, self._translate)

    def variant(self, variant: Variant) -> str:
        """What one image of a set is, on one line, without its name."""
        return recipe_words.variant(variant, self._translate)

    # --- how jobs fare ---

    def phase(self, phase: Phase) -> str:
        """What a running job is doing."""
        return self._fill(states.PHASES[phase])

    def state(self, status: JobStatus, now: float | None = None) -> str:
        """Where a job is, on one line.

        Args:
            status: the row's.
            now: on the runner's clock; with it the time until another try is told.
        """
        if status.outcome is not None and status.state.ended:
            return self.outcome(status.outcome)
        progress = status.progress
        if status.state is JobState.RUNNING and progress is not None:
            if progress.phase in states.SHARES and progress.total > 0:
                return self._fill(states.SHARES[progress.phase], share=percent(progress.sent, progress.total))
            if progress.phase is Phase.OPTIMIZING and progress.outputs > 1:
                counts = {"made": str(progress.made), "outputs": str(progress.outputs)}
                return self._fill(states.OPTIMIZING_COUNT, **counts)
            return self.phase(progress.phase)
        if status.state is JobState.WAITING and status.retry_at is not None and now is not None:
            return self.waiting.countdown(status.retry_at - now)
        if status.state is JobState.QUEUED and status.waiting_for is not None:
            return self._fill(states.HELD, what=self.failure(status.waiting_for).what)
        return self._fill(states.STATES[status.state])

    def outcome(self, outcome: Outcome) -> str:
        """How a job ended, on one line."""
        match outcome:
            case Done():
                return self._done(outcome)
            case Skipped():
                return self._skipped(outcome)
            case Cancelled():
                return self._fill(states.MAY_ARRIVE if outcome.may_arrive else states.STATES[JobState.CANCELLED])
            case Failed():
                what = self.failure(outcome.failure).what
                if there := sum(image.there for image in outcome.images):
                    return self._fill(states.PARTLY, images=self.images(there), what=what)
                return self._fill(states.FAILED, what=what)

    def _skipped(self, outcome: Skipped) -> str:
        if is_already_there(outcome) and any(image.there for image in outcome.images):
            return self._fill(states.KNOWN_LINK)
        return self._fill(states.SKIP_REASONS.get(outcome.reason, states.STATES[JobState.SKIPPED]))

    def _done(self, outcome: Done) -> str:
        if is_sandbox(outcome):
            return self._fill(states.DONE_SANDBOX)
        if outcome.images and all(image.removed for image in outcome.images):
            return self._fill(states.REMOVED)
        if len(outcome.images) > 1:
            return self._fill(states.DONE_MANY, images=self.images(len(outcome.images)))
        if is_already_optimal(outcome):
            return self._fill(states.DONE_ALREADY_OPTIMAL)
        saved, original = outcome.saved_bytes, outcome.original_bytes
        if saved is None or not original:
            return self._fill(states.STATES[JobState.DONE])
        if saved == 0:
            return self._fill(states.DONE_NO_SMALLER)
        return self._fill(states.DONE_SMALLER, share=percent(saved, original))

    def saving(self, saved_bytes: int | None, original_bytes: int | None) -> str:
        """``45% smaller``; empty where a size is unknown."""
        if saved_bytes is None or not original_bytes:
            return ""
        if saved_bytes <= 0:
            return self._fill(states.NO_SMALLER)
        return self._fill(states.SMALLER, share=percent(saved_bytes, original_bytes))

    def already_optimal(self) -> str:
        """In two words: it could not be made smaller."""
        return self._fill(states.ALREADY_OPTIMAL)

    def already_there(self) -> str:
        """In two words: the same image was in the bucket before."""
        return self._fill(states.ALREADY_THERE)

    def link_check(self, check: LinkCheck) -> str:
        """What anybody who opens a link gets, in a few words."""
        return check_in_short(check, self._translate)

    def link_trouble(self, check: LinkCheck, profile: Profile) -> Message | None:
        """Why a link does not open as it should, and the way out; None where it does."""
        return check_message(check, profile, self._translate)

    def validity(self, expires_at: datetime | None, now: datetime) -> str:
        """How long a link opens, in local time; empty for one that does not expire."""
        if expires_at is None:
            return ""
        text = states.LINK_VALID if now < expires_at else states.LINK_EXPIRED
        return self._fill(text, time=expires_at.astimezone().strftime("%Y-%m-%d %H:%M"))

    def size(self, count: int) -> str:
        """A number of bytes: ``1.2 MB``."""
        return size(count, self._translate)

    def images(self, count: int) -> str:
        """``1 image``, ``3 images``."""
        return self._counted((states.ONE_IMAGE, states.MANY_IMAGES), count)

    def summary(self, counts: Mapping[JobState, int], held: int = 0) -> str:
        """``58 done, 2 failed``; empty without jobs.

        Args:
            held: how many of the queued ones are on hold, and are counted as such.
        """
        told = [(text, counts.get(state, 0)) for state, text in states.SUMMARY.items() if state is not JobState.QUEUED]
        queued = counts.get(JobState.QUEUED, 0)
        told += [(states.SUMMARY[JobState.QUEUED], queued - held), (states.SUMMARY_HELD, held)]
        return ", ".join(self._fill(text, count=number(count)) for text, count in told if count)

    def left_out(self, folder: str, counts: Iterable[tuple[str, int]]) -> str:
        """What of a dropped folder was passed over, on one line; takes the parts of an ``intake.LeftOut``."""
        other = states.LEFT_OUT_COUNTS["not_an_image"]
        told = (self._counted(states.LEFT_OUT_COUNTS.get(str(reason), other), count) for reason, count in counts)
        return self._fill(states.LEFT_OUT, folder=shown(folder), counts=", ".join(told))

    def repeated(self, count: int) -> str:
        """That addresses were there more than once, on one line."""
        return self._counted((states.ONE_REPEATED, states.MANY_REPEATED), count)

    def said(self, source: str, **values: str) -> str:
        """A text that was marked for translation, filled in."""
        return self._fill(source, **values)

    # --- the machinery ---

    def _counted(self, forms: tuple[str, str], count: int) -> str:
        return self._fill(forms[0] if count == 1 else forms[1], count=number(count))

    def _fill(self, source: str, **values: str) -> str:
        return fill(self._translate, source, values)

    def _filled(self, source: Message, values: Mapping[str, str]) -> Message:
        return Message(
            fill(self._translate, source.what, values),
            fill(self._translate, source.why, values),
            fill(self._translate, source.remedy, values),
        )


def is_sandbox(outcome: Outcome | None) -> bool:
    """Whether a test was made only: nothing was stored."""
    return outcome is not None and bool(outcome.images) and all(image.sandbox for image in outcome.images)


def is_already_optimal(outcome: Outcome | None) -> bool:
    """Whether the engine found nothing to make smaller."""
    if not isinstance(outcome, Done) or not outcome.images or outcome.saved_bytes:
        # The original's pixels may still be packed better.
        return False
    return all(image.already_optimal for image in outcome.images)


def is_already_there(outcome: Outcome | None) -> bool:
    """Whether the same image was in the bucket before."""
    return isinstance(outcome, Skipped) and outcome.reason == "already_stored"


def _joined(*sentences: str) -> str:
    """Sentences one after the other; one that ends with a fact gets a full stop."""
    told = [sentence for sentence in sentences if sentence]
    return " ".join(text if text.endswith(_ENDS) else f"{text}." for text in told)
