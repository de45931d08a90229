"""People follow things, are told of them by mail and in their inbox, and end it by one click."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from kenes.mongo.client import connected
from kenes.mongo.vault import Vault
from schemas.petitions import v1 as petitions
from schemas.topics import PETITIONS
from tests.by_mail import Sink
from tests.integration.api import problem
from tests.integration.notifying import KEYRING, Deciding, Notifying, created, keys_of, person_of
from tests.processes import RULE_PACKS, Product, running_product
from tests.waiting import eventually

pytestmark = pytest.mark.stack
PUBLISHED: Final = "notifications.petition.published.v1"


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    """The local relay."""
    folder: Path = tmp_path_factory.mktemp("mail")
    started = Sink(folder)
    started.start()
    yield started
    started.child.stop()


@pytest.fixture(scope="module")
def product(sink: Sink) -> Iterator[Product]:
    """Notifications with a relay."""
    told = sink.environment(RULE_PACKS) | {"KENES_LETTERS_BY_CLIENT": "1000"}
    with running_product(service="notifications", environment=told) as started:
        yield started


def reach(notifying: Notifying, sink: Sink, token: str, address: str) -> None:
    """Adds an address, and confirms it as its reader."""
    notifying.done("POST", "/channels", token, json={"kind": "email", "destination": address})
    follow_link(sink, address)


def follow_link(sink: Sink, address: str, letter: int = 1) -> None:
    """Opens the link of a letter to an address, once so many have come, and presses its button."""
    eventually(lambda: sink.letters(address), lambda letters: len(letters) == letter)
    link = sink.link(address)
    assert httpx.get(link).status_code == 200
    assert httpx.post(link).status_code == 200
    assert httpx.post(link).status_code == 409


def unsubscribing(letter: dict[str, Any]) -> str:
    """Where a letter is ended by one click (RFC 8058)."""
    headers = {name.lower(): value for name, value in letter["headers"]}
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    return str(headers["list-unsubscribe"]).strip("<>")


def end_by_one_click(unsubscribe: str) -> None:
    """What a mail program does; opening the address changes nothing, and neither does posting again."""
    assert httpx.get(unsubscribe).status_code == 200
    for _ in range(2):
        assert httpx.post(unsubscribe, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert httpx.post(unsubscribe[:-4] + "AAAA").status_code == 404


def page(link: str) -> str:
    """What a link leads to."""
    return httpx.get(link).raise_for_status().text


def inbox(notifying: Notifying, token: str) -> list[dict[str, Any]]:
    """What lies in somebody's inbox, the newest first, once something does and it is known what it tells of."""
    found = notifying.eventually(
        "/inbox", token, lambda found: found["items"] and all(each["event"] for each in found["items"])
    )
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_who_follows_is_told_by_mail_and_in_the_inbox(notifying: Notifying, sink: Sink, others: Deciding) -> None:
    petition, token, address = str(uuid4()), notifying.person(), f"{uuid4().hex}@mail.kz"
    reach(notifying, sink, token, address)
    notifying.follow(token, f"petition:{petition}")
    following = notifying.eventually("/following", token, lambda found: found["channels"][0]["confirmed"])
    assert [each["interest"] for each in following["follows"]] == [f"petition:{petition}"]
    assert [(each["kind"], each["destination"]) for each in following["channels"]] == [("email", address)]

    await others.publish(petition)
    [shown] = inbox(notifying, token)
    assert (shown["event"], shown["phase"]) == (PUBLISHED, "unread")
    told = notifying.eventually("/deliveries", token, lambda found: [e for e in found["items"] if e["phase"] == "sent"])
    assert len(told["items"]) == 1
    letters = eventually(lambda: sink.letters(address), lambda found: len(found) == 2)
    assert "Парк у реки" in letters[0]["subject"]

    held = notifying.eventually("/me/data", token, lambda found: len(found["deliveries"]["items"]) == 2)
    assert {(each["type"], each["channel"] == "inbox") for each in held["deliveries"]["items"]} == {
        (PUBLISHED, True),
        (PUBLISHED, False),
    }
    assert all("Парк у реки" in each["title"].values() for each in held["deliveries"]["items"])
    assert [each["destination"] for each in held["channels"]["items"]] == [address]

    notifying.done("POST", f"/inbox/{shown['id']}/read", token)
    assert notifying.eventually("/following", token, lambda found: found["unread"] == 0)


async def test_an_address_without_an_account_is_told_after_its_reader_agreed(
    notifying: Notifying, sink: Sink, others: Deciding
) -> None:
    petition, other, address = str(uuid4()), str(uuid4()), f"{uuid4().hex}@mail.kz"
    follow_by_mail(notifying, address, petition)
    follow_link(sink, address)
    await others.publish(petition)
    letters = eventually(lambda: sink.letters(address), lambda found: len(found) == 2)
    assert "Парк у реки" in letters[0]["subject"]

    end_by_one_click(unsubscribing(letters[0]))
    follow_by_mail(notifying, address, other)
    follow_link(sink, address, letter=3)
    await others.say(PETITIONS, petition, petitions.Withdrawn(petition=petition, reason="x"))
    # What comes after it is told, so it would have been told by now.
    await others.publish(other, "Мост через реку")
    letters = eventually(lambda: sink.letters(address), lambda found: len(found) > 3)
    assert len(letters) == 4
    assert "Мост через реку" in letters[0]["subject"]
    [everything] = {each for each in letters[0]["links"] if "/unsubscribe/" in each} - {unsubscribing(letters[0])}
    assert "Мост через реку" in page(everything)
    end_by_one_click(everything)
    assert "Мост через реку" not in page(everything)


