"""Every code has words, every text is translatable, and no fact can break them."""

from __future__ import annotations

import ast
import dataclasses
import re
import string
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

import kraken_desktop.messages
from kraken_desktop.intake import LeftOutReason
from kraken_desktop.messages import QT_TRANSLATE_NOOP, Message, Words, number, percent, size
from kraken_desktop.messages.amazon import PUSH_REASONS, S3_REFUSALS
from kraken_desktop.messages.doctor_findings import DOCTOR_FINDINGS
from kraken_desktop.messages.exchange import NOTES, change_in_words, note_in_words
from kraken_desktop.messages.own_failures import COMMANDS, KINDS, SECRETS, command_for
from kraken_desktop.messages.states import LEFT_OUT_COUNTS, SKIP_REASONS
from kraken_desktop.model import diagnosis, errors, network_rules, object_key, profile_rules, recipe_rules
from kraken_desktop.model.diagnosis import CheckVerdict, Diagnosis, Observation, Step
from kraken_desktop.model.errors import Fact, KrakenDesktopError, all_error_types
from kraken_desktop.model.image_types import OTHER_FILES, OTHER_IMAGES
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    JobState,
    JobStatus,
    Outcome,
    Phase,
    Progress,
    Skipped,
    Snapshot,
    Source,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.offers import Offer, OfferId
from kraken_desktop.model.parcel import Change, Note
from kraken_desktop.model.profile import Finding, Profile
from kraken_desktop.model.quota import Forecast, Need
from kraken_desktop.model.recipe import Recipe
from tests.support.link_troubles import link_texts
from tests.support.permission_profiles import permission_texts
from tests.support.recipes import EVERY_RECIPE
from tests.support.waiting_texts import waiting_texts

GENERIC = {"error"}

EXAMPLES: dict[str, Fact] = {
    "left_behind": 3,
    "path": "/home/me/Bilder/a {b} {0} {{c}}.png",
    "name": "a {b} {0}.png",
    "key": "2026/{x}/a.png",
    "template": "{stem}{",
    "problem": "template.unclosed_brace",
    "field": "path_template",
    "profile": "Blog {1}",
    "detail": "{date",
    "host": "api.kraken.io",
    "reason": "No route to {host}",
    "said": "Error {oops} while <b>working</b>",
    "bucket": "pictures",
    "kind": "KeyError",
    "variable": "KRAKEN_S3_SECRET",
    "phase": "read",
    "aws_code": "Unheard.Of",
    "detected": "pdf",
    "size": 150_000_000,
    "limit": 33_554_432,
    "status": 403,
    "seconds": 120,
    "retry_after": 30,
    "sent_all": True,
    "restored": False,
    "width": 40_000,
    "height": 30_000,
    "exit_code": -9,
    "frames": 30,
    "doing": "put",
    "region": "eu-west-3",
    "acl": "public_read",
    "folder": "/home/me/Copies",
    "library": "pyvips",
    "feature": "jpeg_12_bit",
    "redirected": True,
    "most": 5,
    "encoding": "gzip",
    "aws_profile": "work",
    "proxy": "proxy.example.com:3128",
    "place": "profiles[2].acl",
    "expected": "a text",
}

