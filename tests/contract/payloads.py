"""Any event a writer can write, for property tests: built from the declared types and bounds of the payloads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import reject
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from schemas.contracts import payloads
from schemas.envelope import Event
from schemas.payload import Part

KINDS = payloads()
# Headers are UTF-8 and JSON is Unicode: unpaired surrogates can be in neither, so no writer can have them.
_LETTERS = st.characters(exclude_categories=["Cs"])
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
    from_here = next((each.ge for each in field.metadata if isinstance(each, Ge)), None)
    above = next((each.gt for each in field.metadata if isinstance(each, Gt)), None)
    below = next((each.le for each in field.metadata if isinstance(each, Le)), 2**63 - 1)
    if field.annotation is int and (from_here is not None or above is not None):
        return st.integers(from_here if above is None else above + 1, below)  # type: ignore[arg-type, operator]
    least = next((each.min_length for each in field.metadata if isinstance(each, MinLen)), 0)
    most = next((each.max_length for each in field.metadata if isinstance(each, MaxLen)), least + 12)
    return _value(field.annotation, _texts(field.metadata, least, most), least)


def _texts(metadata: Sequence[Any], least: int, most: int) -> st.SearchStrategy[str]:
    pattern = next((each.pattern for each in metadata if getattr(each, "pattern", None)), None)
    if pattern is not None:
        matching = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
        return matching.filter(lambda text: len(text) <= most + 60)
    return st.text(_LETTERS, min_size=least, max_size=min(most, least + 12))


def _value(kind: Any, texts: st.SearchStrategy[str] = TEXT, least: int = 0) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _member(FieldInfo.from_annotation(kind))
    if origin is not None:
        return _of_many(origin, inner, texts, least)
    if kind is str:
        return texts
    if issubclass(kind, Part):
        return built(kind)
    return st.sampled_from(list(kind)) if issubclass(kind, Enum) else _PLAIN[kind]


def _of_many(origin: Any, inner: tuple[Any, ...], texts: st.SearchStrategy[str], least: int) -> st.SearchStrategy[Any]:
    if origin in (Union, UnionType):
        return st.one_of([_value(each, texts) for each in inner])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        # Few: what holds its own kind would not come to an end.
        return st.lists(_value(inner[0]), min_size=least, max_size=least + 1).map(tuple)
    return st.dictionaries(_value(inner[0]), _value(inner[1]), min_size=least, max_size=3)


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
