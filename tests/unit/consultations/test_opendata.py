"""Open data of drafts as programs, spreadsheets and feed readers of other sites get it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from kenes.web.app import build_app
from kenes.web.language import edge_catalogs
from kenes.web.openapi import routes
from kenes.web.settings import WebSettings
from services.consultations.opendata import COLUMNS, OpenConsultations, OpenData
from services.consultations.serving import FOLDERS
from tests.unit.consultations.pages.world import ORIGIN, C, Memory, pages

FORMATS = (".json", ".csv", ".atom", ".feed.json")


@asynccontextmanager
async def reader(memory: Memory) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody on another site."""
    settings = WebSettings(public_url=ORIGIN)
    data = OpenData(memory.queries(), memory.votes)
    app = build_app(routes(data.operations()), settings=settings, catalogs=edge_catalogs((FOLDERS.locales,)))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
async def memory() -> Memory:
    """A draft that is open, with one comment."""
    found = Memory()
    await found.opened()
    await found.say()
    return found


@pytest.mark.parametrize("kind", FORMATS)
async def test_every_format_is_for_every_site_and_kept_by_its_tag(memory: Memory, kind: str) -> None:
    async with reader(memory) as client:
        answer = await client.get(f"/open/consultations{kind}", headers={"cookie": "lang=ru"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Cookie" not in answer.headers.get("vary", "")
        tag = {"if-none-match": answer.headers["etag"]}
        assert (await client.get(f"/open/consultations{kind}", headers=tag)).status_code == 304


async def test_the_four_say_the_same(memory: Memory) -> None:
    async with reader(memory) as client:
        told: dict[str, Any] = {kind: await client.get(f"/open/consultations{kind}?lang=ru") for kind in FORMATS[2:]}
        told |= {kind: await client.get(f"/open/consultations{kind}") for kind in FORMATS[:2]}
    (one,) = OpenConsultations.model_validate_json(told[".json"].text).consultations
    assert (one.id, one.comments, one.status) == (C, 1, "open")
    (row,) = csv.DictReader(io.StringIO(told[".csv"].content.decode("utf-8-sig")))
    assert tuple(row) == COLUMNS
    assert (row["id"], row["comments"], row["title_ru"]) == (one.id, "1", one.title_ru)
    entry = ET.fromstring(told[".atom"].content).find("{http://www.w3.org/2005/Atom}entry")  # our own
    assert entry is not None
    assert entry.findtext("{http://www.w3.org/2005/Atom}title") == one.title_ru
    assert [each["url"] for each in told[".feed.json"].json()["items"]] == [one.address]


async def test_filters_choose_and_a_wrong_one_is_named(memory: Memory) -> None:
    async with reader(memory) as client:

        async def found(query: str) -> int:
            return len((await client.get(f"/open/consultations.json?{query}")).json()["consultations"])

        assert [await found(each) for each in ("status=open", "status=reported", "q=nothing-of-it")] == [1, 0, 0]
        answer = await client.get("/open/consultations.json?status=shut")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/status")


async def test_what_was_never_open_is_in_no_list() -> None:
    memory = Memory()
    await memory.prepared()
    async with reader(memory) as client:
        assert (await client.get("/open/consultations.json")).json() == {"consultations": []}


async def test_the_page_leads_to_its_list(memory: Memory) -> None:
    async with pages(memory) as world:
        page = (await world.get("/consultations?status=open")).text
    assert "/api/consultations/v1/open/consultations.csv?status=open" in page
