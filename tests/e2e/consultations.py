"""A consultations service for browser tests: short cuts to bring it into a state, its words, and a look by axe."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from playwright.async_api import Page

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from schemas.consultations.course import OpenRequested
from schemas.parts import Actor
from schemas.topics import COMMENT_REQUESTS, CONSULTATION_REQUESTS
from services.consultations.serving import FOLDERS
from tests.e2e.browsing import DESKTOP, PHONE
from tests.e2e.site import Site
from tests.e2e.test_accessibility import AXE, OPEN_ALL, RULES, RUN
from tests.integration.consulting import BODY
from tests.integration.past import ask_then, comment
from tests.waiting import eventually_read

OFFICIAL: Final = Actor(pseudonym="official", roles=(BODY,))
API: Final = "/api/consultations/v1/consultations"
TITLE: Final = {"kk": "Масс-медиа туралы заң", "ru": "Закон о масс-медиа", "en": "Law on mass media"}
SUMMARY: Final = {
    "kk": "Журналистер жауапты бес жұмыс күнінде алады.",
    "ru": "Журналисты получат ответ за пять рабочих дней.",
    "en": "Journalists get an answer within five working days.",
}
TEXT: Final = {
    "kk": "1-бап. Сұрау салу\n\nОрган бес жұмыс күні ішінде жауап береді.\n\n2-бап. Тәртіп\n\nОны орган айқындайды.",
    "ru": "Статья 1. Запрос\n\nОрган отвечает в течение пяти рабочих дней.\n\nСтатья 2. Порядок\n\nОрган решает сам.",
}
say: Final = Translator(edge_catalogs([LOGIN_LOCALES, FOLDERS.locales]), "ru")


@dataclass
class Client:
    """People who use the JSON API while others use a browser."""

    site: Site
    http: httpx.AsyncClient

    async def ask(self, person: str, method: str, path: str, body: object = None) -> Any:
        """A request that is decided; what the API answers."""
        token = (await self.http.post(f"{self.site.identity}/dev/token", json={"person": person})).json()
        headers = {"authorization": f"Bearer {token['access_token']}", "prefer": "wait=30"}
        answer = await self.http.request(method, f"{self.site.url}{API}{path}", headers=headers, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer

    async def prepare(self, draft: Mapping[str, str] = TEXT) -> str:
        """The path of a consultation that is explained and has its first version."""
        made = await self.ask("saule", "POST", "", {"body": "kz-government", "title": TITLE})
        one = f"/{made.json()['consultation']}"
        await self.ask("saule", "POST", f"{one}/description", {"title": TITLE, "summary": SUMMARY})
        texts = [
            {"language": language, "name": "draft.txt", "content": base64.b64encode(text.encode()).decode()}
            for language, text in draft.items()
        ]
        await self.ask("saule", "POST", f"{one}/versions", {"version": 1, "texts": texts})
        return one

    async def open(self, draft: Mapping[str, str] = TEXT) -> str:
        """The path of a consultation that hears people."""
        one = await self.prepare(draft)
        await self.ask("saule", "POST", f"{one}/opening", {"working_days": 15})
        return one

    async def closed(self, text: str) -> str:
        """The path of a consultation that was open a month ago and is owed an answer to one comment, `text`."""
        one, product = await self.prepare(), self.site.product
        opening = OpenRequested(consultation=one[1:], actor=OFFICIAL, working_days=15)
        await asyncio.to_thread(ask_then, product, CONSULTATION_REQUESTS, 60, [opening])
        await self.comes_to(one, "status", "answering")
        said = comment(product, one[1:], text)
        await asyncio.to_thread(ask_then, product, COMMENT_REQUESTS, 50, [said])
        await self.comes_to(one, "comments", 1)
        return one

    async def comes_to(self, one: str, name: str, value: object) -> None:
        """Waits until a consultation says so."""

        async def read() -> object:
            return (await self.ask("saule", "GET", one)).json()[name]

        await eventually_read(read, lambda found: found == value)

    async def comment(self, one: str, person: str, text: str) -> str:
        """The id of somebody's comment on the first article."""
        body = {"text": text, "language": "ru", "version": 1, "anchor": {"clause": "art_1"}}
        answer = await self.ask(person, "POST", f"{one}/comments", body)
        return str(answer.headers["location"]).rpartition("/")[2]


async def violations(page: Page) -> list[str]:
    """Rules of WCAG 2.2 AA that a page breaks, on a phone in the dark and on a desk by day."""
    await page.evaluate(OPEN_ALL)
    await page.evaluate(AXE)
    found: list[str] = []
    for width, scheme in ((PHONE, "dark"), (DESKTOP, "light")):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{page.url} at {width}"
        told = await page.evaluate(RUN, RULES)
        assert told["passed"] > 5, "the rules did not run"
        found += [f"{scheme} {each}" for each in told["violations"]]
    return found
