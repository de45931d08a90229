"""oEmbed: what a site gets that knows no more than a petition's address."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest

from kenes.web.problems import Problem
from services.petitions.opendata.oembed import frame, petition_of
from tests.unit.petitions.opendata_support import Facts, OpenWorld, open_world
from tests.unit.petitions.pages_support import ORIGIN, petition

ONE = petition(title='Open <the> "lake" & shore')
URL = f"{ORIGIN}/petitions/{ONE.id}"


@pytest.fixture
async def world() -> AsyncIterator[OpenWorld]:
    async with open_world(Facts(petitions=[ONE])) as found:
        found.counted(ONE.id, 42)
        yield found


class Frames(HTMLParser):
    """The attributes of each element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def test_a_petition_is_shown_as_a_frame(world: OpenWorld) -> None:
    answer = (await world.get(f"/oembed?url={URL}&format=json&maxwidth=300&maxheight=9999")).json()

    assert (answer["type"], answer["version"], answer["provider_url"]) == ("rich", "1.0", ORIGIN)
    assert (answer["width"], answer["height"]) == (300, 480)
    assert answer["thumbnail_url"] == f"{URL}/share.png?n=42"
    ((tag, attributes),) = Frames(answer["html"]).found
    assert tag == "iframe"
    assert attributes["src"] == f"{URL}/embed?lang=en"
    assert attributes["title"] == ONE.text.title == answer["title"]
    assert (attributes["width"], attributes["referrerpolicy"]) == ("300", "no-referrer")


async def test_another_language_may_be_asked_for(world: OpenWorld) -> None:
    assert "lang=kk" in (await world.get(f"/oembed?url={URL}&lang=kk")).json()["html"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 404, "petition-unknown"),
        ("url=https://elsewhere.example/petitions/1", 404, "petition-unknown"),
        (f"url={ORIGIN}/petitions", 404, "petition-unknown"),
        (f"url={ORIGIN}/petitions/{ONE.id}/sign", 404, "petition-unknown"),
        (f"url={ORIGIN}/petitions/unknown", 404, "petition-unknown"),
        ("url=http://[", 404, "petition-unknown"),
        ("url=javascript:alert(1)", 404, "petition-unknown"),
        (f"url={URL}&format=xml", 501, "format-unsupported"),
        (f"url={URL}&maxwidth=0", 422, "input-invalid"),
        (f"url={URL}&maxheight=x", 422, "input-invalid"),
        (f"url={URL}&lang=de", 422, "input-invalid"),
    ],
)
async def test_what_cannot_be_shown_is_refused(world: OpenWorld, query: str, status: int, code: str) -> None:
    answer = await world.get(f"/oembed?{query}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("address", [URL, f"{URL}/", f"{URL}/embed?lang=ru", URL.replace("http:", "https:") + "#share"])
def test_all_forms_of_an_address_are_known(address: str) -> None:
    assert petition_of(address, ORIGIN) == ONE.id


def test_another_port_is_another_site() -> None:
    with pytest.raises(Problem):
        petition_of(URL.replace("8080", "8081"), ORIGIN)


def test_the_snippet_escapes_what_people_wrote() -> None:
    snippet = frame(ORIGIN, ONE.id, ONE.text.title, "kk")

    assert html.escape(ONE.text.title, quote=False).split('"')[0] in snippet
    assert "<the>" not in snippet
