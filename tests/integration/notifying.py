"""The followers' API of a running product as tests call it, and decisions as other services write them."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

import httpx

from kenes.identity.sealing import Keyring, PersonKey
from kenes.mongo.client import connected
from kenes.mongo.vault import Vault
from schemas.parts import PrivateEntry, RulePackRef
from schemas.petitions import v1 as petitions
from schemas.topics import PETITIONS
from tests import deciding
from tests.processes import Product
from tests.waiting import eventually

PREFIX: Final = "/api/notifications/v1"
KEYRING: Final = Keyring(b"k" * 32)
RULES: Final = RulePackRef(id="kz", version="1")

_people = itertools.count()


class Notifying:
    """Requests to one api process; people are new unless named."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.client = httpx.Client(base_url=product.url, timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def person(self) -> str:
        """The token of somebody new."""
        return self.product.issuer.token(f"follower-{next(_people)}")

    def ask(self, method: str, path: str, token: str | None = None, *, wait: int = 30, **body: Any) -> httpx.Response:
        """A request under the API's prefix; `wait=0` leaves the preference out."""
        sent = {"authorization": f"Bearer {token}"} if token is not None else {}
        if wait:
            sent["prefer"] = f"wait={wait}"
        return self.client.request(method, PREFIX + path, headers=sent, **body)

    def done(self, method: str, path: str, token: str, **body: Any) -> dict[str, Any]:
        """A request that is decided and not refused."""
        answer = self.ask(method, path, token, **body)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def follow(self, token: str, interest: str, **told: Any) -> None:
        """Follows something."""
        self.done("POST", "/follows", token, json={"interest": interest, **told})

    def eventually(self, path: str, token: str, holds: Callable[[Any], Any]) -> Any:
        """What a read says once it holds."""
        return eventually(lambda: self.ask("GET", path, token, wait=0).json(), holds)


def person_of(token: str) -> str:
    """The id of the person that a token is of."""
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return f"{claims['iss']}|{claims['sub']}"


async def keys_of(product: Product, *people: str) -> list[PersonKey]:
    """The keys of people who have acted: nobody without one is told anything."""
    async with connected(product.mongo.uri, "people") as opened:
        vault = Vault(opened, KEYRING)
        return await asyncio.gather(*(vault.key_of(each) for each in people))


class Deciding(deciding.Deciding):
    """Writes decisions about petitions that people of the tests have started."""

    async def publish(self, petition: str, title: str = "Парк у реки", author: str = "somebody|else") -> None:
        """A petition that is created by somebody and published."""
        await self.say(PETITIONS, petition, created(petition, title, author))
        await self.say(
            PETITIONS, petition, petitions.Published(petition=petition, closes_at=datetime.now(UTC) + timedelta(days=9))
        )


def created(petition: str, title: str, author: str) -> petitions.Created:
    """A petition of somebody, by the id of the person."""
    text = petitions.PetitionText(language="ru", title=title, text="Т" * 60, proposal="Просим разбить парк.")
    owner = KEYRING.seal_owner(KEYRING.index(author))
    return petitions.Created(
        petition=petition,
        author="a",
        text=text,
        rules=RULES,
        level="country",
        body="parliament",
        goals=(),
        sealed="s",
        mine=PrivateEntry(owner=owner, entry="e", note="n"),
    )
