"""Puts a check of a profile into words: each step for the eye, and the whole as a text to be copied."""

from __future__ import annotations

from collections.abc import Callable

from kraken_desktop.messages.doctor_findings import (
    DOCTOR_FINDINGS,
    LINK_WAS,
    ON_THE_WHOLE,
    S3_SAYS,
    STEPS,
    SYSTEM_SAID,
    UNREACHED,
    VERDICTS,
)
from kraken_desktop.messages.text import Message, Translate, fill, shown, shown_path, size
from kraken_desktop.model.diagnosis import LINK_CODE, CheckVerdict, Diagnosis, Observation, Step
from kraken_desktop.model.errors import Fact
from kraken_desktop.model.job import Failure
from kraken_desktop.model.profile import Finding

_SIZES = frozenset({"left", "total", "free"})


class DiagnosisWords:
    """Words for checks.

    Args:
        translate: called for each text when it is shown, with the English source text.
        failure: words for an error; ``finding``: for what is wrong in the settings.
    """

    def __init__(
        self,
        translate: Translate,
        *,
        failure: Callable[[Failure], Message],
        finding: Callable[[Finding], Message],
    ) -> None:
        self._translate = translate
        self._failure = failure
        self._finding = finding

    def step(self, step: Step) -> str:
        """What is looked at."""
        return fill(self._translate, STEPS[step], {})

    def verdict(self, verdict: CheckVerdict) -> str:
        """How it went, in a word or two."""
        return fill(self._translate, VERDICTS[verdict], {})

    def observation(self, told: Observation) -> Message:
        """What was found, why, and what to do; of a step that went well only the first."""
        if (source := DOCTOR_FINDINGS.get(told.code)) is not None:
            values = {name: self._value(name, fact) for name, fact in told.facts.items()}
            message = Message(*(fill(self._translate, text, values) if text else "" for text in _parts(source)))
            why = [message.why]
            for name, form in (("said", S3_SAYS), ("reason", SYSTEM_SAID)):
                if said := values.get(name, ""):
                    why.append(fill(self._translate, form, {"text": said}))
            if told.code.startswith(LINK_CODE):
                why.append(fill(self._translate, LINK_WAS, {"text": values.get("url", "")}))
            return Message(message.what, " ".join(part for part in why if part), message.remedy)
        if told.step is Step.SETTINGS:
            field, detail = str(told.facts.get("field", "")), str(told.facts.get("detail", ""))
            return self._finding(Finding(field=field, problem=told.code, detail=detail))
        return self._failure(Failure(code=told.code, facts=dict(told.facts)))

    def summary(self, diagnosis: Diagnosis) -> str:
        """The whole check in a sentence."""
        return fill(self._translate, ON_THE_WHOLE[diagnosis.verdict], {"profile": shown(diagnosis.profile.name)})

    def unreached(self, diagnosis: Diagnosis) -> str:
        """All that was not looked at, on one line; empty if everything was."""
        steps = ", ".join(self.step(step) for step in diagnosis.unreached)
        return fill(self._translate, UNREACHED, {"steps": steps}) if steps else ""

    def line(self, told: Observation) -> str:
        """One observation on one line, without its way out: ``OK: Connection to S3. s3.example.com answers.``"""
        message = self.observation(told)
        said = " ".join(part for part in (message.what, message.why) if part)
        return f"{self.verdict(told.verdict)}: {self.step(told.step)}. {said}"

    def report(self, diagnosis: Diagnosis) -> str:
        """All of it as text, for whoever is asked for help. Holds no secret."""
        lines = [self.summary(diagnosis)]
        for each in diagnosis.observations:
            if each.is_unreached:
                continue
            lines.append(self.line(each))
            if remedy := self.observation(each).remedy:
                lines.append(f"  {remedy}")
        if unreached := self.unreached(diagnosis):
            lines.append(unreached)
        return "\n".join(lines) + "\n"

    def _value(self, name: str, fact: Fact) -> str:
        if fact is None:
            return ""
        if name in _SIZES and isinstance(fact, int):
            return size(fact, self._translate)
        return shown_path(str(fact)) if name in {"folder", "url"} else shown(fact)


def _parts(message: Message) -> tuple[str, str, str]:
    return message.what, message.why, message.remedy
