"""Every page of the product by name, for the promises that all pages must keep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.async_api import Browser

from kenes.web.i18n import LANGUAGE_COOKIE
from tests.e2e.browsing import Visitor, visiting
from tests.e2e.site import TEXTS, Client, Site

ANYBODY: Final = None
AUTHOR: Final = "madina"
SIGNER: Final = "aigerim"
"""Has signed the petition that is collecting, and nothing else."""
MODERATOR: Final = "gulnar"
OFFICIAL: Final = "saule"
"""Answers for the Government."""
EUROPEANS: Final = ("mari", "aino", "lukas", "camille", "zofia", "marco", "ines")
"""People of seven states: of an initiative its author, an organiser, somebody who is invited, and more."""

FAULT: Final = {
    "language": "ru",
    "text": "Напишите, кто и к какому сроку должен это сделать.",
}
"""What moderation says of the petition that it gave back."""
STATEMENT: Final = {
    "kk": "Өтінішті қарадық. Екі ауылда жұмыс наурызда басталады, жазда бітеді.",
    "ru": "Мы рассмотрели просьбу. Работы начнутся в марте, их закончат до лета.",
}
"""What the body says in its draft decision, its answer and to the media; there is no English."""


@dataclass(frozen=True)
class Library:
    """Petitions in every state, with the receipt of a signature."""

    draft: str
    gathering: str
    moderation: str
    returned: str
    consideration: str
    answered: str
    collecting: str
    untouched: str
    closed: str
    discussed: str
    initiative: str
    invitation: str
    receipt: str


async def make_library(client: Client) -> Library:
    """One petition per state; the collecting one is Kazakh and well signed, the others in the other languages."""
    collecting = await client.petition("kk", author=AUTHOR)
    await client.sign_by_crowd(collecting, 120)
    receipt = await client.sign(collecting, SIGNER, listed=True)
    closed = await client.petition("ru", author=AUTHOR)
    await client.sign_by_crowd(closed, 3)
    await client.close(closed, AUTHOR)
    initiative, invitation = await _initiative(client)
    library = Library(
        draft=await client.petition("ru", author=AUTHOR, until="draft"),
        gathering=await client.petition("en", author=AUTHOR, until="gathering"),
        moderation=await _on_the_desk(client, "kk"),
        returned=await _returned(client),
        consideration=await _considered(client, "kk"),
        answered=await _answered(client),
        collecting=collecting,
        untouched=await client.petition("en", author=AUTHOR),
        closed=closed,
        discussed=await _discussed(client),
        initiative=initiative,
        invitation=invitation,
        receipt=receipt,
    )
    await _is_shown(client, library)
    return library


async def _is_shown(client: Client, library: Library) -> None:
    """Returns once all of it is where people look for it: on the author's page and in the list."""
    own = {library.draft, library.gathering, library.returned, library.answered, library.untouched}
    await client.reads("/me/petitions", lambda found: own <= {each["id"] for each in found["petitions"]}, AUTHOR)
    public = {library.collecting, library.untouched, library.closed, library.answered}
    everything = "/petitions?limit=100"
    await client.reads(everything, lambda found: public <= {each["id"] for each in found["petitions"]})


async def _on_the_desk(client: Client, text: str) -> str:
    petition = await client.petition(text, author=AUTHOR, until="gathering")
    await client.sign_by_crowd(petition, 2)
    await client.comes_to(petition, "moderation", AUTHOR)
    return petition


async def _returned(client: Client) -> str:
    petition = await _on_the_desk(client, FAULT["language"])
    found = {"revision": 1, "verdict": "return", "reasons": ["unclear"], "explanation": FAULT["text"]}
    await client.act(MODERATOR, petition, "verdict", found)
    return petition


async def _considered(client: Client, text: str) -> str:
    petition = await _on_the_desk(client, text)
    await client.act(MODERATOR, petition, "verdict", {"revision": 1, "verdict": "approve"})
    await client.comes_to(petition, "collecting", AUTHOR)
    await client.sign_by_crowd(petition, 5)
    await client.comes_to(petition, "consideration", AUTHOR)
    await client.act(OFFICIAL, petition, "charge")
    decision = {"outcome": "partly-satisfied", "statement": STATEMENT}
    await client.act(OFFICIAL, petition, "draft-answer", decision)
    remark = {"text": FAULT["text"], "language": FAULT["language"], "revision": 1, "answer_draft": 1}
    await client.act(SIGNER, petition, "comments", remark)
    return petition


async def _answered(client: Client) -> str:
    petition = await _considered(client, "ru")
    answer = {"outcome": "satisfied", "statement": STATEMENT, "media": STATEMENT}
    await client.act(OFFICIAL, petition, "answer", answer)
    await client.comes_to(petition, "answered", AUTHOR)
    return petition


