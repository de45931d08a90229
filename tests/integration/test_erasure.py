"""Erased means erased: after it nothing readable about the person is left anywhere, and the counts stay right."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kenes.identity.access import PERSON
from kenes.identity.person import Assurance, Person
from kenes.mongo.client import connected
from kenes.mongo.sessions import MongoSessionStore
from kenes.web.i18n import LANGUAGES
from kenes.web.sealing import encode_token, new_token
from kenes.web.sessions import Session, StoredSession
from services.petitions.rights import STAYS
from tests.integration.api import Api, problem
from tests.integration.trail import KEYRING, PEOPLE, Trail, trail
from tests.processes import Product, running_product
from tests.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

GIVEN, FAMILY, BORN = "Жанболсын", "Қарақұлова", "1943-11-09"
_LINK = re.compile(rb'(?:href|src)="(/[^"#]*)"')
HTML = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture(scope="module")
def own() -> Iterator[Product]:
    """A product of its own: every document of it is searched."""
    with running_product(environment={"KENES_WEB__READ_LIMIT": "1000000"}) as started:
        yield started


@pytest.fixture
def api(own: Product) -> Iterator[Api]:
    with Api(own) as opened:
        yield opened


class Somebody:
    """A person nobody else is named like, with a token and, in browsers, sessions."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.subject = f"subject-{uuid4().hex}"
        claims: dict[str, Any] = {"given_name": GIVEN, "family_name": FAMILY, "birthdate": BORN, "region": "KZ-10"}
        self.token = product.issuer.token(self.subject, **claims)
        self.id = f"{product.issuer.url}|{self.subject}"

    @property
    def index(self) -> bytes:
        return KEYRING.index(self.id)

    @property
    def words(self) -> list[bytes]:
        return [each.encode() for each in (GIVEN, FAMILY, f"{GIVEN} {FAMILY[0]}.", BORN, self.subject)]

    def browser(self) -> httpx.Client:
        """A browser in which the person has signed in."""
        born = datetime.fromisoformat(BORN).date()
        told = Person(
            self.product.issuer.url,
            self.subject,
            GIVEN,
            FAMILY,
            born,
            "KZ-10",
            Assurance.HIGH,
            citizen=True,
            roles=frozenset({"citizen"}),
        )
        now = datetime.now(UTC)
        session = Session(new_token(), now, new_token(), {PERSON: told.as_dict()})
        stored = StoredSession(session.id, session.sealed(), now + timedelta(minutes=20), self.index)
        asyncio.run(self._store(stored))
        cookies = {"kenes": encode_token(session.token)}
        return httpx.Client(base_url=self.product.url, cookies=cookies, headers=HTML, timeout=60)

    async def _store(self, stored: StoredSession) -> None:
        async with connected(self.product.mongo.uri, PEOPLE) as database:
            await MongoSessionStore(database).create(stored)


def public(api: Api, petitions: list[str]) -> Trail:
    """Every page and answer about the petitions that anybody can get, with all that these lead to on this site."""
    places: dict[str, bytes] = {}
    with httpx.Client(base_url=api.url, timeout=60) as reader:
        for petition in petitions:
            for language in LANGUAGES:
                address = f"/petitions/{petition}?lang={language}"
                places[address] = reader.get(address, headers=HTML).content
            for part in ("", "/count", "/regions", "/history"):
                answer = api.ask("GET", f"/petitions/{petition}{part}", wait=0)
                places[f"api {petition}{part}"] = answer.content
            with reader.stream("GET", f"/api/petitions/v1/petitions/{petition}/live") as live:
                places[f"live {petition}"] = next(live.iter_bytes())
        for address in ("/", "/petitions", "/api/petitions/v1/petitions", "/api/petitions/v1/openapi.json"):
            places[address] = reader.get(address).content
        led = {link.decode() for text in places.values() for link in _LINK.findall(text)}
        for address in sorted(led - places.keys()):
            if not address.startswith(("/auth/", "/static/")):
                places[address] = reader.get(address.replace("&amp;", "&")).content
    return Trail(places, {})


def data_of(api: Api, token: str) -> dict[str, Any]:
    answer = api.ask("GET", "/me/data", token, wait=0)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    found: dict[str, Any] = answer.json()
    return found


@dataclass(frozen=True)
class Acts:
    """Petitions somebody signed listed, signed silently, signed and left, and wrote."""

    signed: str
    silent: str
    left: str
    wrote: str
    draft: str

    @property
    def public(self) -> list[str]:
        """Those everybody may read."""
        return [self.signed, self.silent, self.left, self.wrote]


