"""Moderators in the browser, without a script: judge, take back, publish; and what the public log tells of it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e import desks, steps
from tests.e2e.browsing import DESKTOP, PHONE, Visiting, in_browser, words
from tests.e2e.site import TEXTS, Client

pytestmark = in_browser
say, ru = words["en"], words["ru"]
LOG = "/petitions/moderation-log"


async def on_the_desk(client: Client, text: str) -> str:
    """A petition with supporters enough."""
    petition = await client.petition(text, until="gathering")
    await client.sign_by_crowd(petition, 2)
    return petition


async def test_a_petition_is_given_back_and_the_verdict_taken_back_and_published(
    visit: Visiting, client: Client
) -> None:
    petition = await on_the_desk(client, "ru")
    one, title = f"/moderation/{petition}", TEXTS["ru"]["title"]
    async with visit(person="gulnar", java_script_enabled=False, width=PHONE) as moderator:
        page = moderator.page
        await steps.open_until(page.locator(f'a[href="{one}"]'), f"{moderator.site.url}/moderation")
        await page.locator(f'a[href="{one}"]').click()
        await expect(moderator.heading).to_have_text(title)
        await steps.press(page, say("moderation.lock.confirm"))
        await expect(page.locator("#state")).to_contain_text(say("moderation.held.you"))

        async with visit(person="timur", width=DESKTOP, expected=("409",)) as other:
            await other.open(one)
            await expect(other.page.locator("#state")).to_contain_text(say("moderation.held.another"))
            await desks.judge(other.page, "approve", say)
            await expect(other.page.locator(".error-summary")).to_contain_text(say("problem.locked.title"))

        await desks.judge(page, "return", say)
        await expect(page.locator(".error-summary")).to_contain_text(say("problem.reason-missing.title"))
        await page.get_by_label(say("moderation.fault.unclear")).check()
        await steps.press(page, say("moderation.fill"))
        explanation = page.locator("#verdict-explanation")
        await expect(explanation).to_have_value(ru("moderation.explain.unclear"))
        await explanation.fill("Напишите, кто и к какому сроку должен это сделать.")
        await desks.judge(page, "return", say)
        await expect(page.locator("#state")).to_contain_text(say("moderation.verdict.return"))

        await page.locator("#undo-reason").fill("It does say who is to do it, and by when.")
        await steps.press(page, say("moderation.undo.confirm"))
        await desks.judge(page, "approve", say)
        await expect(page.locator("#state")).to_contain_text(say("moderation.verdict.approve"))

    async with visit(width=PHONE) as reader:
        await steps.open_until(reader.page.locator(f'a[href="/petitions/{petition}"]'), reader.site.url + LOG)
        lines = reader.page.locator(".log-entry", has_text=title)
        await expect(lines.nth(0)).to_contain_text(say("moderation.verdict.approve"))
        for told in (say("moderation.verdict.return"), "Напишите, кто", "It does say who"):
            await expect(lines.nth(1)).to_contain_text(told)
    entries = (await client.read("/moderation-log"))["entries"]
    found = [(each["verdict"], each["undone_because"]) for each in entries if each["petition"] == petition]
    assert found == [("approve", None), ("return", "It does say who is to do it, and by when.")]


async def test_citizens_have_no_desk(visit: Visiting) -> None:
    async with visit(person="olga") as citizen:
        assert (await citizen.open("/moderation")).status == 403
        await citizen.open("/petitions")
        assert await citizen.page.locator('a[href="/moderation"]').count() == 0
