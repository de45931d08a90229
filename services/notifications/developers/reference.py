"""Public events described from their models, so that what people read cannot differ from what is sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson

from schemas.contracts import event_schema, resolve
from schemas.notifications.about import PublicEvent
from schemas.notifications.public import PUBLIC_TYPES
from services.notifications.developers.examples import example

_SHARED: Final = ("about", "origin")


@dataclass(frozen=True)
class Member:
    """A member of an event's data: its name, its type in the words of JSON, and what it says."""

    name: str
    type: str
    optional: bool
    described: str


@dataclass(frozen=True)
class Described:
    """One type of event. `example` is a whole CloudEvent in JSON; `anchor` is its place on the page."""

    type: str
    anchor: str
    summary: str
    members: Sequence[Member]
    example: str


@cache
def described_events() -> tuple[Described, ...]:
    """Every public event, in the order of the registry."""
    return tuple(_describe(kind) for kind in PUBLIC_TYPES.values())


@cache
def shared_members() -> tuple[Member, ...]:
    """What every event has: what it is about, and where it comes from."""
    properties, required = _properties(next(iter(PUBLIC_TYPES.values())))
    return tuple(
        member
        for name in _SHARED
        for member in (
            _member(name, properties[name], name in required),
            *_parts(name, properties[name]),
        )
    )


def _describe(kind: type[PublicEvent]) -> Described:
    properties, required = _properties(kind)
    own = tuple(_member(name, each, name in required) for name, each in properties.items() if name not in _SHARED)
    shown = orjson.dumps(example(kind).attributes, option=orjson.OPT_INDENT_2).decode()
    return Described(kind.TYPE, kind.TYPE.replace(".", "-"), _summary(kind), own, shown)


def _properties(kind: type[PublicEvent]) -> tuple[dict[str, Any], Sequence[str]]:
    schema: Any = event_schema(kind)
    whole = resolve(schema, schema.pop("$defs", {}))
    return whole["properties"], whole.get("required", ())


def _parts(name: str, schema: Mapping[str, Any]) -> Iterator[Member]:
    for part, each in schema["properties"].items():
        yield _member(f"{name}.{part}", each, part in schema.get("required", ()))


def _member(name: str, schema: Mapping[str, Any], required: bool) -> Member:
    told = schema.get("description", "").strip().split("\n\n")[0].replace("\n", " ")
    return Member(name, _type(schema), not required or _nullable(schema), told)


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "enum" in schema:
        return " | ".join(f'"{each}"' for each in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"array of {_type(schema.get('items', {}))}"
    return str(schema.get("format", kind)) if kind == "string" else kind


def _nullable(schema: Mapping[str, Any]) -> bool:
    return any(each.get("type") == "null" for each in schema.get("anyOf", ()))


def _summary(kind: type[PublicEvent]) -> str:
    return (kind.__doc__ or "").strip().replace("\n    ", " ")