async def _discussed(client: Client) -> str:
    """Under discussion, its text changed since; comments of a signer, one taken back, one hidden, and the author's."""
    petition = await client.petition("ru", author=AUTHOR, rules="ee-rahvaalgatus")
    said = ((SIGNER, True), ("olga", False), ("viktor", False), (AUTHOR, True))
    for person, listed in said:
        body = {"text": FAULT["text"], "language": FAULT["language"], "revision": 1, "listed": listed}
        await client.act(person, petition, "comments", body)
    await client.act("olga", petition, "comment-retraction", {"number": 2})
    hiding = {"number": 3, "reason": "advertising", "explanation": FAULT["text"]}
    await client.act(MODERATOR, petition, "comment-hiding", hiding)
    await client.edit(AUTHOR, petition, title="Поставить тёплые павильоны на трассах у посёлков")
    versions = f"/petitions/{petition}/versions"
    await client.reads(versions, lambda found: [each["revision"] for each in found["versions"]] == [2, 1])
    return petition


async def _initiative(client: Client) -> tuple[str, str]:
    """A draft with two of the seven organisers it needs, and the code that invites more."""
    author, organiser, *_ = EUROPEANS
    petition = await client.petition("en", author=author, until="draft", rules="eu-initiative")
    code = await client.invitation(petition, author)
    for person in (author, organiser):
        await client.join(person, petition, code)
    return petition, code


