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
from collections.abc import Mapping
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


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _decode(hint: Any, data: object, path: str) -> object:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _decode_union(arguments, data, path)
    if origin is tuple:
        return _decode_tuple(arguments, data, path)
    if origin is frozenset:
        items = _list(data, path)
        return frozenset(_decode(arguments[0], item, f"{path}[{at}]") for at, item in enumerate(items))
    if origin is dict:
        if not isinstance(data, dict):
            raise RecordError(path, "an object")
        return {
            _decode(arguments[0], key, path): _decode(arguments[1], item, _below(path, key))
            for key, item in data.items()
        }
    if dataclasses.is_dataclass(hint):
        return _decode_dataclass(cast("type", hint), data, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _decode_enum(hint, data, path)
    if hint is datetime:
        return _decode_datetime(data, path)
    return _decode_scalar(hint, data, path)


def _decode_dataclass(cls: type, data: object, path: str) -> object:
    if not isinstance(data, Mapping):
        raise RecordError(path, "an object")
    hints = _hints(cls)
    values: dict[str, object] = {}
    for field in dataclasses.fields(cls):
        where = _below(path, field.name)
        if field.name in data:
            values[field.name] = _decode(hints[field.name], data[field.name], where)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise RecordError(where, "a value")
    try:
        return cls(**values)
    except ValueError as error:
        raise RecordError(path, f"a valid {cls.__name__}") from error


def _decode_union(members: tuple[Any, ...], data: object, path: str) -> object:
    if data is None and types.NoneType in members:
        return None
    kinds = [member for member in members if member is not types.NoneType]
    for kind in kinds[:-1]:
        try:
            return _decode(kind, data, path)
        except RecordError:
            continue
    return _decode(kinds[-1], data, path)


def _decode_tuple(members: tuple[Any, ...], data: object, path: str) -> tuple[object, ...]:
    items = _list(data, path)
    if len(members) == 2 and members[1] is Ellipsis:
        return tuple(_decode(members[0], item, f"{path}[{at}]") for at, item in enumerate(items))
    if len(items) != len(members):
        raise RecordError(path, f"{len(members)} values")
    pairs = zip(members, items, strict=True)
    return tuple(_decode(member, item, f"{path}[{at}]") for at, (member, item) in enumerate(pairs))


def _decode_enum(kind: type[Enum], data: object, path: str) -> Enum:
    for member in kind:
        if type(data) is type(member.value) and data == member.value:
            return member
    raise RecordError(path, "one of " + ", ".join(str(member.value) for member in kind))


def _decode_datetime(data: object, path: str) -> datetime:
    try:
        return datetime.fromisoformat(data if isinstance(data, str) else "")
    except ValueError as error:
        raise RecordError(path, "a time in ISO 8601") from error


def _decode_scalar(hint: Any, data: object, path: str) -> object:
    if hint is float and type(data) is int:
        return float(data)
    if hint not in _NAMES:
        raise TypeError(f"{path}: no record can hold {hint!r}")
    # bool is a subclass of int, and a "true" where a number belongs is a mistake.
    if type(data) is not hint:
        raise RecordError(path, _NAMES[hint])
    return data


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
