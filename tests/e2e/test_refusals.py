"""Whoever cannot sign is told so before anything is asked of them, in plain words and their own language."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e import steps
from tests.e2e.browsing import LANGUAGES, Visiting, Visitor, in_browser, words
from tests.e2e.journey import Library
from tests.e2e.site import Client

pytestmark = in_browser
say = words["en"]


async def is_told(visitor: Visitor, code: str) -> None:
    """The page explains this refusal in all languages, and offers a way on."""
    for language in LANGUAGES:
        await visitor.page.goto(f"{visitor.page.url.partition('?')[0]}?lang={language}")
        told = words[language]
        await expect(visitor.heading).to_have_text(told(f"problem.{code}.title"))
        await expect(visitor.page.locator(".lead")).to_have_text(told(f"problem.{code}.detail"))
        await expect(visitor.page.locator("main")).not_to_contain_text(code)
        await expect(visitor.page.locator("main .actions a").first).to_be_visible()
        await expect(visitor.page.locator("main form")).to_have_count(0)


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("alikhan", "under-age"),
        ("zhanna", "region-missing"),
        ("nurlan", "assurance-too-low"),
        ("tomas", "not-a-citizen"),
    ],
)
async def test_people_whom_the_rules_do_not_let_sign(
    visit: Visiting, client: Client, library: Library, person: str, code: str
) -> None:
    async with visit(person=person, width=360) as visitor:
        await visitor.open(f"/petitions/{library.untouched}")
        await visitor.page.get_by_role("link", name=say("petition.sign"), exact=True).click()
        await is_told(visitor, code)
    assert await client.count(library.untouched) == 0


async def test_whoever_has_signed_is_told_so_and_shown_how_to_withdraw(visit: Visiting, client: Client) -> None:
    petition = await client.petition("en")
    await client.sign(petition, "dana")
    async with visit(person="dana") as signer:
        await signer.open(f"/petitions/{petition}/sign")
        await is_told(signer, "already-signed")
        await signer.page.locator("main .actions a").first.click()
        await expect(signer.heading).to_have_text(say("act.withdraw.heading"))
    assert await client.count(petition) == 1


async def test_a_second_signature_from_a_page_opened_before_the_first_counts_once(
    visit: Visiting, client: Client
) -> None:
    petition = await client.petition("en")
    async with visit(person="olga") as signer:
        await signer.open(f"/petitions/{petition}/sign")
        other = await signer.another_tab(f"/petitions/{petition}/sign")
        await steps.confirm_signature(other)
        await steps.press(signer.page, say("sign.confirm"))
        await expect(signer.heading).to_have_text(say("problem.already-signed.title"))
    assert await client.count(petition) == 1


async def test_a_petition_closed_while_the_page_was_open(visit: Visiting, client: Client) -> None:
    petition = await client.petition("ru")
    async with visit(person="olga", width=360) as signer:
        await signer.open(f"/petitions/{petition}/sign")
        await client.close(petition)
        await steps.press(signer.page, say("sign.confirm"))
        await expect(signer.heading).to_have_text(say("problem.petition-closed.title"))
        await signer.open(f"/petitions/{petition}/sign")
        await is_told(signer, "petition-closed")
        await signer.open(f"/petitions/{petition}")
        await expect(signer.page.locator(f"a[href='/petitions/{petition}/sign']")).to_have_count(0)
    assert await client.count(petition) == 0


async def test_only_its_author_sees_a_draft(visit: Visiting, library: Library) -> None:
    async with visit() as stranger, visit(person="olga") as other, visit(person="madina") as author:
        for visitor in (stranger, other):
            answer = await visitor.open(f"/petitions/{library.draft}")
            assert answer.status == 404
            await expect(visitor.heading).to_have_text(say("problem.petition-unknown.title"))
        assert (await author.open(f"/petitions/{library.draft}")).status == 200


async def test_turning_back_at_the_provider(visit: Visiting, library: Library) -> None:
    async with visit(width=360) as visitor:
        await visitor.open(f"/petitions/{library.untouched}/sign")
        await visitor.page.locator("button[name=cancel]").click()
        await expect(visitor.heading).to_have_text(say("problem.login-declined.title"))
