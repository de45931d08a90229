"""Two people at two browsers: what one does, the other sees without reloading."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e import steps
from tests.e2e.browsing import Visiting, in_browser, words
from tests.e2e.site import TEXTS, Client

pytestmark = in_browser
say = words["en"]
COUNT = ".count-panel [data-live=count]"
# Whatever happens to a page except a reload leaves this on it.
MARK = "window.stillTheSamePage = true"
MARKED = "window.stillTheSamePage === true"


async def test_a_signature_and_its_withdrawal_are_seen_live_by_both(visit: Visiting, client: Client) -> None:
    text = TEXTS["ru"]
    async with visit() as author, visit(person="yerlan") as signer:
        path = await steps.start_petition(author, "aigerim", text)
        await steps.steer(author.page, "submit")
        await author.open(path)
        await signer.open(path)
        pages: tuple[Page, Page] = (author.page, signer.page)
        for page in pages:
            await expect(page.locator(COUNT)).to_have_text("0")
            await page.evaluate(MARK)

        tab = await signer.another_tab(path)
        await tab.get_by_role("link", name=say("petition.sign"), exact=True).click()
        told = tab.locator("dl.summary")
        await expect(told).to_contain_text("Astana")
        await expect(told).to_contain_text(say("sign.name_body"))
        await expect(told).to_contain_text(say("sign.hidden_body"))
        receipt = await steps.confirm_signature(tab, public_name="Ерлан Ж.")
        for page in pages:
            await expect(page.locator(COUNT)).to_have_text("1")
        assert await client.count(path.rpartition("/")[2]) == 1

        await steps.open_until(tab.locator(".names"), signer.site.url + path)
        await expect(tab.locator(".names")).to_have_text("Ерлан Ж.")
        await expect(tab.locator("main")).not_to_contain_text("Жақыпов")
        await expect(tab.get_by_role("link", name=say("petition.sign"), exact=True)).to_have_count(0)

        await steps.withdraw_on_my_page(tab, f"{signer.site.url}/me", text["title"])
        for page in pages:
            await expect(page.locator(COUNT)).to_have_text("0")
            assert await page.evaluate(MARKED), "the page was loaded again"

        story = await author.page.locator(".timeline").inner_text()
        await steps.reload_until(author.page.get_by_text(say("petition.names_none")))
        assert await author.page.locator(".timeline").inner_text() == story, "nobody is told of a withdrawal"
        await expect(author.page.locator("main")).not_to_contain_text("Ерлан")
        assert receipt.startswith("signature-")


async def test_a_receipt_tells_anybody_who_holds_it_what_became_of_it_and_not_who_signed(
    visit: Visiting, client: Client
) -> None:
    petition = await client.petition("kk")
    async with visit(person="dana", width=360) as signer, visit() as stranger:
        await signer.open(f"/petitions/{petition}/sign")
        number = await steps.confirm_signature(signer.page)
        address = signer.page.url.removeprefix(signer.site.url)
        assert address == f"/petitions/{petition}/receipts/{number}"
        await stranger.open(address)
        await expect(stranger.heading).to_have_text(say("receipt.signed"))
        await expect(stranger.page.locator(".receipt-number")).to_have_text(number)
        for name in ("Дана", "Оразбек"):
            await expect(stranger.page.locator("main")).not_to_contain_text(name)


async def test_many_signatures_move_the_count_of_a_reader_up_to_the_last_one(visit: Visiting, client: Client) -> None:
    petition = await client.petition("en")
    async with visit(width=360) as reader:
        await reader.open(f"/petitions/{petition}?lang=ru")
        await reader.page.evaluate(MARK)
        await client.sign_by_crowd(petition, 22)
        panel = reader.page.locator(".count-panel")
        await expect(panel.locator("[data-live=count]")).to_have_text("22")
        await expect(panel.locator("[data-live=words]")).to_have_text("подписи")
        await expect(panel.locator(".meter")).to_have_attribute("aria-valuenow", "22")
        assert await reader.page.evaluate(MARKED)
