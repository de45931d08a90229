"""What moderators and officials do at their desks, in any language, with and without a script."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.async_api import Page, expect

from kenes.web.i18n import Translator
from tests.e2e import steps


async def judge(page: Page, verdict: str, say: Translator) -> None:
    """On a petition of the moderators' desk: chooses a verdict and decides."""
    await page.get_by_role("radio", name=say(f"moderation.decide.{verdict}"), exact=True).check()
    await steps.press(page, say("moderation.decide"))


async def give_back(page: Page, fault: str, explanation: str, say: Translator) -> None:
    """Gives a petition back to its author for one fault, with an explanation in place of the ready sentence."""
    await page.get_by_label(say(f"moderation.fault.{fault}"), exact=True).check()
    await steps.press(page, say("moderation.fill"))
    await expect(page.locator("#verdict-explanation")).not_to_have_value("")
    await page.locator("#verdict-explanation").fill(explanation)
    await judge(page, "return", say)


async def write(page: Page, act: str, outcome: str, texts: Mapping[str, str], say: Translator) -> None:
    """On a petition of an official's desk: writes a draft decision or the answer, and asks how it reads."""
    await page.get_by_role("radio", name=say(f"agency.act.{act}"), exact=True).check()
    await page.get_by_role("radio", name=say(f"agency.outcome.{outcome}"), exact=True).check()
    if await page.locator("#media_kk").is_hidden():
        await page.locator("summary", has_text=say("agency.media")).click()
    for field in ("kk", "ru", "media_kk", "media_ru"):
        await page.locator(f"#{field}").fill(texts.get(field, ""))
    await steps.press(page, say("agency.check"))