Reach = Callable[[Visitor], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    """A page: who sees it and how they get there."""

    name: str
    person: str | None
    reach: Reach
    linked: bool = True
    """It has an address of its own (else it is the answer to a form)."""


def stops(library: Library) -> list[Stop]:
    """All pages but those of `stops_before_signatures`."""
    one = f"/petitions/{library.collecting}"
    addresses: list[tuple[str, str | None, str]] = [
        ("home", ANYBODY, "/"),
        ("list", ANYBODY, "/petitions?state=all"),
        ("list-filtered", ANYBODY, "/petitions?category=culture&sort=signed"),
        ("list-nothing", ANYBODY, "/petitions?q=zzzz"),
        ("petition", ANYBODY, one),
        ("petition-new", ANYBODY, f"/petitions/{library.untouched}"),
        ("petition-closed", ANYBODY, f"/petitions/{library.closed}"),
        ("petition-gathering", ANYBODY, f"/petitions/{library.gathering}"),
        ("petition-considered", ANYBODY, f"/petitions/{library.consideration}"),
        ("petition-answered", ANYBODY, f"/petitions/{library.answered}"),
        ("moderation-log", ANYBODY, "/petitions/moderation-log"),
        ("start", ANYBODY, "/petitions/start"),
        ("receipt", ANYBODY, f"{one}/receipts/{library.receipt}"),
        ("not-found", ANYBODY, "/nowhere"),
        ("petition-unknown", ANYBODY, "/petitions/nobody-wrote-this"),
        ("problem", ANYBODY, "/auth/callback?state=unknown&code=unknown"),
        ("petition-signed", SIGNER, one),
        ("withdraw", SIGNER, f"{one}/withdraw"),
        ("refused", SIGNER, f"{one}/sign"),
        ("sign", SIGNER, f"/petitions/{library.untouched}/sign"),
        ("me-signer", SIGNER, "/me"),
        ("erase", SIGNER, "/me/erase"),
        ("erased", ANYBODY, "/me/erased"),
        ("me-author", AUTHOR, "/me"),
        ("petition-draft", AUTHOR, f"/petitions/{library.draft}"),
        ("petition-own", AUTHOR, one),
        ("petition-returned", AUTHOR, f"/petitions/{library.returned}"),
        ("edit", AUTHOR, f"/petitions/{library.draft}/edit"),
        ("submit", AUTHOR, f"/petitions/{library.draft}/submit"),
        ("recall", AUTHOR, f"/petitions/{library.gathering}/recall"),
        ("close", AUTHOR, f"{one}/close"),
        ("not-author", "alikhan", "/petitions/start/write"),
        ("me-empty", "alikhan", "/me"),
        ("moderation", MODERATOR, "/moderation"),
        ("moderation-desk", MODERATOR, f"/moderation/{library.moderation}"),
        ("moderation-decided", MODERATOR, f"/moderation/{library.returned}"),
        ("agency", OFFICIAL, "/agency"),
        ("agency-desk", OFFICIAL, f"/agency/{library.consideration}"),
        ("agency-signers", OFFICIAL, f"/agency/{library.consideration}/signers"),
        ("agency-done", OFFICIAL, f"/agency/{library.answered}"),
    ]
    linked = _linked(addresses)
    answers = [
        Stop(f"start-{step}", AUTHOR, _write_until(step), linked=step == "topic")
        for step in ("topic", "title", "title-wrong", "text", "proposal", "preview")
    ]
    answers += [
        Stop("moderation-wrong", MODERATOR, _give_back_without_a_reason(library.moderation), linked=False),
        Stop("agency-wrong", OFFICIAL, _write_answer(library.consideration, {}), linked=False),
        Stop("agency-preview", OFFICIAL, _write_answer(library.consideration, STATEMENT), linked=False),
    ]
    return [*linked, *answers]


def stops_before_signatures(library: Library) -> list[Stop]:
    """The pages of texts that are discussed, or that several people must stand behind."""
    talked, initiative = f"/petitions/{library.discussed}", f"/petitions/{library.initiative}"
    invited = f"{initiative}/organisers/invited/{library.invitation}"
    european, organiser, guest, *_ = EUROPEANS
    return _linked(
        [
            ("start-union", ANYBODY, "/petitions/start?to=eu-initiative"),
            ("start-discussion", ANYBODY, "/petitions/start?to=ee-rahvaalgatus"),
            ("petition-discussed", ANYBODY, talked),
            ("version", ANYBODY, f"{talked}/versions/1"),
            ("comments-own", SIGNER, f"{talked}/comments"),
            ("petition-drafted", SIGNER, f"/petitions/{library.consideration}"),
            ("answer-draft", ANYBODY, f"/petitions/{library.answered}/answer-drafts/1"),
            ("comment-retract", SIGNER, f"{talked}/comments/1/retract"),
            ("petition-discussed-own", AUTHOR, talked),
            ("organisers", european, f"{initiative}/organisers"),
            ("petition-initiative", european, initiative),
            ("organisers-missing", european, f"{initiative}/submit"),
            ("start-write-union", european, "/petitions/start/write?to=eu-initiative"),
            ("organisers-joined", organiser, invited),
            ("organisers-invited", guest, invited),
            ("comment-hide", MODERATOR, f"{talked}/comments/1/hide"),
        ]
    )


def _linked(addresses: Iterable[tuple[str, str | None, str]]) -> list[Stop]:
    return [Stop(name, person, _to(path)) for name, person, path in addresses]


Stops = Callable[[Library], list[Stop]]
on_every_page: Final = pytest.mark.parametrize(
    "pages", [stops, stops_before_signatures], ids=["all", "before-signatures"]
)
"""Marks a test of what every page promises; its `pages` are for `travel`. In two parts: neither takes too long."""


def _to(path: str) -> Reach:
    async def reach(visitor: Visitor) -> None:
        await visitor.open(path)

    return reach


def _write_until(step: str) -> Reach:
    """Through the steps of a Kazakh petition, up to one of them."""
    text = TEXTS["kk"]

    async def reach(visitor: Visitor) -> None:
        page = visitor.page
        await visitor.open("/petitions/start/write")
        if step == "topic":
            return
        await page.locator("#category").select_option(text["category"])
        await page.locator("input[name=language][value=kk]").check()
        await _next(visitor)
        if step == "title-wrong":
            await page.locator("#title").fill("Қысқа")
            await _next(visitor)
            return
        for field in ("title", "text", "proposal"):
            if step == field:
                return
            await page.locator(f"#{field}").fill(text[field])
            await _next(visitor)

    return reach


def _give_back_without_a_reason(petition: str) -> Reach:
    async def reach(visitor: Visitor) -> None:
        await visitor.open(f"/moderation/{petition}")
        await visitor.page.locator("input[value=return]").check()
        await _press(visitor, "button[value=decide]")

    return reach


def _write_answer(petition: str, texts: Mapping[str, str]) -> Reach:
    async def reach(visitor: Visitor) -> None:
        await visitor.open(f"/agency/{petition}")
        await visitor.page.locator("input[value=partly-satisfied]").check()
        for field, text in texts.items():
            await visitor.page.locator(f"#{field}").fill(text)
        await _press(visitor, "form[action$='/preview'] button")

    return reach


async def _next(visitor: Visitor) -> None:
    await _press(visitor, "main button[name=go][value=next]")


async def _press(visitor: Visitor, button: str) -> None:
    async with visitor.page.expect_navigation():
        await visitor.page.locator(button).click()


async def travel(
    browser: Browser,
    site: Site,
    every: Sequence[Stop],
    look: Callable[[Stop, Visitor], Awaitable[None]],
    *,
    language: str = "en",
    prepare: Callable[[Visitor], Awaitable[None]] | None = None,
    **profile: Any,
) -> None:
    """Looks at page after page in one language, each person in a profile of their own, signed in once."""
    for person in dict.fromkeys(stop.person for stop in every):
        async with visiting(browser, site, **profile) as visitor:
            await visitor.page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": site.url}])
            if prepare is not None:
                await prepare(visitor)
            if person is not None:
                await visitor.sign_in(person)
            for stop in every:
                if stop.person == person:
                    await stop.reach(visitor)
                    await look(stop, visitor)
