"""Any event a writer can write, for property tests: built from the declared types and bounds of the payloads."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, MaxLen, MinLen
from hypothesis import strategies as st
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
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    datetime: TIMES,
}


def built(model: type[Part]) -> st.SearchStrategy[Part]:
    """Any value of a model; members with a default may be left out."""
    required = {name: _member(field) for name, field in model.model_fields.items() if field.is_required()}
    optional = {name: _member(field) for name, field in model.model_fields.items() if not field.is_required()}
    return st.fixed_dictionaries(required, optional=optional).map(lambda members: model(**members))


def _member(field: FieldInfo) -> st.SearchStrategy[Any]:
    least = next((each.min_length for each in field.metadata if isinstance(each, MinLen)), 0)
    most = next((each.max_length for each in field.metadata if isinstance(each, MaxLen)), least + 12)
    from_here = next((each.ge for each in field.metadata if isinstance(each, Ge)), None)
    above = next((each.gt for each in field.metadata if isinstance(each, Gt)), None)
    if field.annotation is int and (from_here is not None or above is not None):
        return st.integers(from_here if above is None else above + 1, 2**63 - 1)  # type: ignore[arg-type, operator]
    return _value(field.annotation, st.text(_LETTERS, min_size=least, max_size=min(most, least + 12)))


def _value(kind: Any, texts: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is not None:
        return _of_many(origin, inner, texts)
    if kind is str:
        return texts
    if issubclass(kind, Part):
        return built(kind)
    return st.sampled_from(list(kind)) if issubclass(kind, Enum) else _PLAIN[kind]


def _of_many(origin: Any, inner: tuple[Any, ...], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    if origin in (Union, UnionType):
        return st.one_of([_value(each, texts) for each in inner])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        return st.lists(_value(inner[0]), max_size=3).map(tuple)
    return st.dictionaries(_value(inner[0]), _value(inner[1]), max_size=3)


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
