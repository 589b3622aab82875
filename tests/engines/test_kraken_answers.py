from __future__ import annotations

import json
from typing import Any

import pytest

from kraken_desktop.engines.kraken_answers import Result, account_status_of, error_of, results_of
from kraken_desktop.messages.amazon import S3_REFUSALS
from kraken_desktop.model import errors
from kraken_desktop.model.errors import BadAnswerError, Scope
from kraken_desktop.transport import Answer

STORED = "https://s3.amazonaws.com/bucket/2026/a.jpg"


def answer(told: Any, status: int = 200, **headers: str) -> Answer:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Answer(status=status, headers=headers, body=body)


# --- results ---


def result_of(told: Answer) -> Result | None:
    (result,) = results_of(told, [""])
    return result


def test_a_full_result() -> None:
    result = result_of(
        answer(
            {
                "success": True,
                "file_name": "a.jpg",
                "original_size": 3_000_000_000,
                "kraked_size": 1_000,
                "saved_bytes": 2_999_999_000,
                "kraked_url": STORED,
                "original_width": 4000,
                "original_height": 3000,
                "kraked_width": 400,
                "kraked_height": 300,
                "something_new": [1],
            }
        )
    )
    assert result == Result(
        kraked_url=STORED,
        original_bytes=3_000_000_000,
        kraked_bytes=1_000,
        width=400,
        height=300,
        original_width=4000,
        original_height=3000,
    )


@pytest.mark.parametrize("missing", [{}, {"kraked_size": None}, {"kraked_size": "large"}, {"kraked_size": True}])
def test_every_figure_is_optional(missing: dict[str, Any]) -> None:
    result = result_of(answer({"success": True, "kraked_url": STORED, **missing}))
    assert result == Result(kraked_url=STORED)


def test_figures_as_text_are_understood() -> None:
    told = answer({"success": True, "kraked_url": STORED, "kraked_size": "12"})
    assert result_of(told) == Result(kraked_url=STORED, kraked_bytes=12)


@pytest.mark.parametrize("told", [{"success": True, "saved_bytes": 0}, {"success": True, "kraked_url": ""}])
def test_a_success_without_an_address_stored_nothing(told: dict[str, Any]) -> None:
    assert result_of(answer(told)) is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://host/a", "file:///etc/passwd", "https://", "https://[::1", 5, ["x"]]
)
def test_other_addresses_are_no_result(url: object) -> None:
    with pytest.raises(BadAnswerError):
        result_of(answer({"success": True, "kraked_url": url}))


def entry(name: str, **more: Any) -> dict[str, Any]:
    return {"kraked_url": f"https://s3.amazonaws.com/bucket/{name}.jpg", "kraked_size": 7, **more}


SET = {"small": entry("small"), "2": entry("2")}


@pytest.mark.parametrize(
    "results",
    [
        SET,
        {**SET, "another": entry("another")},
        [{"id": 2, **SET["2"]}, {"id": "small", **SET["small"]}],
        [SET["small"], SET["2"]],
        {"small": entry("small", success="true"), "2": entry("2", success=True)},
    ],
    ids=["map", "more", "list-by-id", "list-by-order", "each-succeeds"],
)
def test_a_set_is_read_as_map_and_as_list(results: object) -> None:
    found = results_of(answer({"success": True, "results": results, "timestamp": 1}), ["small", "2"])
    assert [each.kraked_url if each else None for each in found] == [SET["small"]["kraked_url"], SET["2"]["kraked_url"]]


def test_an_entry_of_a_set_may_have_saved_nothing() -> None:
    results = {"small": entry("small"), "whole": {"saved_bytes": 0}}
    small, whole = results_of(answer({"success": True, "results": results}), ["small", "whole"])
    assert small is not None
    assert whole is None


@pytest.mark.parametrize(
    "results",
    [
        None,
        {},
        [],
        "none",
        {"small": entry("small")},
        [entry("small")],
        {"small": entry("small"), "2": None},
        {"small": entry("small"), "2": {"success": False, "message": "no"}},
        {"small": entry("small"), "2": entry("2", kraked_url="javascript:alert(1)")},
    ],
)
def test_a_set_that_lacks_a_result_is_no_answer_to_be_trusted(results: object) -> None:
    with pytest.raises(BadAnswerError):
        results_of(answer({"success": True, "results": results}), ["small", "2"])


# --- errors ---


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequestError),
        (401, errors.BadCredentialsError),
        (402, errors.AccountOverdueError),
        (403, errors.AccountSuspendedError),
        (404, errors.BadAnswerError),
        (405, errors.BadAnswerError),
        (409, errors.RefusedError),
        (413, errors.FileTooLargeError),
        (415, errors.TypeRefusedError),
        (422, errors.ParameterRefusedError),
        (429, errors.RateLimitedError),
        (500, errors.ServerFaultError),
        (503, errors.ServerFaultError),
        (200, errors.RefusedError),
    ],
)
@pytest.mark.parametrize("key", ["message", "error"])
def test_the_status_decides_and_the_text_is_kept(status: int, kind: type[errors.KrakenError], key: str) -> None:
    error = error_of(answer({"success": False, key: "Their words"}, status))
    assert type(error) is kind
    assert (error.status, error.said) == (status, "Their words")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"<html>Bad Gateway</html>", 502, errors.ServerFaultError),
        (b"", 503, errors.ServerFaultError),
        (b"", 401, errors.BadCredentialsError),
        (b"<html>fine</html>", 200, BadAnswerError),
        (b"", 200, BadAnswerError),
        (b"[1, 2]", 200, BadAnswerError),
        (b'{"success": tr', 200, BadAnswerError),
        (b"[" * 100_000, 200, BadAnswerError),
        (b"", 307, BadAnswerError),
        (b"\xff\xfe", 200, BadAnswerError),
    ],
)
def test_answers_that_are_no_json(body: bytes, status: int, kind: type[errors.KrakenError]) -> None:
    assert type(error_of(answer(body, status))) is kind


