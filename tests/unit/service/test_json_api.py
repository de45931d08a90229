"""An API under its address: its operations in their order, and what describes them."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kenes.service.json_api import JsonApi
from kenes.web.openapi import Operation
from tests.unit.web.http_edge import app_of, client_of


async def newest(_request: Request) -> Response:
    """The newest one."""
    return PlainTextResponse("newest")


async def named(request: Request) -> Response:
    """The one of this name."""
    return PlainTextResponse(request.path_params["name"])


OPERATIONS = [Operation.read("/things/newest", newest, None), Operation.read("/things/{name}", named, None)]


async def test_the_first_address_that_fits_is_meant() -> None:
    async with client_of(app_of(JsonApi("Things", "/api/things/v1", OPERATIONS).routes())) as client:
        assert (await client.get("/api/things/v1/things/newest")).text == "newest"
        assert (await client.get("/api/things/v1/things/oldest")).text == "oldest"


async def test_the_document_has_every_operation_under_its_whole_address() -> None:
    async with client_of(app_of(JsonApi("Things", "/api/things/v1", OPERATIONS).routes())) as client:
        found = (await client.get("/api/things/v1/openapi.json")).json()
        assert found["info"]["title"] == "Things"
        assert list(found["paths"]) == ["/api/things/v1/things/newest", "/api/things/v1/things/{name}"]
        assert (await client.get("/api/things/v1/asyncapi.json")).status_code == 404


async def test_the_topics_are_described_where_there_is_a_document_of_them(tmp_path: Path) -> None:
    events = tmp_path / "asyncapi.json"
    events.write_text('{"asyncapi": "3.0.0"}')
    async with client_of(app_of(JsonApi("Things", "/api/things/v1", OPERATIONS, events).routes())) as client:
        assert (await client.get("/api/things/v1/asyncapi.json")).json() == {"asyncapi": "3.0.0"}
