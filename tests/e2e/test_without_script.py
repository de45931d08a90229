"""A browser that runs no script: everything can be done, only nothing moves by itself."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e import steps
from tests.e2e.browsing import Visiting, in_browser, words
from tests.e2e.site import TEXTS, Client

pytestmark = in_browser
say = words["en"]


async def test_start_publish_sign_and_withdraw_without_a_script(visit: Visiting, client: Client) -> None:
    text = TEXTS["kk"]
    async with (
        visit(java_script_enabled=False) as author,
        visit(java_script_enabled=False, width=360) as signer,
    ):
        path = await steps.start_petition(author, "serik", text)
        await steps.steer(author.page, "submit")
        await signer.open(path)
        await signer.page.get_by_role("link", name=say("petition.sign"), exact=True).click()
        await signer.choose("olga")
        await steps.confirm_signature(signer.page)
        await author.open(path)
        await expect(author.page.locator(".count-number")).to_have_text("1")

        await steps.withdraw_on_my_page(signer.page, f"{signer.site.url}/me", text["title"])
        await author.page.reload()
        await expect(author.page.locator(".count-number")).to_have_text("0")
        assert await client.count(path.rpartition("/")[2]) == 0


async def test_a_wrong_answer_is_explained_and_nothing_written_is_lost(visit: Visiting) -> None:
    async with visit(person="serik", java_script_enabled=False, width=360) as author:
        page = author.page
        await author.open("/petitions/start/write")
        await page.get_by_label(say("start.category")).select_option("health")
        await steps.go_on(page)
        await page.get_by_label(say("start.title"), exact=True).fill("Too short")
        await steps.go_on(page)
        await expect(page.locator(".error-summary")).to_contain_text(say("start.error.title", count=10))
        title = page.get_by_label(say("start.title"), exact=True)
        await expect(title).to_have_value("Too short")
        await expect(title).to_have_attribute("aria-invalid", "true")
        await page.get_by_role("button", name=say("start.back"), exact=True).click()
        await expect(page.get_by_label(say("start.category"))).to_have_value("health")
        await steps.go_on(page)
        await expect(title).to_have_value("Too short")


async def test_search_and_filters_without_a_script(visit: Visiting, client: Client) -> None:
    petition = await client.petition("kk")
    await client.finds(petition, "кітапханаларды")
    async with visit(java_script_enabled=False, width=360) as reader:
        await reader.open("/petitions")
        await reader.page.locator("#q").fill("кітапханаларды")
        await steps.press(reader.page, say("form.search"))
        await expect(reader.page.locator("#results .petition-card").first).to_contain_text("кітапханаларды")
