"""The JSON API over a petitions service in memory, as the tests of its contract ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web.app import build_app
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings
from services.petitions.answers import PREFIX
from services.petitions.api import Api
from services.petitions.callers import PetitionCallers
from services.petitions.commands import UnknownPetitionError
from tests.unit.petitions.memory import Memory
from tests.unit.petitions.samples import PACKS, person, text
from tests.unit.web.http_edge import client_of

AUTHOR, SIGNER = person(1), person(2)
PEOPLE = {
    "author": AUTHOR,
    "signer": SIGNER,
    "child": person(3, birth_date=None),
    "moderator": person(4, roles=frozenset({"moderator"})),
    "official": person(5, roles=frozenset({"agency:kz-government"})),
    "organiser": person(7, region="DE-BE"),
    "registrar": person(6, roles=frozenset({"registrar"})),
}
UNKNOWN = "5e7f1f8e-6a53-4a3a-8f0e-2c9b7f1f9c55"


async def by_name(request: Request) -> Person:
    """Believes a token that is a name of the table above."""
    name = request.headers.get("authorization", "").removeprefix("Bearer ")
    if name not in PEOPLE:
        raise Problem(401, "login-required", headers={"www-authenticate": 'Bearer realm="kenes"'})
    return PEOPLE[name]


def api_of(memory: Memory) -> Api:
    return Api(
        commands=memory.commands,
        queries=memory.queries,
        rights=memory.rights,
        directory=memory.directory,
        counts=memory.counts,
        hub=memory.hub,
        packs=PACKS,
        callers=PetitionCallers(by_name, 0.05, memory.queries, memory.commands.keyring),
    )


def app_of(api: Api) -> Starlette:
    return build_app(
        api.routes(),
        settings=WebSettings(),
        translations={
            BrokerUnavailableError: lambda _: Problem(503, "unavailable", headers={"retry-after": "2"}),
            UnknownPetitionError: lambda _: Problem(404, "petition-unknown"),
        },
    )


@dataclass
class World:
    """A running API, a petition that collects, and what was asked of it."""

    memory: Memory
    api: Api
    client: httpx.AsyncClient
    petition: str

    async def ask(self, method: str, path: str, who: str | None = None, **parts: Any) -> httpx.Response:
        """One request; `who` signs in. Writes wait for their decision."""
        headers = {"prefer": "wait=1", **parts.pop("headers", {})}
        if who is not None:
            headers["authorization"] = f"Bearer {who}"
        return await self.client.request(method, PREFIX + path, headers=headers, **parts)


@asynccontextmanager
async def running() -> AsyncIterator[World]:
    memory = Memory()
    petition = await memory.collecting(AUTHOR, text())
    api = api_of(memory)
    async with client_of(app_of(api)) as client:
        yield World(memory, api, client, petition)
