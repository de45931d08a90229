"""Asking for a letter over the API: the twin of the form, and as silent about who reads which mailbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from kenes.mail.links import LinkLimits, MailedLinks
from kenes.mail.sender import MailUnavailableError
from kenes.web.app import build_app
from kenes.web.language import edge_catalogs
from kenes.web.settings import WebSettings
from schemas.petitions.v1 import RulePackRef
from services.petitions.answers import PREFIX
from services.petitions.mailed.mailing import MailAct, Mailing
from services.petitions.serving import FOLDERS
from tests.contract.world import AUTHOR, api_of
from tests.stores import MemoryLinkStore
from tests.unit.petitions.memory import Memory
from tests.unit.petitions.samples import KEYRING, text
from tests.unit.petitions.test_pages_by_mail import PACKS, Outbox
from tests.unit.web.http_edge import client_of

GIVEN = {
    "given_name": "Moira",
    "family_name": "Macfarlane",
    "email": "moira@example.org",
    "residence": "sw1 1aa",
    "declared": True,
    "listed": True,
}
CATALOGS = edge_catalogs((FOLDERS.locales,))


class World:
    """The API over a memory, with an outbox."""

    def __init__(self, client: httpx.AsyncClient, outbox: Outbox, mailing: Mailing, memory: Memory) -> None:
        self.client, self.outbox, self.mailing, self.memory = client, outbox, mailing, memory
        self.petition = ""

    async def ask(self, act: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        """Asks for a letter."""
        path = "/by-mail/erase" if act == "erase" else f"/petitions/{self.petition}/by-mail/{act}"
        return await self.client.post(PREFIX + path, json=body, headers=headers)

    @property
    def token(self) -> str:
        """Of the last letter's link."""
        found = re.search(r"/by-mail/\w+/([\w-]+)\?lang", self.outbox.letters[-1].text)
        assert found is not None
        return found[1]


async def started(pack: str, anonymous_writes: int = 50) -> AsyncIterator[World]:
    outbox, memory = Outbox(), Memory()
    limits = LinkLimits(timedelta(hours=24), to_mailbox=3, by_client=8)
    mailing = Mailing(outbox, MailedLinks(MemoryLinkStore(), limits), KEYRING, timedelta(hours=24))
    petition = await memory.collecting(AUTHOR, text())
    known = memory.petitions[petition]
    assert known is not None
    memory.petitions[petition] = known.model_copy(update={"rules": RulePackRef(id=pack, version="1")})
    api = replace(api_of(memory), packs=PACKS, mailing=mailing)
    settings = WebSettings(anonymous_write_limit=anonymous_writes)
    async with client_of(build_app(api.routes(), settings=settings, catalogs=CATALOGS)) as client:
        world = World(client, outbox, mailing, memory)
        world.petition = petition
        yield world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async for found in started("postcode"):
        yield found


async def test_a_letter_is_that_of_the_form_and_its_link_signs(world: World) -> None:
    answer = await world.ask("sign", GIVEN)
    assert (answer.status_code, answer.json()) == (202, {"hours": 24})
    (letter,) = world.outbox.letters
    assert letter.to == "moira@example.org"
    assert "Moira" not in letter.text
    found = await world.mailing.look(MailAct.SIGN, world.petition, world.token)
    assert (found.listed, found.person.region, found.person.family_name) == (True, "GB-ENG", "Macfarlane")


@pytest.mark.parametrize("act", ["withdraw", "erase"])
async def test_withdrawing_and_erasing_need_the_address_alone(world: World, act: str) -> None:
    answer = await world.ask(act, {"email": "moira@example.org"})
    assert (answer.status_code, answer.json()) == (202, {"hours": 24})
    petition = None if act == "erase" else world.petition
    found = await world.mailing.look(MailAct(act), petition, world.token)
    assert found.person.given_name == ""
    assert (await world.ask(act, GIVEN)).status_code == 422, "nothing is taken that is not needed"


async def test_the_answer_tells_nothing_of_the_address(world: World) -> None:
    answers = []
    for email in ("moira@example.org", *["often@example.org"] * 5):
        answer = await world.ask("sign", GIVEN | {"email": email})
        told = {name: value for name, value in answer.headers.items() if not name.startswith("ratelimit")}
        answers.append((answer.status_code, answer.content, {k: v for k, v in told.items() if k != "x-request-id"}))
    assert all(each == answers[0] for each in answers)
    assert len(world.outbox.letters) == 1 + 3, "a mailbox has its share, and nobody is told"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "moira"}, "/email"),
        ({"given_name": "https://evil.example"}, "/given_name"),
        ({"residence": "ZZ1 1AA"}, "/residence"),
        ({"declared": False}, "/declared"),
    ],
)
async def test_what_is_wrong_is_told_in_the_words_of_the_form(
    world: World, changes: dict[str, Any], field: str
) -> None:
    answer = await world.ask("sign", GIVEN | changes, **{"accept-language": "ru"})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "input-invalid"
    assert [each["pointer"] for each in problem["errors"]] == [field]
    assert re.search("[а-я]", problem["errors"][0]["detail"])
    assert world.outbox.letters == []


async def test_who_asks_too_often_is_stopped(world: World) -> None:
    codes = [(await world.ask("erase", {"email": f"p{n}@example.org"})).status_code for n in range(9)]
    assert codes == [202] * 8 + [429]
    assert len(world.outbox.letters) == 8


async def test_anonymous_requests_are_limited_by_address() -> None:
    async for world in started("postcode", anonymous_writes=2):
        answers = [await world.ask("withdraw", {"email": "moira@example.org"}) for _ in range(3)]
        assert [each.status_code for each in answers] == [202, 202, 429]
        assert answers[-1].headers["ratelimit"].startswith('"anonymous-write";r=0')


async def test_a_relay_that_is_away_is_told_and_the_try_costs_nothing(world: World) -> None:
    world.outbox.fails = MailUnavailableError("away")
    answer = await world.ask("sign", GIVEN)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    world.outbox.fails = None
    assert (await world.ask("sign", GIVEN)).status_code == 202


async def test_a_petition_that_is_over_or_unknown_or_needs_an_account(world: World) -> None:
    known = world.memory.petitions[world.petition]
    assert known is not None
    world.memory.petitions[world.petition] = known.model_copy(
        update={"closed_at": datetime.now(UTC) - timedelta(seconds=1)}
    )
    answer = await world.ask("sign", GIVEN)
    assert (answer.status_code, answer.json()["code"]) == (409, "petition-closed")
    world.petition = "5e7f1f8e-6a53-4a3a-8f0e-2c9b7f1f9c55"
    assert (await world.ask("sign", GIVEN)).json()["code"] == "petition-unknown"
    async for other in started("account"):
        assert (await other.ask("sign", GIVEN)).json()["code"] == "by-mail-not-offered"
    assert world.outbox.letters == []
