"""What people may download about themselves: all that is theirs, nothing of others, and nothing that opens a door."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.notifications.parts import INBOX
from services.notifications.api import PREFIX
from tests.unit.notifications.following.own_data_world import (
    ADDRESS,
    ARU,
    BODY,
    LETTERS,
    OTHER,
    OWNER,
    PETITION,
    TITLE,
    Held,
    sign_in,
    site,
)

PARTS = ("follows", "channels", "preferences", "deliveries", "streams", "api_keys", "elsewhere")


async def test_a_visitor_is_sent_to_sign_in() -> None:
    async with site(Held()) as client:
        answer = await client.get("/notifications/data")
        assert answer.headers["location"] == "/auth/login?next=/notifications/data"
        assert "/notifications/data" not in (await client.get("/notifications")).text


async def test_the_file_has_all_that_is_ones_own() -> None:
    async with site(await Held().filled()) as client:
        await sign_in(client, ARU)
        assert 'href="/notifications/data"' in (await client.get("/notifications")).text
        file = await client.get("/notifications/data")
    assert file.headers["content-disposition"] == 'attachment; filename="my-data-notifications.json"'
    assert file.headers["cache-control"] == "private, no-store"
    told = file.json()
    assert all(told[part]["what"] for part in PARTS)
    assert {each["interest"]: each["acted"] for each in told["follows"]["items"]} == {
        PETITION: True,
        "region:KZ-75": False,
    }
    assert [(each["kind"], each["destination"], each["confirmed"]) for each in told["channels"]["items"]] == [
        ("email", ADDRESS, True),
        ("telegram", None, False),
    ]
    assert (told["preferences"]["language"], told["preferences"]["digest_hour"]) == ("ru", 7)
    told_of = [(each["event"], each["channel"], each["state"]) for each in told["deliveries"]["items"]]
    assert told_of == [("known", LETTERS, "sent"), ("known", INBOX, "unread"), ("unknown", INBOX, "unread")]
    first, _, last = told["deliveries"]["items"]
    assert (first["type"], first["title"]) == ("notifications.petition.returned.v1", TITLE)
    assert (last["type"], last["title"]) == (None, None), "it is not known here yet"
    assert first["sent_at"]
    assert [(each["stream"], each["status"]) for each in told["streams"]["items"]] == [
        ("mine", "unverified"),
        ("gone", "deleted"),
    ]
    assert [each["name"] for each in told["api_keys"]["items"]] == ["Nightly"]


async def test_it_has_nothing_of_others_and_nothing_that_opens_a_door() -> None:
    held = await Held().filled()
    async with site(held) as client:
        await sign_in(client, ARU)
        text = (await client.get("/notifications/data")).text
    [key] = await held.keys.keys.owned(OWNER)
    for secret in ("sealed-secret", "number-of-a-chat", '"hash"', repr(key.hash), key.hash.hex()):
        assert secret not in text
    for others in (held.other, "category:transport", "of-the-body", "Of the body", "Long words."):
        assert others not in text


async def test_whoever_acts_for_a_body_is_told_of_their_own_streams_all_the_same() -> None:
    async with site(await Held().filled()) as client:
        await sign_in(client, replace(ARU, roles=frozenset({BODY})))
        told = (await client.get("/notifications/data")).json()
    assert [each["stream"] for each in told["streams"]["items"]] == ["mine", "gone"]
    assert told["streams"]["owner"] == OWNER


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_who_never_came_before_is_told_that_nothing_is_held(language: str) -> None:
    async with site(Held()) as client:
        await sign_in(client, OTHER)
        told = (await client.get(f"/notifications/data?lang={language}")).json()
    assert [told[part]["items"] for part in PARTS if "items" in told[part]] == [[], [], [], [], []]
    assert all(told[part]["what"] != f"data.{part}" for part in PARTS)


async def test_the_api_says_the_same_in_the_language_of_the_request() -> None:
    async with site(await Held().filled()) as client:
        await sign_in(client, ARU)
        file = (await client.get("/notifications/data")).json()
        told = (await client.get(f"{PREFIX}/me/data")).json()
        russian = (await client.get(f"{PREFIX}/me/data", headers={"accept-language": "ru"})).json()
    assert told | {"made_at": ""} == file | {"made_at": ""}
    assert russian["what"].startswith("Всё, что сервис уведомлений")
    assert russian["deliveries"]["items"] == told["deliveries"]["items"]
