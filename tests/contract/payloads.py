"""Any event a writer can write, for property tests: built from the declared types and bounds of the payloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import reject
from hypothesis import strategies as st
from pydantic import AfterValidator, ValidationError
from pydantic.fields import FieldInfo

from schemas.contracts import payloads
from schemas.envelope import Event
from schemas.payload import Part
from schemas.prose import hidden, seen, shows

KINDS = payloads()
# Headers are UTF-8 and JSON is Unicode: unpaired surrogates can be in neither, so no writer can have them.
_LETTERS = st.characters(exclude_categories=["Cs"])
_SEEN = _LETTERS.filter(lambda letter: not any(hidden(letter)))
TEXT = st.text(_LETTERS, max_size=12)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    Any: TEXT,
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    date: st.dates(),
    datetime: TIMES,
}


@cache
def built(model: type[Part]) -> st.SearchStrategy[Part]:
    """Any value of a model; members with a default may be left out. A model may hold its own kind."""
    return st.deferred(lambda: _built(model))


def _built(model: type[Part]) -> st.SearchStrategy[Part]:
    required = {name: _member(field) for name, field in model.model_fields.items() if field.is_required()}
    optional = {name: _member(field) for name, field in model.model_fields.items() if not field.is_required()}
    return st.fixed_dictionaries(required, optional=optional).map(partial(_made, model))


def _made(model: type[Part], members: dict[str, Any]) -> Part:
    try:
        return model(**members)
    except ValidationError as error:
        if {each["type"] for each in error.errors()} == {"value_error"}:
            reject()  # members that do not go together: their bounds do not tell
        raise


def _member(field: FieldInfo) -> st.SearchStrategy[Any]:
    return _value(field.annotation, field.metadata)


def _value(kind: Any, metadata: Sequence[Any] = ()) -> st.SearchStrategy[Any]:
    """Any value of a type, within the bounds that its metadata tell."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        field = FieldInfo.from_annotation(kind)
        return _value(field.annotation, [*field.metadata, *metadata])
    if origin is not None:
        return _of_many(origin, inner, metadata)
    if kind is str:
        return _texts(metadata)
    if kind is int and metadata:
        return _numbers(metadata)
    if issubclass(kind, Part):
        return built(kind)
    return st.sampled_from(list(kind)) if issubclass(kind, Enum) else _PLAIN[kind]


def _of_many(origin: Any, inner: tuple[Any, ...], metadata: Sequence[Any]) -> st.SearchStrategy[Any]:
    least = _bound(metadata, MinLen, 0)
    if origin in (Union, UnionType):
        return st.one_of([_value(each, metadata) for each in inner])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        # Few: what holds its own kind would not come to an end.
        return st.lists(_value(inner[0]), min_size=least, max_size=least + 1).map(tuple)
    return st.dictionaries(_value(inner[0]), _value(inner[1]), min_size=least, max_size=3)


def _numbers(metadata: Sequence[Any]) -> st.SearchStrategy[int]:
    least = _bound(metadata, Ge, _bound(metadata, Gt, -(2**63) - 1) + 1)
    return st.integers(least, _bound(metadata, Le, 2**63 - 1))


def _texts(metadata: Sequence[Any]) -> st.SearchStrategy[str]:
    least = _bound(metadata, MinLen, 0)
    most = min(_bound(metadata, MaxLen, least + 12), least + 12)
    is_prose = any(isinstance(each, AfterValidator) and each.func is seen for each in metadata)
    pattern = next((each.pattern for each in metadata if getattr(each, "pattern", None)), None)
    if pattern is not None:
        alphabet = st.characters(codec="ascii", min_codepoint=ord(" ") if is_prose else 0, exclude_characters="\x7f")
        matching = st.from_regex(pattern, fullmatch=True, alphabet=alphabet)
        return matching.filter(lambda text: len(text) <= most + 60)
    if is_prose:
        return st.text(_SEEN, min_size=least, max_size=most).filter(lambda text: not text or shows(text))
    return st.text(_LETTERS, min_size=least, max_size=most)


def _bound(metadata: Sequence[Any], kind: type[Any], usual: int) -> int:
    """What the first constraint of a kind says, whose only member is the bound."""
    found = next((each for each in metadata if isinstance(each, kind)), None)
    return usual if found is None else int(getattr(found, fields(found)[0].name))


DATA = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: built(KINDS[kind]))
EVENTS = st.builds(
    Event,
    id=TEXT,
    source=TEXT,
    subject=TEXT,
    time=TIMES,
    data=DATA,
    sequence=st.none() | st.integers(0, 10**17),
    offset=st.none() | st.integers(0, 10**17),
    traceparent=st.none() | TEXT,
)
