"""Nothing happens that a person did not confirm, and nothing happens twice."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.async_api import Browser, Page, Route, expect

from tests.e2e import steps
from tests.e2e.browsing import Visiting, Visitor, in_browser, words
from tests.e2e.journey import AUTHOR, EUROPEANS, SIGNER, Library, Stop, Stops, on_every_page, stops, travel
from tests.e2e.site import Client, Site

pytestmark = in_browser
say = words["en"]
TRAP = "http://localhost:9/"  # nobody listens there: the tests answer for it
FIELDS = "[...document.querySelectorAll('main form input[type=hidden]')].map(({ name, value }) => [name, value])"
POST = """([action, fields]) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = action;
    for (const [name, value] of fields) {
        const input = document.createElement("input");
        input.type = "hidden";
        input.name = name;
        input.value = value;
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""


async def post(page: Page, action: str, fields: list[list[str]]) -> None:
    """Sends a form from the page that is open."""
    async with page.expect_navigation():
        await page.evaluate(POST, [action, fields])


async def test_a_confirmation_sent_again_is_refused_and_the_count_stays(visit: Visiting, client: Client) -> None:
    petition = await client.petition("en")
    sign = f"/petitions/{petition}/sign"
    async with visit(person="pavel") as signer:
        page = signer.page
        await signer.open(sign)
        fields = await page.evaluate(FIELDS)
        await steps.confirm_signature(page)
        await post(page, sign, fields)
        await expect(signer.heading).to_have_text(say("problem.confirmation-used.title"))
        assert await client.count(petition) == 1

        await steps.withdraw_on_my_page(page, f"{signer.site.url}/me", "Plant trees")
        await post(page, sign, fields)
        await expect(signer.heading).to_have_text(say("problem.confirmation-used.title"))
        assert await client.count(petition) == 0, "an old confirmation must not sign for a person who withdrew"


async def test_the_back_button_after_signing_shows_that_one_has_signed(visit: Visiting, client: Client) -> None:
    petition = await client.petition("en")
    async with visit(person="pavel", width=360) as signer:
        await signer.open(f"/petitions/{petition}/sign")
        await steps.confirm_signature(signer.page)
        await signer.page.go_back()
        await expect(signer.heading).to_have_text(say("problem.already-signed.title"))
        await signer.page.go_forward()
        await expect(signer.heading).to_have_text(say("receipt.signed"))
    assert await client.count(petition) == 1


async def test_a_confirmation_of_one_petition_or_person_is_worth_nothing_elsewhere(
    visit: Visiting, client: Client
) -> None:
    one, other = await client.petition("en"), await client.petition("ru")
    async with visit(person="pavel") as signer, visit(person="gulnar") as thief:
        await signer.open(f"/petitions/{one}/sign")
        fields = await signer.page.evaluate(FIELDS)
        await post(signer.page, f"/petitions/{other}/sign", fields)
        await expect(signer.heading).to_have_text(say("problem.confirmation-unknown.title"))
        await thief.open("/me")
        await post(thief.page, f"/petitions/{one}/sign", fields)
        await expect(thief.heading).to_have_text(say("problem.form-expired.title"))
    assert [await client.count(one), await client.count(other)] == [0, 0]


async def test_another_site_cannot_sign_or_sign_out_for_a_visitor(visit: Visiting, client: Client) -> None:
    petition = await client.petition("en")
    async with visit(person="pavel") as signer:
        page = signer.page
        for target in (f"/petitions/{petition}/sign", "/auth/logout"):
            await signer.open(f"/petitions/{petition}/sign")
            await page.route(TRAP, trap(signer.site.url + target, await page.evaluate(FIELDS)))
            await page.goto(TRAP)
            await page.get_by_role("button", name="Prize").click()
            await expect(signer.heading).to_have_text(say("problem.cross-site.title"))
            await page.unroute(TRAP)
        await signer.open("/me")
        await expect(signer.heading).to_have_text(say("nav.me"))
    assert await client.count(petition) == 0


def trap(target: str, fields: list[list[str]]) -> Callable[[Route], Awaitable[None]]:
    """A page of another site whose button posts to ours, even with tokens that are right."""
    inputs = "".join(f'<input name="{name}" value="{html.escape(value)}">' for name, value in fields)
    form = f'<form method="post" action="{target}">{inputs}<button>Prize</button></form>'

    async def answer(route: Route) -> None:
        await route.fulfill(body=f'<link rel="icon" href="data:,">{form}', content_type="text/html")

    return answer


@on_every_page
async def test_opening_every_link_changes_nothing(
    browser: Browser, site: Site, library: Library, pages: Stops, client: Client
) -> None:
    before = await facts(client, library)
    links: dict[str | None, set[str]] = {}

    async def look(stop: Stop, visitor: Visitor) -> None:
        found = await visitor.page.evaluate(
            "[...document.querySelectorAll('a[href], form[action]')].map(each => each.href || each.action)"
        )
        own = {urljoin(visitor.page.url, each) for each in found}
        new = {each for each in own if urlsplit(each).netloc == urlsplit(site.url).netloc and "/live" not in each}
        visited = links.setdefault(stop.person, set())
        for link in new - visited:
            await visitor.page.request.get(link, headers={"accept": "text/html"}, max_redirects=0)
        visited |= new

    await travel(browser, site, pages(library), look)
    seen = {urlsplit(each).path.rpartition("/")[2] for each in set().union(*links.values())}
    assert seen >= ({"withdraw", "close"} if pages is stops else {"retract", "hide", "leave"})
    assert await facts(client, library) == before


async def facts(client: Client, library: Library) -> dict[str, Any]:
    """What a click could have changed."""
    petitions = (library.gathering, library.collecting, library.untouched, library.closed)
    kept = ("status", "timeline", "count", "text")
    found: dict[str, Any] = {}
    for petition in petitions:
        answer = await client.read(f"/petitions/{petition}")
        found[petition] = {name: answer[name] for name in kept}
    found["comments"] = await client.read(f"/petitions/{library.discussed}/comments")
    found["organisers"] = await client.read(f"/petitions/{library.initiative}/organisers", EUROPEANS[0])
    found["signed"] = await client.read("/me/signatures", SIGNER)
    found["authored"] = {
        each["id"]: each["status"] for each in (await client.read("/me/petitions", AUTHOR))["petitions"]
    }
    return found