REFINEMENTS: dict[str, tuple[str, list[Fact]]] = {
    "source.unsupported": (
        "detected",
        [
            "",
            *sorted(KINDS),
            "html",
            "svgz",
            "special",
            "hidden",
            "stored",
            "address",
            "address_with_password",
            "unheard of",
        ],
    ),
    "source.too_large": ("size", [0, 150_000_000]),
    "source.blocked": ("redirected", [False, True]),
    "source.redirect": ("problem", ["too_many", "loop", "no_target", "scheme", "password"]),
    "source.refused": ("status", [206, 401, 403, 404, 410]),
    "source.busy": ("status", [429, 503]),
    "transport.timeout": ("phase", ["connect", "send", "read", "total"]),
    "transport.trust_file": (
        "problem",
        ["", "missing", "unreadable", "too_large", "not_pem", "damaged", "no_authority"],
    ),
    "transport.proxy": ("problem", ["", "login", "refused", "unreachable", "name", "address"]),
    "kraken.bad_answer": ("reason", ["", "id", "json", "kraked_url", "quota", "redirect", "results"]),
    "kraken.file_too_large": ("limit", [None, 33_554_432]),
    "kraken.store_push": ("aws_code", [*PUSH_REASONS, "Unheard.Of"]),
    "kraken.store_denied": ("aws_code", [*PUSH_REASONS, "Unheard.Of"]),
    "kraken.store_busy": ("aws_code", [*PUSH_REASONS]),
    "fate.unknown": ("key", ["", "a.png"]),
    "bucket.lookup": ("status", [0, 403, 503]),
    "bucket.refused": ("aws_code", ["", *S3_REFUSALS, "Unheard.Of"]),
    "bucket.denied": ("aws_code", ["", *S3_REFUSALS, "Unheard.Of"]),
    "bucket.busy": ("aws_code", ["", "SlowDown", "Unheard.Of"]),
    "bucket.wrong_region": ("region", ["", "eu-west-3"]),
    "bucket.acl_refused": ("aws_code", ["", "AccessControlListNotSupported", "AccessDenied"]),
    "bucket.folder": ("problem", ["missing", "denied", "full", "other"]),
    "engine.too_many_pixels": ("frames", [1, 300]),
    "engine.unsupported": ("feature", ["jpeg_12_bit", "jpeg_lossless", "jpeg_hierarchical", "unheard of"]),
    "aws.profile": ("problem", ["missing", "incomplete", "expired", "failed"]),
    "result.lost": ("problem", ["status", "size"]),
    "secret.missing": ("reason", ["", "empty"]),
    "store.settings": ("problem", ["", "truncated", "foreign", "newer", "unreadable", "unwritable"]),
    "store.exchange": (
        "problem",
        [
            "",
            "missing",
            "unreadable",
            "unwritable",
            "too_large",
            "not_json",
            "not_ini",
            "foreign",
            "newer",
            "empty",
            "not_found",
        ],
    ),
    "store.journal": ("problem", ["", "corrupt", "newer", "unreadable", "unwritable"]),
    "plan.unsafe_key": ("problem", list(object_key.KEY_PROBLEMS)),
    "plan.template": ("problem", list(object_key.PROBLEMS)),
    "plan.profile": ("problem", [*profile_rules.PROBLEMS, *object_key.PROBLEMS]),
}

KINDS_OF_ERROR = [kind for kind in all_error_types() if kind.code not in GENERIC]


def example(kind: type[KrakenDesktopError], *, sparse: bool = False, **given: Fact) -> KrakenDesktopError:
    """An error with all its facts, or with only those that it must have."""
    facts = {
        field.name: EXAMPLES[field.name]
        for field in dataclasses.fields(kind)
        if not (sparse and field.default is not dataclasses.MISSING)
    }
    return kind(**(facts | given))  # type: ignore[arg-type]


def examples() -> list[KrakenDesktopError]:
    told = [example(kind) for kind in KINDS_OF_ERROR]
    for kind in KINDS_OF_ERROR:
        name, values = REFINEMENTS.get(kind.code, ("", []))
        # A problem in a template always comes with its detail.
        sparsely = (False,) if kind.code.startswith("plan.") else (False, True)
        told += [example(kind, sparse=True)] if True in sparsely else []
        told += [example(kind, sparse=sparse, **{name: value}) for value in values for sparse in sparsely]
    return told


ALL = examples()
PROBLEMS = [*profile_rules.PROBLEMS, *network_rules.PROBLEMS, *object_key.PROBLEMS, *object_key.KEY_PROBLEMS]
PROBLEMS += recipe_rules.PROBLEMS


def parts(message: Message) -> tuple[str, str, str]:
    return message.what, message.why, message.remedy


def check(message: Message) -> None:
    for text in parts(message):
        assert text
        assert text == text.strip()
        for wrong in ("None", "…", "!", "  ", "\n", "..", " ,"):
            assert wrong not in text
    assert message.remedy.endswith(".")


def finding(problem: str, detail: str = "detail") -> Finding:
    return Finding(field=problem.partition(".")[0], problem=problem, detail=detail)


