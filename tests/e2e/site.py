"""The whole product with a provider to sign in at: what a browser opens, and short cuts to bring it into a state."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from kenes.local import environment
from kenes.local.ports import free_port
from kenes.local.probe import HOST, http_ready, wait_ready
from kenes.local.process import ChildProcess
from tests.processes import READY_SECONDS, ROOT, RULE_PACKS, Product, running_product
from tests.waiting import eventually_read

API: Final = "/api/petitions/v1"

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "kk": {
        "language": "kk",
        "category": "culture",
        "title": "Ауылдық кітапханаларды кешкі уақытта да ашық ұстауды сұраймыз",
        "text": "Ауылда балалар сабақтан кейін баратын жалғыз жылы орын — кітапхана, бірақ ол сағат бесте жабылады.\n\n"
        "Ата-аналардың көбі жұмыстан алтыдан кейін шығады, сондықтан отбасымен келуге мүмкіндік жоқ.",
        "proposal": "Кітапханалардың жұмыс уақыты аптасына екі күн сағат сегізге дейін ұзартылсын.",
    },
    "ru": {
        "language": "ru",
        "category": "transport",
        "title": "Поставить остановочные павильоны на трассах у посёлков",
        "text": "Школьники ждут автобус на обочине без навеса, зимой и в дождь, нередко по сорок минут.\n\n"
        "Водители не видят людей в темноте: за год на этом участке было три наезда.",
        "proposal": "До конца года поставить освещённые павильоны у всех посёлков, где останавливается автобус.",
    },
    "en": {
        "language": "en",
        "category": "environment",
        "title": "Plant trees along the roads that children walk to school",
        "text": "In July the asphalt on the way to our school is hotter than forty degrees, and there is no shade.\n\n"
        "Trees planted ten years ago two streets away have already made a difference of six degrees.",
        "proposal": "Plant shade trees along every road within five hundred metres of a school, starting next spring.",
    },
}


@dataclass(frozen=True)
class Site:
    """A running product, and the address of the provider its people sign in at."""

    product: Product
    identity: str

    @property
    def url(self) -> str:
        """Origin of the pages."""
        return self.product.url


def all_packs(folder: Path) -> Path:
    """A new folder with the rules of the tests, which few people can meet, and the shipped ones of other countries."""
    shutil.copytree(RULE_PACKS, folder)
    for pack in ("ee-rahvaalgatus", "eu-initiative", "fi-citizens-initiative"):
        shutil.copy(ROOT / "services" / "petitions" / "rule_packs" / f"{pack}.toml", folder)
    return folder


@contextmanager
def running_site(folder: Path, more: Mapping[str, str] | None = None, service: str = "petitions") -> Iterator[Site]:
    """Everything on free ports of 127.0.0.1, started; nothing is left after the block."""
    port, secret = free_port(), secrets.token_urlsafe(24)
    identity = f"http://{HOST}:{port}"
    client = {"KENES_OIDC_CLIENT_ID": environment.CLIENT_ID, "KENES_OIDC_CLIENT_SECRET": secret}
    told = {
        **client,
        environment.LOGIN: identity,
        "KENES_ISSUERS": environment.issuers(identity, {}),
        # All people of all tests come from one address, and some of them do in a minute what takes others a month.
        "KENES_WEB__WRITE_LIMIT": "2000",
        "KENES_WEB__ANONYMOUS_WRITE_LIMIT": "2000",
    }
    provider = ChildProcess(
        "identity",
        [sys.executable, "-m", "kenes.local.identity_provider", "--port", str(port), "--data", str(folder)],
        folder / "identity.log",
        env={"PATH": os.environ["PATH"], "KENES_ENVIRONMENT": "test", **client},
        cwd=ROOT,
    )
    provider.start()
    try:
        wait_ready(provider, lambda: http_ready(f"{identity}/jwks"), READY_SECONDS)
        with running_product(service=service, environment=told | dict(more or {})) as product:
            yield Site(product, identity)
    finally:
        provider.stop()


class Client:
    """An outside client of the JSON API: it makes what a test starts from and reads the truth at its end."""

    def __init__(self, site: Site, http: httpx.AsyncClient) -> None:
        self.site = site
        self._http = http
        self._crowd = 0

    async def petition(
        self,
        text: str = "en",
        *,
        author: str = "madina",
        until: str = "published",
        moderated: bool = False,
        rules: str | None = None,
    ) -> str:
        """The id of a new petition that is a `draft`, `gathering`, `published` or `closed`.

        `moderated` puts it under the rules that ask for supporters, moderation and an answer; gathering implies it.
        `rules` names any others; then published means handed in.
        """
        pack = {"pack": "kz-moderated"} if moderated or until == "gathering" else {}
        pack = pack if rules is None else {"pack": rules}
        petition = str((await self._write(author, "POST", "/petitions", {**TEXTS[text], **pack}))["petition"])
        acts = {"draft": (), "closed": ("submission", "closure")}.get(until, ("submission",))
        for act in acts:
            await self._write(author, "POST", f"/petitions/{petition}/{act}")
        if until == "gathering":
            await self.comes_to(petition, "gathering", author)
        return petition

    async def sign(self, petition: str, person: str, *, listed: bool = False) -> str:
        """The receipt of a person's signature."""
        answer = await self._write(person, "POST", f"/petitions/{petition}/signatures", {"listed": listed})
        return str(answer["receipt"])

    async def sign_by_crowd(self, petition: str, count: int) -> None:
        """That many people who have signed nothing yet sign."""
        body = {"count": count, "first": self._crowd}
        self._crowd += count
        answer = await self._http.post(f"{self.site.identity}/dev/crowd", json=body)
        tokens = answer.raise_for_status().json()["access_tokens"]
        await asyncio.gather(
            *(self._send(token, "POST", f"/petitions/{petition}/signatures", None) for token in tokens)
        )

    async def close(self, petition: str, author: str = "madina") -> None:
        """The author ends the collection."""
        await self.act(author, petition, "closure")

    async def act(self, person: str, petition: str, act: str, body: object = None) -> None:
        """Somebody does an act of the API: `verdict`, `charge`, `answer` and so on."""
        await self._write(person, "POST", f"/petitions/{petition}/{act}", body)

    async def edit(self, author: str, petition: str, **changes: str) -> None:
        """The author changes the text of `petition`, which is that of one of `TEXTS`."""
        text = (await self.read(f"/petitions/{petition}", author))["text"]
        await self._write(author, "PUT", f"/petitions/{petition}", text | changes)

    async def invitation(self, petition: str, author: str) -> str:
        """The code by which organisers are invited."""
        return str((await self.read(f"/petitions/{petition}/organisers/invitation", author))["code"])

    async def join(self, person: str, petition: str, code: str) -> None:
        """Somebody stands behind the first text of a petition, and may be named."""
        body = {"code": code, "revision": 1, "listed": True}
        await self._write(person, "PUT", f"/petitions/{petition}/organisers/mine", body)

    async def comes_to(self, petition: str, status: str, author: str = "madina") -> None:
        """Waits until a petition is there; clocks take a moment to see what people did."""
        await self.reads(f"/petitions/{petition}", lambda found: found["status"] == status, author)

    async def reads(self, path: str, holds: Callable[[dict[str, Any]], object], person: str | None = None) -> None:
        """Waits until the API says to a person, or to anybody, what holds: what is listed is projected or indexed."""
        await eventually_read(partial(self.read, path, person), holds)

    async def finds(self, petition: str, words: str) -> None:
        """Waits until a petition is among what is found by some words."""
        found = f"/petitions?limit=100&{urlencode({'q': words})}"
        await self.reads(found, lambda told: petition in {each["id"] for each in told["petitions"]})

    async def count(self, petition: str) -> int:
        """Signatures that count now."""
        return int((await self.read(f"/petitions/{petition}/count"))["count"])

    async def read(self, path: str, person: str | None = None) -> dict[str, Any]:
        """What the API answers, to a person or to anybody."""
        headers = {"authorization": f"Bearer {await self._token(person)}"} if person else {}
        answer = await self._http.get(f"{self.site.url}{API}{path}", headers=headers)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def _write(self, person: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        return await self._send(await self._token(person), method, path, body)

    async def _send(self, token: str, method: str, path: str, body: object) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}", "prefer": "wait=30", "content-type": "application/json"}
        content = None if body is None else json.dumps(body)
        answer = await self._http.request(method, f"{self.site.url}{API}{path}", headers=headers, content=content)
        assert answer.status_code in {200, 201}, (path, answer.status_code, answer.text)
        decided: dict[str, Any] = answer.json()
        return decided

    async def _token(self, person: str) -> str:
        answer = await self._http.post(f"{self.site.identity}/dev/token", json={"person": person})
        return str(answer.raise_for_status().json()["access_token"])


@asynccontextmanager
async def client_of(site: Site) -> AsyncIterator[Client]:
    """A client with connections of its own."""
    async with httpx.AsyncClient(timeout=120) as http:
        yield Client(site, http)