def act(api: Api, who: Somebody) -> Acts:
    """Does everything a person can do, among others, so that a region is large enough to be shown."""
    author = api.person()
    signed, silent, left = (api.open(author) for _ in range(3))
    wrote, draft = api.open(who.token), api.create(who.token)
    for petition, listed in ((signed, True), (silent, False), (left, False)):
        assert api.sign(petition, who.token, json={"listed": listed}).status_code == 201
    assert api.ask("DELETE", f"/petitions/{left}/signatures/mine", who.token).status_code == 200
    for petition in (signed, silent, wrote):
        for _ in range(5):
            assert api.sign(petition, api.person(region="KZ-10"), json={"listed": True}).status_code == 201
    return Acts(signed, silent, left, wrote, draft)


def check_found(product: Product, api: Api, who: Somebody, acts: Acts) -> None:
    """All of it is there to be found: a search that finds nothing now would prove nothing later."""
    eventually(lambda: data_of(api, who.token)["petitions"]["items"], lambda found: len(found) == 2)
    shown = f"{GIVEN} {FAMILY[0]}.".encode()
    # The author's and the listed signer's, each in three languages.
    named = [acts.signed, acts.wrote]
    addresses = {f"/petitions/{each}?lang={language}" for each in named for language in LANGUAGES}
    eventually(lambda: public(api, named).told([shown])[shown], lambda found: addresses <= set(found))
    eventually(lambda: _stored_entries(product, who), lambda found: found == 3)
    now = trail(product)
    opened = now.opened([now.keys[who.index]], ["", *acts.public, acts.draft])
    assert sum(GIVEN in each and who.subject in each for each in opened) == 5
    assert sum('"at"' in each for each in opened) == 6
    check_data(data_of(api, who.token), who, acts)


def check_gone(product: Product, api: Api, who: Somebody, acts: Acts) -> None:
    """Nothing readable about the person is anywhere."""
    now, read = trail(product), public(api, acts.public)
    assert {word: places for word, places in now.told(who.words).items() if places} == {}
    assert {word: places for word, places in read.told(who.words).items() if places} == {}
    assert who.index not in now.keys
    assert who.index not in now.places["collection vault.keys"]
    assert who.index not in now.places["collection sessions"]
    opened = now.opened(now.keys.values(), ["", *acts.public, acts.draft])
    assert opened, "the keys of others open what is theirs"
    assert not [each for each in opened if GIVEN in each or who.subject in each]


def numbers(api: Api, acts: Acts) -> list[Any]:
    """Counts and regions of all petitions."""
    return [
        api.ask("GET", f"/petitions/{petition}{part}", wait=0).json()
        for petition in acts.public
        for part in ("/count", "/regions", "/history")
    ]


def _is_current(counted: list[Any]) -> bool:
    """Whether the histories tell of every signature, and the regions of the six in steps of five."""
    pairs = zip(counted[::3], counted[2::3], strict=True)
    told = all(sum(each["count"] for each in told["minutes"]) == count["count"] for count, told in pairs)
    return told and counted[1]["regions"] == {"KZ-10": 5}


def test_nothing_readable_is_left_and_the_counts_stay_right(own: Product, api: Api) -> None:
    who = Somebody(own)
    with who.browser() as browser:
        acts = act(api, who)
        assert GIVEN in browser.get("/me").text
        check_found(own, api, who, acts)
        counted = eventually(lambda: numbers(api, acts), _is_current)

        erased = api.ask("DELETE", "/me", who.token, wait=0)
        assert erased.status_code == 200, erased.text
        assert (erased.json()["sessions_ended"], len(erased.json()["stays"])) == (1, len(STAYS))
        again = api.ask("DELETE", "/me", who.token, wait=0)
        assert (again.status_code, again.json()["sessions_ended"]) == (200, 0)
        assert browser.get("/me").status_code == 303
    time.sleep(11)  # public pages may be kept for five seconds, and five more while they are made anew

    check_gone(own, api, who, acts)
    assert numbers(api, acts) == counted
    empty = data_of(api, who.token)
    assert (empty["key"]["exists"], empty["signatures"]["items"], empty["petitions"]["items"]) == (False, [], [])
    for command in ("audit", "rebuild", "audit"):
        status, told = own.run(command)
        assert status == 0, told
    time.sleep(1.5)  # readers look for a new version once a second
    check_gone(own, api, who, acts)
    assert numbers(api, acts) == counted


