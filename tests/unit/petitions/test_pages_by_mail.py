"""Pages for people without an account: what is asked, the same answer for all, a link that acts by its post alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from kenes.mail.links import LinkLimits, MailedLinks
from kenes.mail.message import Mail
from kenes.mail.sender import MailRefusedError, MailUnavailableError
from schemas.petitions.v1 import RulePackRef
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Status
from services.petitions.mailed.mailing import Mailing
from tests.stores import MemoryLinkStore
from tests.unit.petitions.lives import CALENDAR, SURE, WHO, pack
from tests.unit.petitions.pages_support import KEYRING, Asked, Stored, World, pages, petition

WORDS = {"kk": "Мен осында тұрамын", "ru": "Я живу здесь", "en": "I live here"}
ENGLAND = {"code": "GB-ENG", "name": {"kk": "Англия", "ru": "Англия", "en": "England"}}
BY_CHOICE = {"declaration": WORDS, "regions": [ENGLAND], **SURE}
BY_POSTCODE = BY_CHOICE | {"postcode": "([A-Z]{1,2})[0-9]{1,2}[0-9][A-Z]{2}", "regions": [ENGLAND | {"areas": ["SW"]}]}
MAILBOX = {"minimum_age": 0, "assurance": "email", "citizen": False, **SURE}
PACKS = RulePacks(
    (
        pack(id="choice", mailed=BY_CHOICE, signer=MAILBOX),
        pack(id="postcode", mailed=BY_POSTCODE, signer=MAILBOX),
        pack(id="account", signer=WHO),
    ),
    {"kk": CALENDAR},
)
GIVEN = {
    "given_name": "Moira",
    "family_name": "Macfarlane",
    "email": "moira@example.org",
    "residence": "sw1 1aa",
    "listed": "yes",
    "declared": "yes",
}


@dataclass
class Outbox:
    """What was sent."""

    letters: list[Mail] = field(default_factory=list)
    fails: Exception | None = None

    async def send(self, mail: Mail) -> None:
        if self.fails:
            raise self.fails
        self.letters.append(mail)

    @property
    def link(self) -> str:
        """The path that the last letter leads to."""
        found = re.search(r"https?://[^/]+(/\S+/by-mail/\S+|/by-mail/\S+)", self.letters[-1].text)
        assert found is not None
        return found[1]


def under(name: str, **changes: Any) -> Petition:
    return petition().model_copy(update={"rules": RulePackRef(id=name, version="1"), **changes})


@asynccontextmanager
async def site(
    *found: Petition, monkeypatch: pytest.MonkeyPatch, asked: Asked | None = None
) -> AsyncIterator[tuple[World, Outbox, MemoryLinkStore]]:
    outbox, store = Outbox(), MemoryLinkStore()
    limits = LinkLimits(timedelta(hours=24), to_mailbox=3, by_client=20)
    mailing = Mailing(outbox, MailedLinks(store, limits), KEYRING, timedelta(hours=24))
    monkeypatch.setattr("tests.unit.petitions.pages_support.PACKS", PACKS)
    async with pages(Stored(petitions=list(found)), asked, mailing=mailing) as world:
        yield world, outbox, store


def place(which: Petition, act: str = "sign") -> str:
    return f"/petitions/{which.id}/by-mail/{act}"


async def sent(world: World, path: str, form: dict[str, str]) -> httpx.Response:
    answer = await world.post(path, form)
    assert answer.status_code == 303, answer.text
    return await world.get(answer.headers["location"])


async def test_a_link_shows_what_it_would_do_and_signs_by_a_post(monkeypatch: pytest.MonkeyPatch) -> None:
    one = under("postcode")
    async with site(one, monkeypatch=monkeypatch) as (world, outbox, _):
        assert place(one) in (await world.get(f"/petitions/{one.id}")).text
        await sent(world, place(one), GIVEN)
        assert outbox.letters[0].to == "moira@example.org"
        assert "Moira" not in outbox.letters[0].text + outbox.letters[0].html, "letters carry nobody's message"
        for _ in range(2):
            page = await world.get(outbox.link)
            assert page.status_code == 200
            assert all(word in page.text for word in ("Moira M.", "England", "Moira Macfarlane"))
            assert "no-store" in page.headers["cache-control"]
        assert world.asked.done == []

        done = await world.post(outbox.link.partition("?")[0], {})
        assert (done.status_code, world.asked.done) == (303, [("sign", True)])
        for again in (await world.get(outbox.link), await world.post(outbox.link, {})):
            assert again.status_code == 409
        assert len(world.asked.done) == 1


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"given_name": ""}, "given_name"),
        ({"given_name": "Buy at https://evil.example"}, "given_name"),
        ({"family_name": "\u202eeriarioM"}, "family_name"),
        ({"family_name": "x" * 101}, "family_name"),
        ({"email": "moira"}, "email"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "email"),
        ({"residence": "ZZ1 1AA"}, "residence"),
        ({"residence": "somewhere"}, "residence"),
        ({"declared": ""}, "declared"),
    ],
)
async def test_what_is_missing_is_told_beside_its_field(
    changes: dict[str, str], wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = under("postcode")
    async with site(one, monkeypatch=monkeypatch) as (world, outbox, store):
        answer = await world.post(place(one), GIVEN | changes)
        assert answer.status_code == 422
        assert re.findall(r'<li><a href="#(\w+)">', answer.text) == [wrong]
        assert (outbox.letters, store.links) == ([], {})


async def test_where_the_pack_has_no_postcodes_people_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    one = under("choice")
    async with site(one, monkeypatch=monkeypatch) as (world, outbox, _):
        assert '<option value="GB-ENG">England' in (await world.get(place(one))).text
        assert (await world.post(place(one), GIVEN | {"residence": "KZ-75"})).status_code == 422
        await sent(world, place(one), GIVEN | {"residence": "GB-ENG", "listed": "no"})
        assert "No, only count my signature" in (await world.get(outbox.link)).text


async def test_everybody_gets_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    one = under("postcode")
    async with site(one, monkeypatch=monkeypatch) as (world, outbox, _):
        answers = {(await sent(world, place(one), GIVEN)).text for _ in range(5)}
        assert len(answers) == 1
        assert len(outbox.letters) == 3, "after that the mailbox has had its share, and nobody is told"
        outbox.fails = MailRefusedError("the relay answered 550")
        answers |= {(await sent(world, place(one), GIVEN | {"email": "gone@example.org"})).text}
        assert len(answers) == 1


async def test_a_relay_that_is_away_keeps_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    one = under("postcode")
    async with site(one, monkeypatch=monkeypatch) as (world, outbox, store):
        outbox.fails = MailUnavailableError("away")
        for _ in range(5):
            answer = await world.post(place(one), GIVEN)
            assert (answer.status_code, 'value="Macfarlane"' in answer.text) == (503, True)
        assert store.links == {}


async def test_a_broker_that_is_away_gives_a_fresh_link(monkeypatch: pytest.MonkeyPatch) -> None:
    one, asked = under("postcode"), Asked(down=True)
    async with site(one, monkeypatch=monkeypatch, asked=asked) as (world, outbox, _):
        await sent(world, place(one), GIVEN)
        answer = await world.post(outbox.link, {})
        assert answer.status_code == 503
        action = re.search(r'<form class="form" method="post" action="([^"]+)"', answer.text)
        assert action is not None
        assert action[1] not in outbox.link
        asked.down = False
        assert (await world.post(action[1], {})).status_code == 303
        assert asked.done == [("sign", True)]


async def test_a_link_is_for_its_petition_and_its_act(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = under("postcode"), under("choice", id="other")
    async with site(one, other, monkeypatch=monkeypatch) as (world, outbox, _):
        await sent(world, place(one), GIVEN)
        token = outbox.link.partition("?")[0].rpartition("/")[2]
        for wrong in (place(other), place(one, "withdraw"), "/by-mail/erase"):
            assert (await world.post(f"{wrong}/{token}", {})).status_code == 404
        assert world.asked.done == []


async def test_another_site_cannot_ask_for_letters_in_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    one = under("postcode")
    async with site(one, monkeypatch=monkeypatch) as (world, outbox, _):
        headers = {"accept": "text/html", "sec-fetch-site": "cross-site"}
        assert (await world.client.post(place(one), data=GIVEN, headers=headers)).status_code == 403
        assert outbox.letters == []


async def test_by_mail_a_person_is_erased_with_all_links(monkeypatch: pytest.MonkeyPatch) -> None:
    one = under("postcode")
    async with site(one, monkeypatch=monkeypatch) as (world, outbox, store):
        await sent(world, place(one), GIVEN)
        await sent(world, "/by-mail/erase", {"email": "Moira@Example.org"})
        page = await world.get(outbox.link)
        assert page.status_code == 200
        assert world.vault.destroyed == []
        gone = await world.post(outbox.link, {})
        assert gone.headers["location"] == "/me/erased"
        assert world.vault.destroyed == ["mailto|moira@example.org"]
        assert store.links == {}


@pytest.mark.parametrize(
    ("which", "status"),
    [
        (under("account"), 404),
        (under("postcode", closes_at=datetime(2026, 1, 2, tzinfo=UTC)), 409),
        (under("postcode", status=Status.DRAFT, opened_at=None), 404),
    ],
)
async def test_where_nobody_signs_by_mail(which: Petition, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(which, monkeypatch=monkeypatch) as (world, outbox, _):
        assert (await world.get(place(which))).status_code == status
        assert (await world.post(place(which), GIVEN)).status_code == status
        assert outbox.letters == []


async def test_without_a_relay_it_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    one = under("postcode")
    monkeypatch.setattr("tests.unit.petitions.pages_support.PACKS", PACKS)
    async with pages(Stored(petitions=[one])) as world:
        assert "by-mail" not in (await world.get(f"/petitions/{one.id}")).text
        for path in (place(one), "/by-mail/erase"):
            assert (await world.get(path)).status_code == 404