@pytest.mark.parametrize("success", [True, "true"])
def test_a_success_is_no_error(success: object) -> None:
    assert error_of(answer({"success": success})) is None


@pytest.mark.parametrize("success", [False, "false", None])
def test_200_alone_is_no_success(success: object) -> None:
    assert isinstance(error_of(answer({"success": success, "message": "no"})), errors.RefusedError)


def test_an_id_alone_means_that_it_was_taken_and_may_be_done() -> None:
    error = error_of(answer({"id": "18fede37617a787649c3f60b9f1f280d"}))
    assert isinstance(error, BadAnswerError)
    assert (error.status, error.reason) == (200, "id")


def test_a_list_of_texts_is_joined() -> None:
    error = error_of(answer({"success": False, "error": ["one", "two"]}, 422))
    assert error is not None
    assert error.said == "one; two"


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("File size too large. The maximum file size is 33554432 bytes (32 MB)", 33_554_432),
        ("The maximum file size is 1,048,576 bytes", 1_048_576),
        ("Too large", None),
    ],
)
def test_the_limit_is_learned_from_a_413(said: str, limit: int | None) -> None:
    error = error_of(answer({"success": False, "message": said}, 413))
    assert isinstance(error, errors.FileTooLargeError)
    assert error.limit == limit


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("told", "seconds"), [("17", 17), ("soon", None)])
def test_retry_after_is_kept(status: int, told: str, seconds: int | None) -> None:
    error = error_of(Answer(status=status, headers={"retry-after": told}, body=b""))
    assert isinstance(error, errors.RateLimitedError | errors.ServerFaultError)
    assert error.retry_after == seconds
    assert error.retryable


@pytest.mark.parametrize("status", [200, 400, 422, 500])
@pytest.mark.parametrize(
    ("said", "code", "kind"),
    [
        ("Error while pushing file to S3: AccessDenied: Access Denied", "AccessDenied", errors.StoreDeniedError),
        (
            "Error while pushing file to S3: The bucket does not allow ACLs",
            "AccessControlListNotSupported",
            errors.StoreDeniedError,
        ),
        (
            "Error while pushing file to S3: The bucket you are attempting to access must be addressed using the "
            "specified endpoint.",
            "PermanentRedirect",
            errors.StoreDeniedError,
        ),
        ("Error while pushing file to S3: SlowDown", "SlowDown", errors.StoreBusyError),
        ("Error while pushing file to S3: Your key is too long", "KeyTooLongError", errors.StorePushError),
        ("Error pushing file to s3", "", errors.StorePushError),
        (
            "Error while pushing file to S3: The difference between the request time and the current time is too large",
            "RequestTimeTooSkewed",
            errors.StoreDeniedError,
        ),
        (
            "Error while pushing file to S3: The TagValue you have provided is invalid",
            "InvalidTag",
            errors.StoreDeniedError,
        ),
    ],
)
def test_a_refused_push_is_told_by_its_text(
    status: int, said: str, code: str, kind: type[errors.StorePushError]
) -> None:
    error = error_of(answer({"success": False, "message": said}, status))
    assert type(error) is kind
    assert error.aws_code == code
    assert (error.scope is Scope.BATCH) == (kind is errors.StoreDeniedError)
    assert not error.retryable, "it may have been paid for"


@pytest.mark.parametrize("code", sorted(S3_REFUSALS))
def test_every_refusal_that_has_words_is_recognized(code: str) -> None:
    error = error_of(answer({"success": False, "message": f"Error while pushing file to S3: {code}: no"}, 422))
    assert isinstance(error, errors.StorePushError)
    assert error.aws_code == code


def test_secrets_are_not_repeated() -> None:
    error = error_of(
        answer({"success": False, "message": "wrong secret hunter2 for hunter2"}, 401), hide=("hunter2", "")
    )
    assert error is not None
    assert error.said == "wrong secret … for …"


# --- account ---


@pytest.mark.parametrize(
    ("quota", "remaining"),
    [
        ({"quota_total": 100, "quota_used": 40, "quota_remaining": 60}, 60),
        ({"quota_total": 100, "quota_used": 140, "quota_remaining": -40}, -40),
        ({"quota_total": 0, "quota_used": 0}, 0),
        ({"quota_total": 64_424_509_440, "quota_used": 1.0}, 64_424_509_439),
    ],
)
def test_account_status(quota: dict[str, float], remaining: int) -> None:
    status = account_status_of(answer({"success": True, "active": True, "plan_name": "Enterprise", **quota}))
    assert status.quota_remaining == remaining
    assert (status.plan_name, status.active) == ("Enterprise", True)


def test_account_status_without_figures_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswerError):
        account_status_of(answer({"success": True}))