def check_data(held: dict[str, Any], who: Somebody, acts: Acts) -> None:
    """Everything about the person is in the download, described, and nobody else is."""
    assert all(part["what"] for part in held.values() if isinstance(part, dict))
    assert held["identity"]["birth_date"] == BORN
    lines = {line["petition"]: line for line in held["signatures"]["items"]}
    assert {petition: (line["signed"], line["listed"]) for petition, line in lines.items()} == {
        acts.signed: (True, True),
        acts.silent: (True, False),
        acts.left: (False, None),
    }
    assert lines[acts.signed]["region"] == "KZ-10"
    assert lines[acts.signed]["pseudonym"] == KEYRING.pseudonym(acts.signed, who.id)
    assert {line["petition"] for line in held["petitions"]["items"]} == {acts.wrote, acts.draft}
    assert [line["name"] for line in held["petitions"]["items"]] == [{"given_name": GIVEN, "family_name": FAMILY}] * 2
    assert len(held["sessions"]["items"]) == 1
    assert "Айгерім" not in str(held)


def test_who_comes_back_begins_anew_and_counts_once(own: Product, api: Api) -> None:
    who = Somebody(own)
    petition, wrote = api.open(api.person()), api.open(who.token)
    assert api.sign(petition, who.token).status_code == 201
    assert api.ask("DELETE", "/me", who.token, wait=0).status_code == 200

    problem(api.sign(petition, who.token), 409, "already-signed")
    assert api.count(petition) == 1
    assert api.ask("DELETE", f"/petitions/{petition}/signatures/mine", who.token).status_code == 200
    assert api.count(petition) == 0
    problem(api.ask("DELETE", f"/petitions/{petition}/signatures/mine", who.token), 409, "not-signed")
    assert api.sign(petition, who.token, json={"listed": True}).status_code == 201
    assert api.count(petition) == 1

    # What is done from now on is theirs again; what was before stays closed, and does not stand in the way.
    [line] = eventually(lambda: _signatures(api, who), lambda found: [each["petition"] for each in found] == [petition])
    assert line["listed"] is True
    eventually(lambda: _stored_entries(own, who), lambda found: found == 2)
    assert [each["petition"] for each in _signatures(api, who)] == [petition]
    assert data_of(api, who.token)["petitions"]["items"] == []
    # The petition is its author's still: by pseudonym, not by name.
    assert api.ask("POST", f"/petitions/{wrote}/closure", who.token).status_code == 200


def _signatures(api: Api, who: Somebody) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = data_of(api, who.token)["signatures"]["items"]
    return items


def _stored_entries(product: Product, who: Somebody) -> int:
    found = trail(product).places
    return sum(text.count(who.index) for name, text in found.items() if name.startswith("collection signed.v"))


def test_on_pages_a_person_is_told_confirms_once_and_is_signed_out_everywhere(own: Product, api: Api) -> None:
    who = Somebody(own)
    petition = api.open(api.person())
    assert api.sign(petition, who.token).status_code == 201
    here, elsewhere = who.browser(), who.browser()
    with here, elsewhere:
        file = here.get("/me/data")
        assert file.headers["content-disposition"] == 'attachment; filename="my-data.json"'
        assert "no-store" in file.headers["cache-control"]
        assert [line["petition"] for line in file.json()["signatures"]["items"]] == [petition]
        assert len(file.json()["sessions"]["items"]) == 2
        asked = here.get("/me/erase")
        assert asked.status_code == 200
        form = asked.text.split('action="/me/erase"', 1)[1].split("</form>", 1)[0]
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
        origin = {"sec-fetch-site": "same-origin"}
        assert here.post("/me/erase", data={"csrf_token": fields["csrf_token"]}, headers=origin).status_code == 403
        assert here.get("/me").status_code == 200
        done = here.post("/me/erase", data=fields, headers=origin)
        assert (done.status_code, done.headers["location"]) == (303, "/me/erased")
        assert here.get("/me/erased").status_code == 200
        assert here.get("/me").status_code == 303
        assert elsewhere.get("/me").status_code == 303
    assert api.count(petition) == 1
    # Signed in again, the way to withdraw leads over the refusal of a second signature.
    with who.browser() as back:
        page = back.get(f"/petitions/{petition}/withdraw")
        assert page.status_code == 200
        form = page.text.split(f'action="/petitions/{petition}/withdraw"', 1)[1].split("</form>", 1)[0]
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
        taken = back.post(f"/petitions/{petition}/withdraw", data=fields, headers={"sec-fetch-site": "same-origin"})
        assert taken.status_code == 303
    assert api.count(petition) == 0
