"""The error tree: complete in its drawing, and facts that can be journaled."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
from typing import Any

import pytest

from kraken_desktop.model import errors
from kraken_desktop.model.errors import KrakenDesktopError, Scope, all_error_types

TYPES = all_error_types()


def make(kind: type[KrakenDesktopError]) -> KrakenDesktopError:
    samples: dict[str, Any] = {"str": "x", "int": 413, "bool": True}
    required = {
        field.name: samples[str(field.type)]
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING
    }
    return kind(**required)


def test_the_drawing_is_the_tree() -> None:
    drawn = re.findall(r"(?:^ {4}|[├└]── )(\w+)", errors.__doc__ or "", re.MULTILINE)
    assert drawn == [kind.__name__ for kind in TYPES]


def test_each_line_of_the_drawing_stands_below_its_parent() -> None:
    path: list[str] = []
    for indent, name in re.findall(r"^ {4}([│ ├└─]*)(\w+Error)", errors.__doc__ or "", re.MULTILINE):
        del path[len(indent) // 4 :]
        if path:
            assert getattr(errors, name).__base__.__name__ == path[-1]
        path.append(name)


def test_codes_are_unique_and_well_formed() -> None:
    codes = [kind.code for kind in TYPES]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(\.[a-z_]+)?", code) for code in codes)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_each_error_can_be_raised_journaled_and_told(kind: type[KrakenDesktopError]) -> None:
    with pytest.raises(KrakenDesktopError) as caught:
        raise make(kind)
    error = caught.value
    assert json.loads(json.dumps(error.facts)) == error.facts
    assert set(error.facts) == {field.name for field in dataclasses.fields(kind)}
    assert str(error).startswith(f"{kind.code}(")
    assert isinstance(kind.scope, Scope)
    assert not (kind.__doc__ or "").startswith(f"{kind.__name__}(")


def test_what_is_not_known_is_not_told() -> None:
    error = errors.ConnectError(host="api.kraken.io", reason="")
    assert str(error) == "transport.connect(host='api.kraken.io', sent_all=False)"
    assert str(errors.FileTooLargeError(status=413)) == "kraken.file_too_large(status=413)"


def test_of_the_answers_of_kraken_io_only_these_are_worth_another_try() -> None:
    retried = {kind for kind in TYPES if issubclass(kind, errors.KrakenError) and kind.retryable}
    assert retried == {errors.RateLimitedError, errors.ServerFaultError}


def test_trust_is_never_retried() -> None:
    final = {kind for kind in TYPES if issubclass(kind, errors.TransportError) and not kind.retryable}
    assert final == {
        errors.TlsError,
        errors.TrustFileError,
        errors.ProxyRefusedError,
        errors.AddressInvalidError,
    }


def test_nothing_that_stops_the_batch_is_retried_by_itself() -> None:
    assert not [kind for kind in TYPES if kind.retryable and kind.scope is Scope.BATCH]


def test_a_lost_answer_is_never_sent_again_by_itself() -> None:
    assert not errors.FateUnknownError.retryable


def test_two_errors_are_never_equal_and_keep_their_traceback() -> None:
    first, second = (errors.SourceMissingError(path="/a") for _ in range(2))
    assert first != second
    assert len({first, second}) == 2


@pytest.mark.parametrize("kind", [errors.SourceMissingError, errors.FileTooLargeError])
def test_an_error_crosses_processes(kind: type[KrakenDesktopError]) -> None:
    error = make(kind)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert twin.facts == error.facts