# --- completeness ---


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.code)
def test_every_error_has_words_of_its_own(error: KrakenDesktopError) -> None:
    message = Words().error(error)
    check(message)
    if not error.code.endswith(".error"):
        family = error.code.partition(".")[0]
        for general in ("error", f"{family}.error"):
            assert message.what != Words().failure(Failure(code=general, facts=error.facts)).what


def test_different_errors_read_differently() -> None:
    told: dict[tuple[str, str, str], str] = {}
    for kind in KINDS_OF_ERROR:
        assert told.setdefault(parts(Words().error(example(kind))), kind.code) == kind.code


def test_classes_that_the_examples_refine_exist() -> None:
    assert set(REFINEMENTS) <= {kind.code for kind in KINDS_OF_ERROR}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_finding_has_words_of_its_own(problem: str) -> None:
    message = Words().finding(finding(problem))
    check(message)
    assert problem not in message.why
    check(Words().finding(finding(problem, detail="{x} {0} {")))


def test_every_field_that_a_finding_names_has_a_name() -> None:
    for field in (*(field.name for field in dataclasses.fields(Profile)), "api_key", "api_url"):
        if field != "id":
            assert Words().field(field) != field


def test_variables_filters_types_and_reasons_have_words() -> None:
    for _, code in (*object_key.variables(), *object_key.filters()):
        assert Words().explanation(code)
    assert Words().explanation("variable.unheard_of") == ""
    assert set(KINDS) | {"html", "svgz"} == OTHER_IMAGES | OTHER_FILES
    assert set(LEFT_OUT_COUNTS) == set(LeftOutReason)


@pytest.mark.parametrize(
    ("profile", "command"),
    [
        ("Blog", "kraken-s3 profile edit Blog --secret-stdin"),
        ("My blog", "kraken-s3 profile edit 'My blog' --secret-stdin"),
        ("", "kraken-s3 profile edit NAME --secret-stdin"),
    ],
)
def test_what_enters_a_missing_secret_in_a_terminal(profile: str, command: str) -> None:
    told = Words().error(errors.SecretMissingError(name="profile/p1/s3-secret", profile=profile))
    assert told.remedy == f"Enter it in the settings, or in a terminal with “{command}”, then retry."


@pytest.mark.parametrize("code", ["store.unheard_of", "unheard.of", "", "secret.missing", "source.too_large"])
@pytest.mark.parametrize("facts", [{}, {"said": None, "path": 7, "limit": "x", "reason": None}])
def test_failures_of_another_version_get_general_words(code: str, facts: dict[str, Fact]) -> None:
    for text in parts(Words().failure(Failure(code=code, facts=facts))):
        assert text
        assert "{" not in text


def test_an_unknown_finding_gets_general_words() -> None:
    assert "bucket.unheard_of" in Words().finding(finding("bucket.unheard_of")).why


# --- facts ---


SPELLINGS = re.compile(r"\{(name|stem|stem\|slug|ext|hash:8|date:%Y/%m|counter|folder|random:6)\}|\{ and \}|missing \}")


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.code)
def test_nothing_is_left_open(error: KrakenDesktopError) -> None:
    facts = {name: re.sub("[{}]", "_", fact) if isinstance(fact, str) else fact for name, fact in error.facts.items()}
    failure = dataclasses.replace(Failure.of(error), facts=facts)
    assert not re.search("[{}]", SPELLINGS.sub("", "".join(parts(Words().failure(failure)))))


def test_braces_in_facts_stay_as_they_are() -> None:
    path = "/home/{me}/a {b} {0} {{c}} {path.png"
    message = Words().error(errors.SourceMissingError(path=path))
    assert message.what == "“a {b} {0} {{c}} {path.png” was not found."
    assert path in message.why


def test_the_servers_and_the_systems_own_words_are_quoted() -> None:
    for kind in KINDS_OF_ERROR:
        error = example(kind)
        if "said" in error.facts:
            assert "“Error {oops} while <b>working</b>”" in Words().error(error).why
    why = Words().error(errors.ConnectError(host="x", reason="No route to host")).why
    assert why.endswith("The system said: “No route to host”.")
    why = Words().error(errors.ImageBrokenError(path="a.webp", reason="it is cut short")).why
    assert why.endswith("The engine said: “it is cut short”.")
    for said, end in (("Oh.", "“Oh.”"), ("Oh?", "“Oh?”"), ("Oh", "“Oh”.")):
        assert Words().error(errors.ServerFaultError(status=500, said=said)).why.endswith(end)