def follow_by_mail(notifying: Notifying, address: str, petition: str) -> None:
    """Asks to be told at an address; its reader has yet to agree."""
    body = {"address": address, "interest": f"petition:{petition}", "language": "ru"}
    assert notifying.ask("POST", "/by-mail/follows", json=body).status_code == 202


async def test_an_author_alone_is_told_that_the_text_was_returned(notifying: Notifying, others: Deciding) -> None:
    petition, token, stranger = str(uuid4()), notifying.person(), notifying.person()
    notifying.follow(stranger, f"petition:{petition}")
    problem(
        notifying.ask("POST", "/follows", stranger, json={"interest": f"author:petition:{petition}"}),
        422,
        "interest-unknown",
    )
    author = person_of(token)
    await keys_of(notifying.product, author)
    await others.say(PETITIONS, petition, created(petition, "Парк у реки", author))
    returned = petitions.Returned(petition=petition, by="m", reasons=("unclear",), explanation="Say who is to do it.")
    await others.say(PETITIONS, petition, returned)
    [told] = inbox(notifying, token)
    assert (told["event"], told["data"]["reason"]) == ("notifications.petition.returned.v1", "Say who is to do it.")
    await others.say(PETITIONS, petition, petitions.Published(petition=petition, closes_at=datetime.now(UTC)))
    assert [each["event"] for each in inbox(notifying, stranger)] == [PUBLISHED]


async def test_whoever_comes_back_after_being_erased_finds_nothing(notifying: Notifying, others: Deciding) -> None:
    first, second, token = str(uuid4()), str(uuid4()), notifying.person()
    notifying.follow(token, f"petition:{first}")
    await others.publish(first)
    assert len(inbox(notifying, token)) == 1
    notifying.done("DELETE", "/me", token)
    notifying.follow(token, f"petition:{second}")
    await others.publish(second)
    assert [each["interest"] for each in inbox(notifying, token)] == [f"petition:{second}"]
    assert notifying.eventually("/following", token, lambda found: found["unread"] == 1)

    async with connected(notifying.product.mongo.uri, "people") as people:
        await Vault(people, KEYRING).destroy(person_of(token))
    assert notifying.ask("GET", "/inbox", token).json()["items"] == []
    assert notifying.ask("GET", "/following", token).json()["follows"] == []


async def test_a_saved_search_finds_its_words_in_any_spelling(notifying: Notifying, others: Deciding) -> None:
    token, word = notifying.person(), "кітапхана" + uuid4().hex[:6]
    notifying.follow(token, f"search:КИТАПХАНА{word[9:]}, ашу")
    await others.publish(str(uuid4()), f"{word} салу керек")
    await others.publish(found := str(uuid4()), f"Жаңа {word} ашу керек")
    [told] = inbox(notifying, token)
    assert told["data"]["about"]["id"] == found


def test_what_is_refused_changes_nothing(notifying: Notifying) -> None:
    token = notifying.person()
    for wrong in ("nothing", "planet:mars", "petition:", "search:", "petition:a b\nc"):
        problem(notifying.ask("POST", "/follows", token, json={"interest": wrong}), 422, "interest-unknown")
    notifying.follow(token, "petition:x")
    problem(notifying.ask("POST", "/follows", token, json={"interest": "petition:x"}), 409, "same-follow")
    problem(
        notifying.ask("POST", "/follows", token, json={"interest": "petition:y", "channels": ["none"]}),
        404,
        "channel-unknown",
    )
    problem(notifying.ask("DELETE", "/follows/!!", token), 404, "not-followed")
    problem(notifying.ask("PUT", "/preferences", token, json={"zone": "Mars/Olympus"}), 422, "zone-unknown")
    hourless = {"quiet": {"begin": 7, "end": 7}}
    problem(notifying.ask("PUT", "/preferences", token, json=hourless), 422, "quiet-hours-empty")
    problem(
        notifying.ask("POST", "/channels", token, json={"kind": "email", "destination": "a@b\r\nBcc: c@d"}),
        422,
        "address-unusable",
    )
    problem(notifying.ask("POST", f"/inbox/{uuid4()}/read", token), 404, "delivery-unknown")
    assert [each["interest"] for each in notifying.ask("GET", "/following", token, wait=0).json()["follows"]] == [
        "petition:x"
    ]
    notifying.done("DELETE", "/me", token)
    assert notifying.ask("GET", "/following", token, wait=0).json()["follows"] == []


def test_what_is_stored_is_what_the_topics_say(notifying: Notifying) -> None:
    """After all of the above: also where something followed was removed."""
    status, output = notifying.product.run("audit")
    assert status == 0, output
