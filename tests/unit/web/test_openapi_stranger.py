"""What a program of somebody else stumbles over in a description: names that meet, answers that are no text."""

from __future__ import annotations

from typing import Any

from openapi_spec_validator import validate
from pydantic import BaseModel, create_model
from starlette.requests import Request
from starlette.responses import Response

from kenes.web.openapi import Operation, document


class First:
    """Two places may each have a model of the same name."""

    Answer = create_model("Answer", __module__="tests.first", petition=(str, ...))


class Second:
    """The other place."""

    Answer = create_model("Answer", __module__="tests.second", stream=(str, ...))


async def first(request: Request) -> Response:
    """The first."""
    return Response()


async def second(request: Request) -> Response:
    """The second."""
    return Response()


async def feed(request: Request) -> Response:
    """Something that another standard describes."""
    return Response()


def described(*operations: Operation) -> dict[str, Any]:
    found = document("Strange", "1", "/api", operations)
    validate(found)
    return found


def schema_of(found: dict[str, Any], path: str, kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = found["paths"][path]["get"]["responses"]["200"]["content"][kind]["schema"]
    while "$ref" in schema:
        schema = found["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_two_models_of_one_name_are_each_described() -> None:
    one: type[BaseModel] = First.Answer
    other: type[BaseModel] = Second.Answer
    found = described(Operation.read("/first", first, one), Operation.read("/second", second, other))

    assert set(schema_of(found, "/api/first", "application/json")["properties"]) == {"petition"}
    assert set(schema_of(found, "/api/second", "application/json")["properties"]) == {"stream"}


def test_json_without_a_model_is_not_called_a_text() -> None:
    found = described(
        Operation.read("/feed", feed, None, media_type="application/feed+json"),
        Operation.read("/lines", first, None, media_type="application/x-ndjson"),
    )

    assert "type" not in schema_of(found, "/api/feed", "application/feed+json")
    assert schema_of(found, "/api/lines", "application/x-ndjson") == {"type": "string"}


def test_an_answer_without_a_body_has_no_content() -> None:
    found = described(Operation("DELETE", "/one", first, {204: None}))

    assert "content" not in found["paths"]["/api/one"]["delete"]["responses"]["204"]
