"""The template language: lint, and the table of variables that the docs are held to."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.model.errors import TemplateError
from kraken_desktop.model.object_key import PROBLEMS, KeyInputs, PathTemplate, filters, lint, variables
from kraken_desktop.model.profile import DEFAULT_TEMPLATE, Severity
from kraken_desktop.model.template import DIRECTIVES, format_date

REFERENCE = Path(__file__).parents[2] / "docs" / "path-template.md"


@pytest.mark.parametrize(
    ("template", "problem", "detail"),
    [
        ("", "empty", ""),
        (" \t", "empty", ""),
        ("{stem", "unclosed_brace", "{stem"),
        ("{a{stem}{ext}", "unclosed_brace", "{a{stem}{ext}"),
        ("stem}{ext}", "literal_brace", "}"),
        ("{{stem}}{ext}", "literal_brace", "{{"),
        ("{foo}{ext}", "unknown_variable", "{foo}"),
        ("{Stem}{ext}", "unknown_variable", "{Stem}"),
        ("{}{ext}", "unknown_variable", "{}"),
        ("{stem|upper}{ext}", "unknown_filter", "|upper"),
        ("{stem|}{ext}", "unknown_filter", "|"),
        ("{hash:0}{ext}", "bad_argument", "{hash:0}"),
        ("{hash:65}{ext}", "bad_argument", "{hash:65}"),
        ("{hash:x}{ext}", "bad_argument", "{hash:x}"),
        ("{hash:}{ext}", "bad_argument", "{hash:}"),
        ("{hash:\u0668}{ext}", "bad_argument", "{hash:\u0668}"),
        ("{counter:10}{ext}", "bad_argument", "{counter:10}"),
        ("{random:33}{ext}", "bad_argument", "{random:33}"),
        ("{stem:3}{ext}", "bad_argument", "{stem:3}"),
        ("{date:}/{name}", "bad_argument", "{date:}"),
        ("{date:%Q}/{name}", "bad_date_directive", "%Q"),
        ("{date:%B}/{name}", "bad_date_directive", "%B"),
        ("{date:%-d}/{name}", "bad_date_directive", "%-"),
        ("{date:%%}/{name}", "bad_date_directive", "%%"),
        ("{date:%Y%}/{name}", "bad_date_directive", "%"),
        ("{name}%20", "forbidden_character", "%"),
        ("a\\{name}", "forbidden_character", "\\"),
        ("a\x07{name}", "forbidden_character", "U+0007"),
        ("a\u200b{name}", "forbidden_character", "U+200B"),
        ("a\xa0{name}", "forbidden_character", "U+00A0"),
        ("\u1fef{name}", "forbidden_character", "`"),
        ("{date:%Y[%m]}/{name}", "forbidden_character", "["),
        ("/{name}", "leading_slash", "/"),
        ("{date:/%Y}/{name}", "leading_slash", "/"),
        ("{stem}{ext}/", "trailing_slash", "/"),
        ("a//{name}", "double_slash", "//"),
        ("{date:%Y/}/{name}", "double_slash", "//"),
        ("../{name}", "dot_segments", ".."),
        ("a/./{name}", "dot_segments", "."),
        ("a/../{name}", "dot_segments", ".."),
        ("{date:%Y/../%m}/{name}", "dot_segments", ".."),
        ("{folder}", "empty_name", ""),
        ("{ext}", "empty_name", ""),
        ("a/{ext}", "empty_name", ""),
        ("a/ .{ext}", "empty_name", ""),
        ("x" * 1025 + "{name}", "too_long", "1026"),
        ("\xe9" * 481 + "{hash}", "too_long", "1026"),
    ],
)
def test_errors(template: str, problem: str, detail: str) -> None:
    found = [(finding.problem, finding.detail) for finding in lint(template) if finding.severity is Severity.ERROR]
    assert found[0] == (f"template.{problem}", detail)
    with pytest.raises(TemplateError) as caught:
        PathTemplate.parse(template)
    assert (caught.value.problem, caught.value.detail) == found[0]


@pytest.mark.parametrize(
    ("template", "problem", "detail"),
    [
        ("{date}/{name}", "not_unique", ""),
        ("{stem}{ext}", "not_unique", ""),
        ("{hash:4}{ext}", "weak_unique", "{hash:4}"),
        ("{random:2}{ext}", "weak_unique", "{random:2}"),
        ("{hash:8}", "no_extension", ""),
        ("{name}-{hash:8}", "no_extension", ""),
        ("{hash:8}{ext}.bak", "no_extension", ""),
        ("{hash:8}{stem}/{variant}{ext}", "may_be_empty", "{variant}"),
        ("a:b/{hash:8}{ext}", "unportable_character", ":"),
        ("{date:%H:%M}/{hash:8}{ext}", "unportable_character", ":"),
        ("con/{hash:8}{ext}", "adjusted_segment", "con"),
        (" a /{hash:8}{ext}", "adjusted_segment", " a "),
    ],
)
def test_warnings(template: str, problem: str, detail: str) -> None:
    assert [(each.problem, each.detail, each.severity) for each in lint(template)] == [
        (f"template.{problem}", detail, Severity.WARNING)
    ]
    PathTemplate.parse(template)


@pytest.mark.parametrize(
    "template",
    [DEFAULT_TEMPLATE, "{uuid}{ext}", "{counter}{ext}", "{random}-{name}", "a b/{folder}/{stem}-{hash}{ext}"],
)
def test_good_templates_have_no_findings(template: str) -> None:
    assert lint(template) == ()


def test_errors_come_before_warnings_and_nothing_is_said_twice() -> None:
    found = lint("a%b%:c:/{stem}[")
    severities = [finding.severity for finding in found]
    assert severities == sorted(severities, key=lambda severity: severity is Severity.WARNING)
    assert len(set(found)) == len(found)
    assert {finding.field for finding in found} == {"path_template"}


def test_every_problem_can_happen() -> None:
    source = "\n".join(str(case.args) for case in (*test_errors.pytestmark, *test_warnings.pytestmark))
    for problem in PROBLEMS:
        assert f"'{problem.removeprefix('template.')}'" in source


@given(st.text(st.one_of(st.sampled_from("{}|:%/.stemhashdate8YQ"), st.characters(exclude_categories=()))))
def test_lint_never_fails_and_agrees_with_parse(template: str) -> None:
    errors = [finding for finding in lint(template) if finding.severity is Severity.ERROR]
    assert {finding.problem for finding in lint(template)} <= set(PROBLEMS)
    if errors:
        with pytest.raises(TemplateError):
            PathTemplate.parse(template)
    else:
        PathTemplate.parse(template)


def test_a_very_long_template_is_read_quickly_enough_to_be_typed() -> None:
    assert lint("{" * 20_000)
    assert lint("{stem}" * 20_000)[0].problem == "template.too_long"


@pytest.mark.parametrize("letter", DIRECTIVES)
def test_dates_are_those_of_strftime(letter: str) -> None:
    for moment in (datetime(2024, 3, 5, 4, 7, 9, tzinfo=UTC), datetime(2023, 1, 1, 23, 59, 58, tzinfo=UTC)):
        assert format_date(f"%{letter}", moment) == moment.strftime(f"%{letter}")


def test_the_spellings_are_templates_of_their_own() -> None:
    for spelling, code in variables():
        assert f"variable.{re.match(r'{([a-z]+)', spelling)[1]}" == code
        PathTemplate.parse(f"a{spelling}")
    for spelling, _ in filters():
        PathTemplate.parse(f"{{stem{spelling}}}{{ext}}")


def test_the_reference_for_people_is_complete() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    rows = [row.split("`")[1] for row in text.splitlines() if row.startswith("| `")]
    spellings = [spelling for spelling, _ in (*variables(), *filters())]
    assert [row for row in rows if row.startswith("{")] == [each for each in spellings if each.startswith("{")]
    # A pipe inside a table has to be escaped.
    assert [row.replace("\\", "") for row in rows if row.startswith("\\|")] == [
        each for each in spellings if each.startswith("|")
    ]
    assert [row for row in rows if row.startswith("%")] == [f"%{letter}" for letter in DIRECTIVES]
    assert sorted(re.findall(r"^- `(template\.[a-z_]+)`", text, re.MULTILINE)) == sorted(PROBLEMS)


def test_the_examples_of_the_reference_are_true() -> None:
    source = KeyInputs(
        name="Café Central.JPG",
        extension=".jpg",
        folder="trip/day 1",
        digest="0123456789abcdef" * 4,
        dropped_at=datetime(2024, 3, 5, 14, 7, 9).astimezone(),
        counter=7,
        profile="My Blog",
        uuid="1b4e28ba-2fa1-41d2-883f-b9a761bde3fb",
        random="k3x9q0a1b2c3d4e5f6g7h8i9j0k1l2m3",
        width=800,
        height=600,
    )
    text = REFERENCE.read_text(encoding="utf-8")
    examples = re.findall(r"^`(.+)` → `(.+)`$", text, re.MULTILINE)
    assert len(examples) >= 5
    for template, key in examples:
        assert PathTemplate.parse(template).render(source) == key
