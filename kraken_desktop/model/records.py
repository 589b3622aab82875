"""Our frozen dataclasses as JSON values and back, by their type hints: what settings and journal keep.

A record is what ``json.dumps`` takes: an object a dataclass, a list a tuple or a (sorted) frozenset, an
enumeration's value, an ISO 8601 text a ``datetime``. Reading is lenient about *which* fields are there
(unknown ones are ignored, missing ones take their defaults), so that versions that differ a little
understand each other, and strict about their types.

Texts pass unchanged, lone surrogates of undecodable file names included; write them with ``json.dumps``'s
own ``ensure_ascii``, since UTF-8 cannot hold them.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, Union, cast

from kraken_desktop.model.job import Cancelled, Done, Failed, Outcome, Skipped, state_of

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_T = TypeVar("_T")

_OUTCOMES: Mapping[str, type[Outcome]] = {
    "done": Done,
    "skipped": Skipped,
    "cancelled": Cancelled,
    "failed": Failed,
}


class RecordError(ValueError):
    """A record does not fit the type. It names the place and what belongs there, never the value found.

    ``path`` is the way to the field, such as ``profiles[2].acl``; empty for the record itself.
    """

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path or 'record'}: expected {expected}")
        self.path = path
        self.expected = expected


def to_record(obj: object) -> dict[str, Json]:
    """The record of a dataclass instance.

    Raises:
        TypeError: it is no dataclass instance, or holds something that a record cannot hold. A field
            that hides from ``repr`` is taken for a secret, and a secret never goes into a record.
    """
    if not dataclasses.is_dataclass(obj) or isinstance(obj, type):
        raise TypeError(f"not a dataclass instance: {type(obj).__name__}")
    fields = dataclasses.fields(obj)
    for field in fields:
        if not field.repr:
            raise TypeError(f"{type(obj).__name__}.{field.name} is secret")
    return {field.name: _encode(getattr(obj, field.name)) for field in fields}


def from_record(cls: type[_T], data: object) -> _T:
    """The instance of a dataclass that a record tells of.

    Raises:
        RecordError: a field has the wrong type or a value that the class refuses, or a field without a
            default is missing.
    """
    return cast("_T", _decode_dataclass(cls, data, ""))


def outcome_to_record(outcome: Outcome) -> dict[str, Json]:
    """The record of an outcome, tagged with its kind."""
    return {"outcome": state_of(outcome).value, **to_record(outcome)}


def outcome_from_record(data: object) -> Outcome:
    """The outcome that a tagged record tells of.

    Raises:
        RecordError: as ``from_record``, or the tag is unknown.
    """
    tag = data.get("outcome") if isinstance(data, Mapping) else None
    kind = _OUTCOMES.get(tag) if isinstance(tag, str) else None
    if kind is None:
        raise RecordError("outcome", " or ".join(_OUTCOMES))
    return from_record(kind, data)


def _encode(value: object) -> Json:
    if isinstance(value, Enum):
        return _encode(value.value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, frozenset):
        return [_encode(item) for item in sorted(value)]
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a record's names are texts")
        return {key: _encode(item) for key, item in value.items()}
    return to_record(value)


_Decode = Callable[[object, str], object]
"""Takes a part of a record and the way to it, gives what it tells of."""


@cache
def _decoder(hint: Any) -> _Decode:
    """What reads a type. To find that out takes longer than to read: a history has a hundred thousand outcomes."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _union_decoder(arguments)
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin is frozenset:
        items = _sequence_decoder(_decoder(arguments[0]))
        return lambda data, path: frozenset(items(data, path))
    if origin is dict:
        return _dict_decoder(_decoder(arguments[0]), _decoder(arguments[1]))
    if dataclasses.is_dataclass(hint):
        return lambda data, path: _decode_dataclass(cast("type", hint), data, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_decoder(hint)
    return _decode_datetime if hint is datetime else _scalar_decoder(hint)


@cache
def _fields(cls: type) -> tuple[tuple[str, _Decode, bool], ...]:
    """The fields of a dataclass: name, what reads it, whether it has to be there."""
    hints = typing.get_type_hints(cls)
    return tuple(
        (
            field.name,
            _decoder(hints[field.name]),
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
    )


def _decode_dataclass(cls: type, data: object, path: str) -> object:
    if not isinstance(data, Mapping):
        raise RecordError(path, "an object")
    values: dict[str, object] = {}
    for name, decode, required in _fields(cls):
        if name in data:
            values[name] = decode(data[name], _below(path, name))
        elif required:
            raise RecordError(_below(path, name), "a value")
    try:
        return cls(**values)
    except ValueError as error:
        raise RecordError(path, f"a valid {cls.__name__}") from error


def _union_decoder(members: tuple[Any, ...]) -> _Decode:
    *others, last = [_decoder(member) for member in members if member is not types.NoneType]
    optional = types.NoneType in members

    def decode(data: object, path: str) -> object:
        if data is None and optional:
            return None
        for kind in others:
            try:
                return kind(data, path)
            except RecordError:
                continue
        return last(data, path)

    return decode


def _tuple_decoder(members: tuple[Any, ...]) -> _Decode:
    if len(members) == 2 and members[1] is Ellipsis:
        return _sequence_decoder(_decoder(members[0]))
    kinds = [_decoder(member) for member in members]

    def decode(data: object, path: str) -> tuple[object, ...]:
        items = _list(data, path)
        if len(items) != len(kinds):
            raise RecordError(path, f"{len(kinds)} values")
        pairs = zip(kinds, items, strict=True)
        return tuple(kind(item, f"{path}[{at}]") for at, (kind, item) in enumerate(pairs))

    return decode


def _sequence_decoder(kind: _Decode) -> Callable[[object, str], tuple[object, ...]]:
    return lambda data, path: tuple(kind(item, f"{path}[{at}]") for at, item in enumerate(_list(data, path)))


def _dict_decoder(key: _Decode, value: _Decode) -> _Decode:
    def decode(data: object, path: str) -> dict[object, object]:
        if not isinstance(data, dict):
            raise RecordError(path, "an object")
        return {key(name, path): value(item, _below(path, name)) for name, item in data.items()}

    return decode


def _enum_decoder(kind: type[Enum]) -> _Decode:
    # With their types: what is no text or number cannot even be looked up.
    members = {(type(member.value), member.value): member for member in kind}
    known = {known_type for known_type, _ in members}
    expected = "one of " + ", ".join(str(member.value) for member in kind)

    def decode(data: object, path: str) -> Enum:
        member = members.get((type(data), data)) if type(data) in known else None
        if member is None:
            raise RecordError(path, expected)
        return member

    return decode


def _decode_datetime(data: object, path: str) -> datetime:
    try:
        return datetime.fromisoformat(data if isinstance(data, str) else "")
    except ValueError as error:
        raise RecordError(path, "a time in ISO 8601") from error


def _scalar_decoder(hint: Any) -> _Decode:
    expected = _NAMES.get(hint)

    def decode(data: object, path: str) -> object:
        # bool is a subclass of int, and a "true" where a number belongs is a mistake.
        if type(data) is hint and expected is not None:
            return data
        if expected is None:
            raise TypeError(f"{path}: no record can hold {hint!r}")
        if hint is float and type(data) is int:
            return float(data)
        raise RecordError(path, expected)

    return decode


_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    types.NoneType: "null",
}


def _list(data: object, path: str) -> list[object]:
    if not isinstance(data, list):
        raise RecordError(path, "a list")
    return data


def _below(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)
