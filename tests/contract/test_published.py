"""What is committed is what the models say, and what would break a reader or a record is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from schemas import compat, publish
from schemas.compat import breaks
from schemas.contracts import DIALECT, EVENTS, JsonSchema, event_schema, payloads, revisions
from schemas.payload import Part, Payload


class Inner(Part):
    """A nested part."""

    code: Literal["one", "two"]
    note: str | None = None


class Thing(Payload):
    """An event with something of every kind."""

    TYPE: ClassVar[str] = "test.thing.happened.v1"

    name: str = Field(min_length=1, max_length=50)
    number: int = Field(ge=0, le=100)
    kind: Literal["a", "b"]
    inner: Inner
    many: tuple[Inner, ...] = ()
    maybe: str | None = None
    table: dict[str, int] = Field(default_factory=dict)


OLD = event_schema(Thing)
Change = Callable[[JsonSchema], object]


def _pop(path: str) -> Change:
    *parents, last = path.split("/")

    def change(schema: JsonSchema) -> object:
        return _at(schema, parents).pop(last)

    return change


def _set(path: str, value: Any) -> Change:
    *parents, last = path.split("/")

    def change(schema: JsonSchema) -> object:
        place = _at(schema, parents)
        place[int(last) if isinstance(place, list) else last] = value
        return None

    return change


def _at(schema: Any, path: list[str]) -> Any:
    for step in path:
        schema = schema[int(step)] if isinstance(schema, list) else schema[step]
    return schema


def changed(*changes: Change) -> JsonSchema:
    schema = copy.deepcopy(OLD)
    for change in changes:
        change(schema)
    return schema


INNER = "$defs/Inner"

BREAKING: dict[str, tuple[list[Change], str]] = {
    "a required member is added": (
        [_set("properties/fresh", {"type": "string"}), _set("required", [*OLD["required"], "fresh"])],
        "value/fresh: is now required",
    ),
    "a required member is removed": (
        [_pop("properties/number"), _set("required", [n for n in OLD["required"] if n != "number"])],
        "value/number: was required",
    ),
    "a required member becomes optional": (
        [_set("required", [n for n in OLD["required"] if n != "number"])],
        "value/number: was required",
    ),
    "an optional member becomes required": ([_set("required", [*OLD["required"], "maybe"])], "value/maybe: is now"),
    "a type changes": ([_set("properties/number/type", "string")], "value/number: type was 'integer', is 'string'"),
    "an integer becomes any number": ([_set("properties/number/type", "number")], "value/number: type"),
    "a value becomes nullable": (
        [_set("properties/number", {"anyOf": [{"type": "integer"}, {"type": "null"}]})],
        "value/number: anyOf",
    ),
    "a value is no longer nullable": ([_set("properties/maybe", {"type": "string"})], "value/maybe: anyOf"),
    "an enum value is added": ([_set("properties/kind/enum", ["a", "b", "c"])], "value/kind: enum"),
    "an enum value is removed": ([_set("properties/kind/enum", ["a"])], "value/kind: enum"),
    "an enum value is renamed": ([_set("properties/kind/enum", ["a", "z"])], "value/kind[enum 1]: was 'b', is 'z'"),
    "an upper bound is tightened": ([_set("properties/number/maximum", 99)], "value/number: maximum was 100, is 99"),
    "an upper bound is loosened": ([_set("properties/number/maximum", 101)], "value/number: maximum"),
    "an upper bound is dropped": ([_pop("properties/number/maximum")], "value/number: maximum was 100, is None"),
    "a lower bound is added": ([_set("properties/name/minLength", 2)], "value/name: minLength"),
    "a length is tightened": ([_set("properties/name/maxLength", 49)], "value/name: maxLength"),
    "a pattern is added": ([_set("properties/name/pattern", "^x")], "value/name: pattern was None"),
    "a nested required member is added": (
        [_set(f"{INNER}/properties/fresh", {"type": "string"}), _set(f"{INNER}/required", ["code", "fresh"])],
        "value/inner/fresh: is now required",
    ),
    "a nested required member is removed": (
        [_pop(f"{INNER}/properties/code"), _set(f"{INNER}/required", [])],
        "value/inner/code: was required",
    ),
    "a nested enum grows": ([_set(f"{INNER}/properties/code/enum", ["one", "two", "three"])], "value/inner/code: enum"),
    "what a list holds changes": ([_set("properties/many/items", {"type": "string"})], "value/many[items]"),
    "a list within a list changes": (
        [_set(f"{INNER}/required", ["code", "note"])],
        "value/many[items]/note: is now required",
    ),
    "what a table holds changes": (
        [_set("properties/table/additionalProperties", {"type": "string"})],
        "value/table[additionalProperties]: type",
    ),
    "one of several types changes": ([_set("properties/maybe/anyOf/0/type", "integer")], "value/maybe[anyOf 0]: type"),
    "it is no longer an object": ([_set("type", "array")], "value: type"),
}

ALLOWED: dict[str, list[Change]] = {
    "nothing": [],
    "an optional member is added": [_set("properties/fresh", {"type": "string", "maxLength": 3})],
    "an optional member is removed": [_pop("properties/maybe")],
    "a nested optional member is added": [_set(f"{INNER}/properties/fresh", {"type": "integer"})],
    "a nested optional member is removed": [_pop(f"{INNER}/properties/note")],
    "words change": [
        _set("title", "Another"),
        _set("description", "Another."),
        _set("properties/name/title", "Another"),
        _set("properties/name/description", "Another."),
        _set(f"{INNER}/description", "Another."),
    ],
    "a default changes": [_set("properties/maybe/default", "x")],
    "a definition moves": [
        _set("properties/inner", copy.deepcopy(OLD["$defs"]["Inner"])),
        _set("properties/many/items", {"$ref": "#/$defs/Inner"}),
    ],
    "the order of required members changes": [_set("required", list(reversed(OLD["required"])))],
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_break_is_found_and_named(name: str) -> None:
    changes, words = BREAKING[name]

    found = list(breaks(OLD, changed(*changes)))

    assert any(words in each for each in found), found


@pytest.mark.parametrize("name", BREAKING)
def test_a_break_stays_one_the_other_way_round_unless_a_member_only_goes(name: str) -> None:
    changes, _ = BREAKING[name]

    assert list(breaks(changed(*changes), OLD)), "full compatibility: old readers and new ones"


@pytest.mark.parametrize("name", ALLOWED)
def test_an_allowed_change_passes_both_ways(name: str) -> None:
    new = changed(*ALLOWED[name])

    assert list(breaks(OLD, new)) == []
    assert list(breaks(new, OLD)) == []


def test_what_is_committed_is_what_the_models_say() -> None:
    assert list(compat.problems()) == []


@pytest.mark.parametrize("kind", payloads())
def test_every_committed_schema_is_one(kind: str) -> None:
    for schema in revisions(kind):
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == DIALECT
        assert schema["$id"] == f"urn:kenes:event:{kind}"
        assert '"additionalProperties": false' not in json.dumps(schema), "readers are open"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own to publish to, with one event type."""
    events = tmp_path / "events"
    events.mkdir()
    for module in (compat, publish):
        monkeypatch.setattr(module, "EVENTS", events)
        monkeypatch.setattr(module, "ASYNCAPI", tmp_path / "asyncapi.json")
        monkeypatch.setattr(module, "payloads", lambda: {Thing.TYPE: Thing})
        monkeypatch.setattr(module, "revisions", lambda kind: revisions(kind, events))
    return events