def test_names_are_one_line_of_visible_text() -> None:
    path = "/a/evil\n\u202egpj.exe\udce9 \U0001f469\u200d\U0001f680.png"
    message = Words().error(errors.SourceMissingError(path=path))
    assert message.what == "“evil \ufffdgpj.exe\ufffd \U0001f469\u200d\U0001f680.png” was not found."
    message.why.encode()


def test_long_facts_are_cut() -> None:
    assert len(Words().error(errors.ServerFaultError(status=500, said="x" * 10_000)).why) < 800


@pytest.mark.parametrize(
    "url", ["https://me:hunter2@example.com/a.png?X-Amz-Signature=hunter2#hunter2", "https://me:hunter2@[bad/a.png?hunter2"]
)  # fmt: skip
def test_addresses_are_shown_without_what_may_be_secret(url: str) -> None:
    message = Words().error(errors.UnsupportedTypeError(path=url, detected="address_with_password"))
    assert "hunter2" not in "".join(parts(message))
    assert "a.png" in message.what


def test_secrets_are_called_by_what_they_are() -> None:
    missing = errors.SecretMissingError(name="profile/0f/s3-secret", variable="KRAKEN_S3_SECRET")
    assert Words().error(missing).what == "The S3 secret access key is missing."
    assert "KRAKEN_S3_SECRET" in Words().error(missing).remedy
    for name, command in (("account/1/api-secret", "account login"), ("profile/1/s3-secret", "--secret-stdin")):
        remedy = Words().error(errors.SecretMissingError(name=name)).remedy
        assert "settings" in remedy
        assert command in remedy
    assert Words().error(errors.SecretTooLongError(name="x", limit=12_000)).why.startswith("At most 12000 characters")


def test_what_must_be_said() -> None:
    words = Words()
    unknown = words.error(errors.FateUnknownError(reason="transport.lost", key="a.png"))
    assert "may have been charged" in unknown.what
    assert "Retry sends" in unknown.remedy
    assert "or the bucket could not be asked" in unknown.why
    for problem in ("truncated", "foreign", "newer"):
        lost = words.error(errors.SettingsError(path="/s.json", problem=problem, reason="/kept.json", restored=False))
        assert "/kept.json" in lost.why
        assert "are empty" in lost.why
        assert "used" not in lost.what.replace("cannot be used", "")
        assert "set up account and profile" in lost.remedy.lower()
    assert "may still arrive" in words.outcome(Cancelled(may_arrive=True))
    acl = errors.StoreDeniedError(status=500, aws_code="AccessControlListNotSupported")
    assert "Bucket owner preferred" in words.error(acl).remedy
    assert "may have charged" in words.error(acl).why
    assert "(KeyError)" in words.error(errors.UnexpectedError(kind="KeyError")).why
    tiff = words.error(errors.UnsupportedTypeError(path="a.jpg", detected="tiff"))
    assert "a TIFF image" in tiff.why
    html = words.error(errors.UnsupportedTypeError(path="a.jpg", detected="html"))
    assert "web page" in html.what
    large = words.error(errors.SourceTooLargeError(path="a.png", size=150_000_000, limit=104_857_600))
    assert "150 MB" in large.why
    assert "105 MB" in large.why


def test_a_missing_right_is_the_one_that_was_needed() -> None:
    for doing, right in (("put", "s3:PutObject"), ("delete", "s3:DeleteObject")):
        denied = errors.BucketDeniedError(bucket="b", key="k", status=403, aws_code="AccessDenied", doing=doing)
        assert right in Words().error(denied).remedy
    # A bare "Access Denied" leaves all causes open.
    refused = Words().error(errors.AclRefusedError(bucket="b", status=403, aws_code="AccessDenied", acl="public_read"))
    for right in ("public ACLs", "s3:PutObject ", "s3:PutObjectAcl"):
        assert right in refused.remedy


# --- a check of a profile ---

