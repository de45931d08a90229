"""Before anybody signs, by the rules of other countries: a text is discussed; seven people stand behind one.

Each is tried with a script and without one.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e import steps
from tests.e2e.browsing import DESKTOP, PHONE, Visiting, Visitor, in_browser, words
from tests.e2e.journey import EUROPEANS, MODERATOR
from tests.e2e.site import TEXTS, Client

pytestmark = [*in_browser, pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])]
say = words["en"]
REMARK = "Which road is it, and who will pay for it?"
OTHER = "Buy trees of ours, cheaper than anywhere else."
REASON = "It offers goods, and says nothing about the text."


async def start_under(author: Visitor, country: str, body: str, *asked: str) -> str:
    """From the start page to the rules of another country, which are read, and on to a draft. The draft's path."""
    page, text = author.page, TEXTS["en"]
    await author.open("/petitions/start")
    await page.get_by_role("link", name=body, exact=True).click()
    for words_of_the_rules in asked:
        await expect(page.locator("main")).to_contain_text(words_of_the_rules)
    await page.get_by_role("link", name=say("start.begin"), exact=True).click()
    await expect(page.locator(".act-about")).to_contain_text(body)
    await expect(page.locator("#region")).to_have_count(0)
    await page.get_by_label(say("start.category")).select_option(text["category"])
    await page.get_by_role("radio", name=say("language.en")).check()
    await steps.go_on(page)
    for field in ("title", "text", "proposal"):
        await page.get_by_label(say(f"start.{field}"), exact=True).fill(text[field])
        await steps.go_on(page)
    await expect(page.locator("dl.summary")).to_contain_text(country)
    await steps.press(page, say("start.create"))
    await expect(author.heading).to_have_text(text["title"])
    return page.url.removeprefix(author.site.url)


def status(page: Page, name: str) -> Locator:
    """Where the page says that the petition is."""
    return page.locator(".page-head .tag", has_text=say(f"status.{name}"))


async def comment(visitor: Visitor, path: str, text: str) -> None:
    """Comments under the text, and waits until it is there."""
    page = visitor.page
    await visitor.open(path)
    await page.get_by_label(say("discussion.text"), exact=True).fill(text)
    async with page.expect_navigation():
        await steps.press(page, say("discussion.send"))
    await steps.open_until(page.locator(".ledger-line", has_text=text), visitor.site.url + path)


async def test_an_estonian_text_is_discussed_and_words_are_taken_back(visit: Visiting, *, scripted: bool) -> None:
    author_profile = {"java_script_enabled": scripted, "width": DESKTOP}
    phone = {"java_script_enabled": scripted, "width": PHONE}
    async with (
        visit(person="serik", **author_profile) as author,
        visit(person="olga", **phone) as reader,
        visit(person=MODERATOR, **phone) as moderator,
    ):
        asked = (say("start.how.discuss"), "1,000")
        path = await start_under(author, "Estonia", "Riigikogu of Estonia", *asked)
        comments = f"{author.site.url}{path}/comments"
        await steps.steer(author.page, "submit")
        await steps.open_until(status(author.page, "discussion"), author.site.url + path)

        await comment(reader, path, REMARK)
        await comment(author, path, OTHER)
        tag = author.page.locator(".ledger-line", has_text=OTHER).locator(".tag")
        await expect(tag).to_have_text(say("discussion.author"))

        retract = reader.page.get_by_role("link", name=say("discussion.retract"))
        await steps.open_until(retract, comments)
        await expect(retract).to_have_count(1)
        await retract.click()
        await expect(reader.heading).to_have_text(say("discussion.retract_heading"))
        await expect(reader.page.locator("blockquote")).to_have_text(REMARK)
        await steps.press(reader.page, say("discussion.retract_confirm"))
        await expect(reader.heading).not_to_have_text(say("discussion.retract_heading"))
        await steps.open_until(reader.page.get_by_text(say("discussion.retracted")), comments)
        assert REMARK not in await reader.page.content()

        hide = moderator.page.get_by_role("link", name=say("discussion.hide"))
        await steps.open_until(hide, comments)
        await expect(hide).to_have_count(1)
        await hide.click()
        await moderator.page.get_by_label(say("discussion.hide_reason")).select_option("advertising")
        await moderator.page.get_by_label(say("discussion.hide_explanation")).fill(REASON)
        await steps.press(moderator.page, say("discussion.hide_confirm"))
        await expect(moderator.heading).not_to_have_text(say("discussion.hide_heading"))
        await steps.open_until(author.page.get_by_text(REASON), comments)
        assert OTHER not in await author.page.content()
        await expect(author.page.get_by_text(say("discussion.retracted"))).to_be_visible()


async def test_the_seventh_of_seven_states_lets_an_initiative_go_on(
    visit: Visiting, client: Client, *, scripted: bool
) -> None:
    first, *others, last = EUROPEANS
    profile = {"java_script_enabled": scripted}
    async with visit(person=first, **profile) as author, visit(person=last, width=PHONE, **profile) as guest:
        asked = (say("start.how.organise"), "1,000,000")
        path = await start_under(author, "European Union", "European Commission", *asked)
        petition = path.rpartition("/")[2]
        page, organisers = author.page, f"{author.site.url}{path}/organisers"

        await page.goto(organisers)
        invitation = await page.get_by_label(say("organisers.link")).input_value()
        await page.get_by_role("link", name=say("organisers.join_self")).click()
        await join(author, invitation)
        for person in others:
            await client.join(person, petition, invitation.rpartition("/")[2])
        await steps.open_until(page.get_by_text(say("organisers.number", count=6)), organisers)
        await expect(page.locator("main")).to_contain_text(say("organisers.missing"))
        await page.goto(f"{author.site.url}{path}/submit")
        await expect(author.heading).to_have_text(say("problem.organisers-missing.title"))

        await guest.page.goto(invitation)
        await expect(guest.page.locator("main")).to_contain_text(TEXTS["en"]["proposal"])
        await join(guest, invitation)
        await steps.open_until(page.get_by_text(say("organisers.enough"), exact=True), organisers)
        await page.goto(author.site.url + path)
        await steps.steer(page, "submit")
        await steps.open_until(status(page, "moderation"), author.site.url + path)


async def join(visitor: Visitor, invitation: str) -> None:
    """On the page of an invitation: stands behind the text, by name."""
    page = visitor.page
    await expect(visitor.heading).to_have_text(say("organisers.join_heading"))
    await page.locator("input[name=listed]").check()
    async with page.expect_navigation():
        await steps.press(page, say("organisers.join_confirm"))
    await steps.open_until(page.get_by_text(say("organisers.agreed"), exact=True), invitation)