class Wider(Thing):
    """The same event with one more optional member."""

    fresh: str | None = None


class Broken(Thing):
    """The same event with one more required member."""

    fresh: str


def models(monkeypatch: pytest.MonkeyPatch, payload: type[Payload]) -> None:
    for module in (compat, publish):
        monkeypatch.setattr(module, "payloads", lambda: {Thing.TYPE: payload})


def test_publishing_writes_what_is_new_and_nothing_twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert publish.main() == 0
    assert publish.main() == 0
    assert [path.name for path in (folder / Thing.TYPE).iterdir()] == ["r1.json"]
    assert list(compat.problems()) == []

    models(monkeypatch, Wider)
    assert any("changed since it was published" in each for each in compat.problems())
    assert publish.main() == 0
    assert sorted(path.name for path in (folder / Thing.TYPE).iterdir()) == ["r1.json", "r2.json"]
    assert list(compat.problems()) == []


def test_publishing_refuses_a_break_and_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish.main()
    before = {path: path.read_text() for path in folder.parent.rglob("*.json")}
    models(monkeypatch, Broken)

    assert publish.main() == 1
    assert f"{Thing.TYPE}: value/fresh: is now required" in capsys.readouterr().out
    assert {path: path.read_text() for path in folder.parent.rglob("*.json")} == before


def test_compatibility_is_with_every_revision_not_just_the_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Number(Thing):
        fresh: int | None = None

    models(monkeypatch, Wider)
    publish.main()
    models(monkeypatch, Thing)
    publish.main()
    models(monkeypatch, Number)

    assert len(revisions(Thing.TYPE, folder)) == 2
    assert publish.main() == 1, "the second revision has no such member, the first had it as text"


@pytest.mark.usefixtures("folder")
def test_the_check_ends_with_a_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert compat.main() == 1
    assert "not published; run `make contracts`" in capsys.readouterr().out

    publish.main()
    assert compat.main() == 0
    assert "compatible and published" in capsys.readouterr().out

    models(monkeypatch, Broken)
    assert compat.main() == 1
    assert f"{Thing.TYPE}: breaks revision 1: value/fresh" in capsys.readouterr().out


def test_an_event_type_that_was_published_cannot_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish.main()
    for module in (compat, publish):
        monkeypatch.setattr(module, "payloads", dict)

    assert any(each.startswith(f"{Thing.TYPE}: was published") for each in compat.problems())


def test_a_changed_asyncapi_document_is_found(folder: Path) -> None:
    publish.main()
    (folder.parent / "asyncapi.json").write_text("{}")

    assert any("asyncapi.json" in each for each in compat.problems())


def test_revisions_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "kind").mkdir()
    for number in (10, 9, 1):
        (tmp_path / "kind" / f"r{number}.json").write_text(json.dumps({"revision": number}))

    assert [each["revision"] for each in revisions("kind", tmp_path)] == [1, 9, 10]
    assert revisions("nothing", tmp_path) == []
    assert all(revisions(path.name) for path in EVENTS.iterdir())