DOCTOR_FACTS = (
    *("plan", "left", "total", "access_key", "host", "region", "minutes", "bucket", "key", "folder", "right", "arn"),
    *("header", "storage_class", "free", "url", "status", "content_type", "said", "reason", "endpoint"),
)


def observed(code: str, *, verdict: CheckVerdict = CheckVerdict.PROBLEM, **facts: Fact) -> Observation:
    return Observation(step=Step.STORE, verdict=verdict, code=code, facts=facts)


def test_everything_that_a_check_finds_has_words() -> None:
    assert set(DOCTOR_FINDINGS) == set(diagnosis.CODES)
    facts = dict.fromkeys(DOCTOR_FACTS, "x")
    told: dict[tuple[str, str, str], str] = {}
    for code in diagnosis.CODES:
        message = Words().diagnosis.observation(observed(code, **facts))
        assert told.setdefault(parts(message), code) == code
        for text in parts(message):
            assert text == text.strip()
            assert "…" not in text, code


@pytest.mark.parametrize("code", sorted(S3_REFUSALS))
def test_a_refusal_reads_the_same_whoever_asked(code: str) -> None:
    own = Words().error(errors.BucketDeniedError(bucket="b", status=403, aws_code=code))
    push = Words().error(errors.StoreDeniedError(status=500, aws_code=code))
    assert own.what in push.why
    assert own.why.partition(" S3’s code")[0] in push.why
    if not S3_REFUSALS[code].pushed:
        assert own.remedy == push.remedy


def test_a_push_to_the_wrong_region_names_the_right_one() -> None:
    said = "Error while pushing file to S3: the region 'us-east-1' is wrong; expecting 'eu-west-3'"
    push = Words().error(errors.StoreDeniedError(status=500, aws_code="AuthorizationHeaderMalformed", said=said))
    own = Words().error(errors.WrongRegionError(bucket="b", status=301, region="eu-west-3"))
    assert push.remedy == own.remedy == "Set the region eu-west-3 in the profile, then retry."
    assert "It is in eu-west-3." in push.why


# --- translation ---

QUOTAS = [(10, 5), (10, -5), (0, 0)]
"""Total and remaining: some left, over it, and a plan that names none."""


def in_cyrillic(text: str) -> str:
    """A translation in which no Latin letter is left but those of placeholders."""
    return re.sub(r"\{\{.*?\}\}|(\{[^{}]*\})|[A-Za-z]", lambda found: found[1] or "ж", text)


def latin(text: str) -> list[str]:
    return re.findall("[A-Za-z]+", text)


