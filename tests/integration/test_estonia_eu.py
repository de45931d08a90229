"""Before a collection, on real servers: a text is discussed and then signed; seven people register an initiative."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from kenes.kafka.producer import Producer
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.v1 import Actor, SubmitRequested
from schemas.topics import PETITION_REQUESTS
from tests.integration.api import TEXT, Api, problem
from tests.processes import ROOT, Product, running_product
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.stack

STATES: Final = ("AT", "BE", "BG", "CY", "CZ", "DE", "DK")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """The shipped rule packs."""
    packs = {"KENES_PETITIONS_RULE_PACKS": str(ROOT / "services" / "petitions" / "rule_packs")}
    with running_product(environment=packs) as product, Api(product) as found:
        yield found


def handed_in(product: Product, petition: str, author: str, days_ago: int) -> None:
    """The author hands a text in, dated so many days ago."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    asked: Payload = SubmitRequested(petition=petition, actor=Actor(pseudonym=author))
    event = Event(id=str(uuid4()), source="/past", subject=petition, time=at, data=asked)

    async def write() -> None:
        async with Producer(product.kafka.bootstrap, "past", timeout=PATIENCE) as producer:
            await producer.send(PETITION_REQUESTS, petition.encode(), event)

    asyncio.run(write())


def read(api: Api, path: str, token: str | None = None) -> Any:
    return api.ask("GET", path, token, wait=0).json()


def test_an_estonian_text_is_discussed_changed_and_then_signed(api: Api) -> None:
    author, reader = api.person(), api.person(given_name="Mari", family_name="Maasikas")
    petition = api.create(author, pack="ee-rahvaalgatus")
    one = f"/petitions/{petition}"
    problem(api.ask("POST", f"{one}/comments", reader, json=comment(1)), 409, "not-discussed")
    pseudonym = read(api, "/me/data", author)["petitions"]["items"]
    if not pseudonym:
        pseudonym = eventually(lambda: read(api, "/me/data", author)["petitions"]["items"])
    handed_in(api.product, petition, pseudonym[0]["pseudonym"], days_ago=4)
    eventually(lambda: read(api, one), lambda found: found.get("status") == "discussion")

    problem(api.sign(petition, reader), 409, "petition-not-open")
    assert api.ask("POST", f"{one}/comments", reader, json=comment(1, listed=True)).status_code == 201
    problem(api.ask("POST", f"{one}/comments", api.person(birthdate="2015-01-01"), json=comment(1)), 403, "under-age")
    changed = TEXT | {"title": "Мектеп жанындағы жарық өткелдер"}
    assert api.ask("PUT", one, author, json=changed).status_code == 200
    said = read(api, f"{one}/comments")["comments"]
    assert [(each["text"], each["name"], each["revision"]) for each in said] == [("Қай мектеп?", "Mari M.", 1)]
    versions = eventually(lambda: read(api, f"{one}/versions")["versions"], lambda found: len(found) == 2)
    assert [each["text"]["title"] for each in versions] == [changed["title"], TEXT["title"]]
    moderator = api.person(roles=["moderator"])
    hiding = {"number": 1, "reason": "insulting", "explanation": "It insults the author."}
    assert api.ask("POST", f"{one}/comment-hiding", moderator, json=hiding).status_code == 200
    hidden = read(api, f"{one}/comments")["comments"][0]
    assert (hidden["text"], hidden["name"], hidden["hidden"]["reason"]) == (None, None, "insulting")
    second = comment(2, text="Қай көше екенін жазыңыз.", listed=True)
    assert api.ask("POST", f"{one}/comments", reader, json=second).status_code == 201
    back = f"{one}/comment-retraction"
    problem(api.ask("POST", back, author, json={"number": 2}), 403, "not-allowed")
    assert api.ask("POST", back, reader, json={"number": 2}).status_code == 200
    problem(api.ask("POST", back, reader, json={"number": 2}), 409, "comment-retracted")
    gone = eventually(lambda: read(api, f"{one}/comments")["comments"][1], lambda found: found["retracted"])
    assert (gone["text"], gone["name"], gone["author"]) == (None, None, False)
    eventually(lambda: read(api, one)["timeline"], lambda lines: "discussion-ripe" in [each["what"] for each in lines])

    assert api.ask("POST", f"{one}/submission", author).status_code == 200
    assert read(api, one)["status"] == "collecting"
    assert api.sign(petition, reader).status_code == 201
    problem(api.ask("POST", f"{one}/comments", reader, json=comment(2)), 409, "not-discussed")
    page = api.client.get(one, headers={"accept": "text/html", "accept-language": "en"}).text
    assert "The discussion is over." in page
    held = eventually(lambda: read(api, "/me/data", reader)["took_part"]["items"], lambda found: len(found) == 2)
    assert {(each["what"], each["text"]) for each in held} == {("comment", "Қай мектеп?"), ("comment", second["text"])}


def comment(revision: int, **changes: Any) -> dict[str, Any]:
    return {"text": "Қай мектеп?", "language": "kk", "revision": revision, **changes}


def test_seven_people_of_seven_states_register_a_european_initiative(api: Api) -> None:
    people = [api.person(region=f"{state}-1", given_name=f"Person{state}", family_name="Novak") for state in STATES]
    petition = api.create(people[0], pack="eu-initiative")
    one = f"/petitions/{petition}"
    code = read(api, f"{one}/organisers/invitation", people[0])["code"]
    problem(api.ask("GET", f"{one}/organisers/invitation", people[1], wait=0), 404, "petition-unknown")
    assert read(api, f"{one}/organisers/invited/{code}")["text"]["title"] == TEXT["title"]

    def join(token: str, **changes: Any) -> Any:
        body = {"code": code, "revision": 1, **changes}
        return api.ask("PUT", f"{one}/organisers/mine", token, json=body)

    problem(join(people[1], code="A" * 22), 404, "petition-unknown")
    problem(join(api.person(region="KZ-75")), 403, "place-not-counted")
    for number, token in enumerate(people[:6]):
        assert join(token, listed=number == 1).status_code == 200
    problem(join(people[0]), 409, "already-organiser")
    problem(api.ask("POST", f"{one}/submission", people[0]), 409, "organisers-missing")
    assert join(people[6]).status_code == 200
    assert api.ask("DELETE", f"{one}/organisers/mine", people[5]).status_code == 200
    problem(api.ask("POST", f"{one}/submission", people[0]), 409, "organisers-missing")
    assert join(people[5]).status_code == 200
    assert api.ask("POST", f"{one}/submission", people[0]).status_code == 200

    moderator = api.person(roles=["moderator"])
    assert api.ask("POST", f"{one}/verdict", moderator, json={"verdict": "approve", "revision": 1}).status_code == 200
    found = read(api, f"{one}/organisers")
    assert found["places"] == dict.fromkeys(STATES, 1)
    assert (found["number"], found["enough"], found["names"]) == (7, True, ["PersonBE N."])
    page = api.client.get(one, headers={"accept": "text/html", "accept-language": "en"}).text
    assert "Germany: 1" in page
    assert "PersonDE" not in page
    problem(api.ask("DELETE", f"{one}/organisers/mine", people[5]), 409, "too-late")
    held = eventually(lambda: read(api, "/me/data", people[1])["took_part"]["items"])
    assert [(each["what"], each["petition"], each["listed"]) for each in held] == [("organiser", petition, True)]
