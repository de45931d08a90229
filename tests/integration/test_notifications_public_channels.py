"""A body's public channel, from the official who links it to the channel that puts the bot out; without any mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kenes.local.environment import telegram
from kenes.local.probe import HOST
from kenes.local.settings import LocalSettings
from schemas.petitions import v1 as petitions
from schemas.topics import PETITIONS
from tests.integration.api import problem
from tests.integration.notifying import Deciding, Notifying
from tests.processes import Product, running_product
from tests.sinks import free_sinks, running_sinks
from tests.waiting import eventually

BODY = "kz-government"
ADDRESSEE = "body:parliament"
pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSettings]:
    """A Telegram, and nothing else."""
    settings = free_sinks(tmp_path_factory.mktemp("telegram"))
    with running_sinks(settings, "telegram"):
        yield settings


@pytest.fixture(scope="module")
def product(local: LocalSettings) -> Iterator[Product]:
    """Notifications that know Telegram and no mail."""
    with running_product(service="notifications", environment=telegram(HOST, local.telegram_port)) as started:
        yield started


class Channel:
    """A channel of the local Telegram."""

    def __init__(self, local: LocalSettings) -> None:
        self.page = f"http://{HOST}:{local.telegram_port}"
        self.name = f"news_{uuid4().hex[:12]}"

    def keep(self, bot: str, description: str = "") -> None:
        """What whoever looks after it does."""
        form = {"name": self.name, "title": "Парламент", "description": description, "bot": bot}
        assert httpx.post(f"{self.page}/channels", data=form).status_code == 303

    def posts(self) -> list[str]:
        """The newest first."""
        return [each["text"] for each in httpx.get(f"{self.page}/messages.json").json() if each["channel"] == self.name]


def official(product: Product, body: str = BODY) -> str:
    return product.issuer.token(f"official-{uuid4().hex[:8]}", roles=[f"agency:{body}"], given_name="Дана")


def path(channel: Channel, body: str = BODY) -> str:
    return f"/public-channels/{body}/{channel.name}"


def linked(notifying: Notifying, channel: Channel, token: str) -> dict[str, Any]:
    """Does all that an official has to do."""
    code = notifying.ask("GET", path(channel), token, wait=0).json()["code"]
    channel.keep("posts", f"Новости. {code}")
    notifying.done("PUT", path(channel), token, json={"language": "ru"})
    found: dict[str, Any] = notifying.eventually(path(channel), token, lambda seen: seen["state"] == "linked")
    return found


async def test_what_its_official_chose_is_posted_once_until_the_channel_drops_the_bot(
    notifying: Notifying, product: Product, local: LocalSettings, others: Deciding
) -> None:
    channel, token, petition = Channel(local), official(product), str(uuid4())
    assert linked(notifying, channel, token)["title"] == "Парламент"
    notifying.done("POST", f"{path(channel)}/follows", token, json={"interest": ADDRESSEE})
    notifying.done("POST", f"{path(channel)}/follows", token, json={"interest": "level:country"})

    await others.publish(petition, title="Парк у реки")
    (post,) = eventually(channel.posts, lambda found: found)
    assert "Парк у реки" in post
    assert "unsubscribe" not in post
    await others.say(PETITIONS, petition, petitions.Archived(petition=petition))
    eventually(channel.posts, lambda found: len(found) == 2)  # by two interests, and still each once

    channel.keep("kicked")
    gone = notifying.eventually(path(channel), token, lambda seen: seen["state"] == "ended")
    assert gone["reason"] == "gone"
    acts = notifying.eventually(path(channel), token, lambda seen: len(seen["history"]) == 3)["history"]
    assert [each["act"] for each in acts] == ["ended", "linked", "asked"]
    assert acts[-1]["by"].startswith("Дана")
    assert [each["by"] for each in acts[:2]] == [None, None]


async def test_a_post_that_is_refused_ends_the_link_though_no_update_told_of_it(
    notifying: Notifying, product: Product, local: LocalSettings, others: Deciding
) -> None:
    channel, token, petition = Channel(local), official(product), str(uuid4())
    linked(notifying, channel, token)
    notifying.done("POST", f"{path(channel)}/follows", token, json={"interest": f"petition:{petition}"})
    channel.keep("reads")
    await others.publish(petition)
    gone = notifying.eventually(path(channel), token, lambda seen: seen["state"] == "ended")
    assert gone["reason"] == "gone"
    assert channel.posts() == []


def test_nothing_is_linked_before_telegram_has_vouched_for_it(
    notifying: Notifying, product: Product, local: LocalSettings
) -> None:
    channel, token = Channel(local), official(product)
    code = notifying.ask("GET", path(channel), token, wait=0).json()["code"]
    for bot, description, fault in (
        ("absent", code, "not-administrator"),
        ("posts", "no code", "code-missing"),
    ):
        channel.keep(bot, description)
        notifying.done("PUT", path(channel), token, json={"language": "kk"})
        seen = notifying.eventually(path(channel), token, lambda seen: seen["state"] == "declined")
        assert seen["reason"] == fault

    other = official(product, "kz-justice")
    problem(notifying.ask("PUT", path(channel), other, json={"language": "kk"}), 403, "not-allowed")
    problem(notifying.ask("PUT", path(channel), notifying.person(), json={"language": "kk"}), 403, "not-allowed")
    channel.keep("posts", code)
    # The code is one body's own: what is in the description lets nobody else link it.
    notifying.done("PUT", path(channel, "kz-justice"), other, json={"language": "kk"})
    seen = notifying.eventually(path(channel, "kz-justice"), other, lambda seen: seen["state"] == "declined")
    assert seen["reason"] == "code-missing"


def test_an_official_ends_a_link_and_begins_it_again(
    notifying: Notifying, product: Product, local: LocalSettings
) -> None:
    channel, token = Channel(local), official(product)
    linked(notifying, channel, token)
    notifying.done("POST", f"{path(channel)}/follows", token, json={"interest": ADDRESSEE})
    problem(notifying.ask("PUT", path(channel), token, json={"language": "ru"}), 409, "channel-linked")
    notifying.done("DELETE", path(channel), token)
    assert notifying.ask("GET", path(channel), token, wait=0).json()["reason"] == "person"
    problem(notifying.ask("DELETE", path(channel), token), 404, "channel-unknown")
    again = linked(notifying, channel, token)
    assert [each["interest"] for each in again["follows"]] == [ADDRESSEE]
    listed = notifying.ask("GET", "/public-channels", token, wait=0).json()["items"]
    assert channel.name in [each["name"] for each in listed]


def test_a_person_links_telegram_where_no_mail_is_set_up(notifying: Notifying, local: LocalSettings) -> None:
    token = notifying.person()
    given = notifying.ask("POST", "/channels/telegram", token, wait=0).json()["token"]
    form = {"act": "start", "chat": "2001", "token": f"https://t.me/kenes_local_bot?start={given}"}
    assert httpx.post(f"http://{HOST}:{local.telegram_port}", data=form).status_code == 303
    notifying.eventually("/following", token, lambda seen: [each["kind"] for each in seen["channels"]] == ["telegram"])
    problem(
        notifying.ask("POST", "/channels", token, json={"kind": "email", "destination": "a@mail.kz"}),
        404,
        "by-mail-not-offered",
    )