def test_every_text_is_translated_and_found_by_lupdate() -> None:
    asked: set[str] = set()

    def translate(text: str) -> str:
        asked.add(text)
        return in_cyrillic(text)

    words = Words(translate)
    shown = [part for error in ALL for part in parts(words.failure(nameless(error)))]
    shown += [part for problem in PROBLEMS for part in parts(words.finding(finding(problem, detail="1")))]
    shown += [words.outcome(outcome) for outcome, _ in OUTCOMES]
    shown += [words.outcome(Skipped(reason=reason)) for reason in SKIP_REASONS]
    shown += [words.phase(phase) for phase in Phase]
    shown += [words.state(status(state)) for state in JobState]
    shown += [words.state(status(state, retry_at=9.0), now=4.0) for state in JobState]
    shown += [words.explanation(code) for _, code in (*object_key.variables(), *object_key.filters())]
    shown += [words.field(field.name) for field in dataclasses.fields(Profile) if field.name != "id"]
    shown += [words.field(name) for name in ("proxy_url", "proxy_user", "upload_limit", "ca_file")]
    shown += [note_in_words(Note(code, "1"), words) for code in NOTES]
    shown += [change_in_words(Change(field="bucket", before="", after="1"), words)]
    shown += [change_in_words(Change(field="recipe", before=Recipe(), after=Recipe(lossy=False)), words)]
    shown += [words.field("api_key"), words.field("api_url")]
    shown += [words.paused(Failure(code="kraken.quota"), name) for name in ("", "1")]
    shown += [words.recipe(recipe) for recipe in EVERY_RECIPE]
    shown += [words.variant(variant) for recipe in EVERY_RECIPE for variant in recipe.variants]
    shown += [words.summary(dict.fromkeys(JobState, 2), held=1), words.saving(5, 10), words.saving(0, 10)]
    shown += [words.left_out("1", [(reason, count)]) for reason in LeftOutReason for count in (1, 2)]
    shown += [words.repeated(1), words.repeated(2)]
    shown += [words.size(10**power) for power in (0, 1, 3, 6, 9, 12)] + [words.images(1), words.images(2)]
    shown += [words.state(status(JobState.QUEUED, waiting_for=Failure(code="kraken.quota")))]
    shown += [
        words.state(status(JobState.RUNNING, progress=Progress(phase=phase, sent=1, total=2, made=1, outputs=2)))
        for phase in (Phase.FETCHING, Phase.UPLOADING, Phase.OPTIMIZING, Phase.DOWNLOADING, Phase.STORING)
    ]
    shown += [words.already_optimal(), words.validity(LATER, EARLIER), words.validity(EARLIER, LATER)]
    shown += parts(words.error(errors.BucketRefusedError(bucket="1", key="2", status=403, said="3", doing="delete")))
    shown += parts(words.finding(finding("1.2", detail="3")))
    shown += parts(words.failure(Failure(code="1")))
    shown += parts(words.error(errors.JournalError(path="1", reason="2", left_behind=1)))
    for detected in ("html", "pdf"):
        at = errors.UnsupportedTypeError(path="http://1/2", detected=detected)
        shown += [part.replace("http://1/2", "") for part in parts(words.error(at))]
    for name in SECRETS:
        shown += parts(words.error(errors.SecretMissingError(name=f"account/1/{name}")))
    for offer in (Offer(id=offer_id, detail="1") for offer_id in OfferId):
        shown += [words.offer(offer), words.offer_taken(offer, "1")]
    quotas = (SimpleNamespace(plan_name="1", quota_total=t, quota_used=1, quota_remaining=r) for t, r in QUOTAS)
    for quota in quotas:
        shown += [words.quota.left(quota), words.quota.left_short(quota), words.quota.used(quota)]
    shown += [words.quota.forecast(Forecast(need=Need(bytes=1, addresses=count), left=2)) for count in range(3)]
    shown += [words.quota.file_limit(1), *(words.quota.addresses(count) for count in range(3))]
    shown += diagnosis_texts(words)
    shown += permission_texts(words)
    shown += link_texts(words)
    shown += waiting_texts(words)
    # What is typed in a terminal is the same in every language.
    for name, profile in product(COMMANDS, ("", "1")):
        shown = [text.replace(command_for(name, profile), "") for text in shown]
    # Names of formats too.
    shown = [re.sub("JPEG|PNG|GIF|WebP|AVIF", "", text) for text in shown]
    assert [text for text in shown if latin(text)] == []
    assert asked <= marked()
    assert marked() - asked == set(), "texts that nobody shows"


def diagnosis_texts(words: Words) -> list[str]:
    """What a check of a profile says, with facts that hold no letter."""
    told = words.diagnosis
    texts = [told.step(step) for step in Step] + [told.verdict(verdict) for verdict in CheckVerdict]
    for code in diagnosis.CODES:
        facts = dict.fromkeys(DOCTOR_FACTS, "1")
        texts += parts(told.observation(observed(code, **facts)))
    for verdict in CheckVerdict:
        seen = () if verdict is CheckVerdict.NOT_CHECKED else (observed("doctor.clock_ok", verdict=verdict),)
        whole = Diagnosis(profile=Profile(id="1", name="1"), observations=seen, cancelled=not seen)
        texts.append(told.summary(whole))
    texts.append(told.unreached(dataclasses.replace(whole, observations=(observed(diagnosis.NOT_REACHED),))))
    return texts


def nameless(error: KrakenDesktopError) -> Failure:
    """The error with facts that hold no letter, but for those that choose the words."""
    chosen = REFINEMENTS.get(error.code, ("", []))[0]
    facts: dict[str, Fact] = {
        name: fact if name == chosen or not isinstance(fact, str) or not fact else "1"
        for name, fact in error.facts.items()
    }
    if error.code == "secret.missing":
        facts["reason"] = error.facts["reason"]
    if error.code.startswith("secret.") and error.code != "secret.missing":
        facts["name"] = "1"
    if facts.get("key"):
        facts["key"] = "1"
    if facts.get("detected") == "unheard of":
        facts["detected"] = "1"
    if error.code.startswith("bucket.") and "said" in facts:
        facts["said"] = "1"
    if facts.get("region"):
        facts["region"] = "1"
    return dataclasses.replace(Failure.of(error), facts=facts)


