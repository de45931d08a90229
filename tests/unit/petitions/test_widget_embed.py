"""The box that other sites frame, the picture they show, and what the petition's page says about both."""

from __future__ import annotations

import html
import io
import re

import pytest
from PIL import Image

from services.petitions.domain.status import Status
from tests.unit.petitions.pages_support import AUTHOR, HTML, ORIGIN, Stored, pages, petition

ONE = petition(title='Open <the> "lake"')
PATH = f"/petitions/{ONE.id}"


def stored() -> Stored:
    return Stored(petitions=[ONE])


async def test_any_site_may_frame_the_box_and_only_the_box() -> None:
    async with pages(stored()) as world:
        box, page = await world.get(f"{PATH}/embed"), await world.get(PATH)

    assert box.status_code == 200
    policy = dict(part.split(" ", 1) for part in box.headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == "*"
    assert policy["script-src"] == "'self'"
    assert policy["form-action"] == policy["default-src"] == policy["base-uri"] == "'none'"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert box.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_the_box_sets_no_cookie_and_asks_no_other_site(language: str) -> None:
    async with pages(stored()) as world:
        box = await world.get(f"{PATH}/embed?lang={language}")

    assert "set-cookie" not in box.headers
    assert f'<html lang="{language}">' in box.text
    assert box.headers["content-language"] == language
    sources = re.findall(r'(?:src|href)="([^"]+)"', box.text)
    assert sources
    assert all(each.startswith(("/static/", f"{ORIGIN}{PATH}")) for each in sources), sources
    assert "csrf_token" not in box.text
    assert "style=" not in box.text


async def test_the_box_has_the_count_without_a_script_and_follows_it_with_one() -> None:
    async with pages(stored()) as world:
        box = (await world.get(f"{PATH}/embed")).text

    assert '<span class="count-number" data-live="count">0</span>' in box
    assert f'data-live-url="/api/petitions/v1{PATH}/live"' in box
    assert "Open &lt;the&gt; &#34;lake&#34;" in box
    assert "<the>" not in box
    assert re.search(r'<script type="module" src="/static/live\.[0-9a-f]+\.js"></script>', box)


async def test_the_box_of_somebody_signed_in_shows_nothing_of_theirs() -> None:
    async with pages(stored()) as world:
        await world.sign_in(AUTHOR)
        box = await world.get(f"{PATH}/embed")

    assert AUTHOR.given_name not in box.text
    assert "no-store" in box.headers["cache-control"], "nor does a cache learn who has a session"


async def test_the_box_is_kept_and_known_again() -> None:
    async with pages(stored()) as world:
        first = await world.get(f"{PATH}/embed")
        again = await world.get(f"{PATH}/embed", **{"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"].startswith("public, max-age=5")
    assert again.status_code == 304
    policies = ("content-security-policy", "x-frame-options", "referrer-policy", "access-control-allow-origin")
    assert [again.headers.get(name) for name in policies] == [first.headers.get(name) for name in policies], (
        "a browser replaces the headers of its copy with these"
    )
    assert "frame-ancestors *" in again.headers["content-security-policy"]


@pytest.mark.parametrize("what", ["embed", "share.png"])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.GATHERING, Status.MODERATION])
async def test_what_is_not_public_cannot_be_shown(what: str, status: Status) -> None:
    async with pages(Stored(petitions=[petition(status)])) as world:
        await world.sign_in(AUTHOR)
        assert (await world.get(f"/petitions/{petition().id}/{what}")).status_code == 404


async def test_a_closed_petition_is_not_followed() -> None:
    async with pages(Stored(petitions=[petition(Status.CLOSED)])) as world:
        assert "data-live-url" not in (await world.get(f"{PATH}/embed")).text


async def test_the_picture_is_for_all_sites() -> None:
    async with pages(stored()) as world:
        answer = await world.client.get(f"{PATH}/share.png?n=3")
        again = await world.client.get(f"{PATH}/share.png", headers={"if-none-match": answer.headers["etag"]})
        since = {"if-modified-since": answer.headers["last-modified"]}
        assert (await world.client.get(f"{PATH}/share.png", headers=since)).status_code == 304

    assert (answer.headers["content-type"], answer.headers["access-control-allow-origin"]) == ("image/png", "*")
    assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
    assert answer.headers["cache-control"].startswith("public, max-age=30")
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    assert again.status_code == 304


async def test_the_page_tells_other_sites_what_to_show() -> None:
    async with pages(stored()) as world:
        page = (await world.get(PATH)).text

    head = page.split("</head>")[0]
    meta = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', head))
    assert meta["og:image"] == f"{ORIGIN}{PATH}/share.png?n=0"
    assert html.unescape(meta["og:title"]) == ONE.text.title
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["twitter:card"] == "summary_large_image"
    assert meta["og:url"] == f"{ORIGIN}{PATH}"
    links = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', head)
    assert [kind for kind, _ in links] == [
        "application/atom+xml",
        "application/feed+json",
        "text/csv",
        "application/json",
        "application/json+oembed",
    ]
    assert f"/oembed?url=http%3A%2F%2F127.0.0.1%3A8080%2Fpetitions%2F{ONE.id}" in links[-1][1]


async def test_the_page_has_the_snippet_and_the_data() -> None:
    async with pages(stored()) as world:
        page = (await world.get(PATH)).text

    code = html.unescape(re.findall(r'<textarea[^>]+id="embed-code"[^>]*>(.*?)</textarea>', page, re.DOTALL)[0])
    assert code.startswith(f'<iframe src="{ORIGIN}{PATH}/embed?lang=en" title="Open &lt;the&gt; &#34;lake&#34;"')
    assert f'href="/api/petitions/v1/open{PATH}/history.csv"' in page


async def test_the_list_offers_itself_with_its_filters() -> None:
    async with pages(stored()) as world:
        page = (await world.get("/petitions?q=lake&state=closed&category=environment")).text
        discussed = (await world.get("/petitions?state=discussed")).text
        everything = (await world.get("/petitions?state=all")).text

    links = dict(re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', page))
    closed = ("consideration", "answered", "archived", "closed")
    wanted = "&".join(("q=lake", "category=environment", *(f"status={each}" for each in closed)))
    assert html.unescape(links["text/csv"]) == f"/api/petitions/v1/open/petitions.csv?{wanted}"
    assert html.unescape(links["application/atom+xml"]).endswith(f"{wanted}&lang=en")
    assert 'href="/api/petitions/v1/open/petitions.csv?status=discussion"' in discussed
    assert 'href="/api/petitions/v1/open/petitions.csv"' in everything


async def test_a_draft_page_offers_nothing_to_other_sites() -> None:
    async with pages(Stored(petitions=[petition(Status.DRAFT)])) as world:
        await world.sign_in(AUTHOR)
        page = (await world.client.get(f"/petitions/{petition().id}", headers=HTML)).text

    assert "og:image" not in page
    assert "embed-code" not in page