def marked() -> set[str]:
    """Every text that Qt's lupdate finds."""
    texts = set()
    for path in Path(kraken_desktop.messages.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QT_TRANSLATE_NOOP":
                context, text = (ast.literal_eval(argument) for argument in node.args)
                assert context == "messages"
                texts.add(text)
    return texts


def test_the_mark_changes_nothing() -> None:
    assert QT_TRANSLATE_NOOP("messages", "a {b}") == "a {b}"


def test_texts_are_well_formed() -> None:
    for text in marked():
        fields = {name for _, name, spec, conversion in string.Formatter().parse(text) if name is not None}
        assert all(re.fullmatch("[a-z_0-9]+", field) for field in fields), text
        assert "'" not in text
        assert '"' not in text


@pytest.mark.parametrize("broken", ["{", "{0}", "{path.x}", "{path:d}", "{path[x]}", "{path!z}", "}"])
def test_a_translation_that_does_not_fit_gives_way_to_english(broken: str) -> None:
    error = errors.SourceMissingError(path="/a/b.png")
    assert Words(lambda text: broken).error(error) == Words().error(error)


# --- outcomes and states ---


def stored(size_in_bytes: int | None = None) -> StoredImage:
    return StoredImage(key="a.png", url="https://x/a.png", bytes=size_in_bytes)


def optimal() -> StoredImage:
    return dataclasses.replace(stored(100), already_optimal=True)


EARLIER, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC)
FAILURE = Failure(code="kraken.quota", facts={"status": 429})
OUTCOMES: list[tuple[Outcome, str]] = [
    (Done(images=(stored(55),), original_bytes=100), "Done, 45% smaller"),
    (Done(images=(stored(100),), original_bytes=100), "Done, no smaller than before"),
    (Done(images=(stored(999),), original_bytes=1000), "Done, 1% smaller"),
    (Done(images=(stored(),), original_bytes=100), "Done"),
    (Done(images=(stored(9),)), "Done"),
    (Done(images=(optimal(),), original_bytes=100), "Done, already optimal"),
    (
        Done(images=(dataclasses.replace(stored(9), sandbox=True),), original_bytes=100),
        "Only a test: Kraken.io’s sandbox stored nothing, and its numbers are made up",
    ),
    (Done(images=(dataclasses.replace(stored(9), removed=True),), original_bytes=100), "Removed from the bucket"),
    (Done(images=(stored(9), optimal()), original_bytes=100), "Done, 2 images"),
    (Done(images=(stored(9), stored(8)), original_bytes=100), "Done, 2 images"),
    (Skipped(reason="already_stored"), "Already in the bucket: nothing was sent"),
    (Skipped(reason="unheard_of"), "Skipped"),
    (Cancelled(), "Cancelled"),
    (Cancelled(may_arrive=True), "Cancelled; the image may still arrive in the bucket"),
    (Failed(failure=FAILURE), "Failed: The quota of your Kraken.io plan is used up."),
    (
        Failed(failure=FAILURE, images=(stored(),)),
        "Failed with 1 image stored: The quota of your Kraken.io plan is used up.",
    ),
]


@pytest.mark.parametrize(("outcome", "line"), OUTCOMES)
def test_outcomes(outcome: Outcome, line: str) -> None:
    assert Words().outcome(outcome) == line
    assert Words().state(status(JobState.DONE, outcome=outcome)) == line


def status(
    state: JobState,
    *,
    progress: Progress | None = None,
    outcome: Outcome | None = None,
    retry_at: float | None = None,
    waiting_for: Failure | None = None,
) -> JobStatus:
    job = Job(
        id="1",
        batch_id="1",
        position=1,
        dropped_at=datetime(2026, 1, 1, tzinfo=UTC),
        source=Source(kind=SourceKind.FILE, location="/a.png", name="a.png"),
        snapshot=Snapshot(profile=Profile(id="1", name="Blog"), recipe=Recipe()),
    )
    return JobStatus(
        job=job, state=state, progress=progress, outcome=outcome, retry_at=retry_at, waiting_for=waiting_for
    )


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (status(JobState.QUEUED), "Queued"),
        (status(JobState.RUNNING), "Running"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.PLANNING)), "Preparing"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.UPLOADING)), "Uploading"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.UPLOADING, sent=999, total=1000)), "Uploading, 99%"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.OPTIMIZING, sent=9, total=9)), "Optimizing"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.OPTIMIZING, made=0, outputs=1)), "Optimizing"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.OPTIMIZING, made=3, outputs=9)), "Optimizing, 3 of 9"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.DOWNLOADING)), "Fetching the result"),
        (
            status(JobState.RUNNING, progress=Progress(phase=Phase.DOWNLOADING, sent=1, total=4)),
            "Fetching, 25%",
        ),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.STORING)), "Storing"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.STORING, sent=1, total=2)), "Storing, 50%"),
        (status(JobState.RUNNING, progress=Progress(phase=Phase.CHECKING)), "Looking in the bucket"),
        (status(JobState.WAITING), "Trying again soon"),
        (status(JobState.WAITING, retry_at=104.6), "Trying again in 5 s"),
        (status(JobState.WAITING, retry_at=99.0), "Trying again now"),
        (
            status(JobState.QUEUED, waiting_for=FAILURE),
            "On hold: The quota of your Kraken.io plan is used up.",
        ),
        (status(JobState.FAILED), "Failed"),
    ],
)
def test_states(shown: JobStatus, line: str) -> None:
    assert Words().state(shown, now=100.0) == line


def test_a_link_says_how_long_it_opens() -> None:
    words = Words()
    local = LATER.astimezone().strftime("%Y-%m-%d %H:%M")
    assert words.validity(None, EARLIER) == ""
    assert words.validity(LATER, EARLIER) == f"link valid until {local}"
    assert words.validity(LATER, LATER) == f"link expired on {local}"


# --- numbers ---


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (5_368_709_120, "5.4 GB"),
        (64_424_509_440_000, "64.4 TB"),
        (5 * 10**15, "5000 TB"),
        (-1_500_000, "-1.5 MB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (9_999, "9999"), (10_000, "10,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")],
)
def test_figures(count: int, text: str) -> None:
    assert number(count) == text


def test_large_counts_have_separators_everywhere() -> None:
    words = Words()
    assert words.images(12_345) == "12,345 images"
    assert words.summary({JobState.DONE: 12_345, JobState.FAILED: 2}) == "12,345 done, 2 failed"
    assert words.waiting.paused_counts(10_000, 16) == "Paused: 10,000 wait, 16 still running"
    assert words.quota.addresses(54_321) == "Plus 54,321 addresses of unknown size."
    pixels = errors.ImageTooManyPixelsError(path="/a.png", width=65_500, height=9_000, limit=268_435_456)
    assert "65,500 × 9000 pixels, and a still image may have 268,435,456 in all" in words.error(pixels).why


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 10, "0%"), (1, 1000, "1%"), (999, 1000, "99%"), (10, 10, "100%"), (1, 0, "0%"), (45, 100, "45%")],
)
def test_percent(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


def test_counts() -> None:
    words = Words()
    assert words.summary({JobState.FAILED: 2, JobState.DONE: 58, JobState.QUEUED: 0}) == "58 done, 2 failed"
    assert words.summary({JobState.DONE: 1, JobState.QUEUED: 9}, held=7) == "1 done, 2 queued, 7 on hold"
    assert words.summary({}) == ""
    assert words.images(1) == "1 image"
    assert words.images(0) == "0 images"
    assert words.saving(None, 5) == words.saving(5, None) == words.saving(0, 0) == ""
    assert words.saving(1, 4) == "25% smaller"
    assert words.left_out("Pics", [(LeftOutReason.HIDDEN, 1), (LeftOutReason.PDF, 3)]) == (
        "Left out of “Pics”: 1 hidden file or folder, 3 PDFs"
    )
