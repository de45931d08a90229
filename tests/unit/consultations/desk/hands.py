"""What officials do at the desk, and what they hand in."""

from __future__ import annotations

import httpx

from tests.drafting import markdown
from tests.unit.consultations.pages.world import HTML, World, hidden

DESK = "/consultations/desk"
BOTH = ("kk", "ru")


async def send(world: World, address: str, **typed: str) -> httpx.Response:
    """Opens a form and sends it with what was typed; names with a dot are written with two underscores."""
    page = await world.get(address)
    assert page.status_code == 200, page.text
    sent = {name.replace("__", "."): value for name, value in typed.items()}
    return await world.post(address, {**hidden(page.text, address.partition("?")[0]), **sent})


async def upload(world: World, consultation: str, files: dict[str, tuple[str, bytes]], **typed: str) -> httpx.Response:
    """Sends files by language to the form for a version."""
    address = f"{DESK}/{consultation}/versions"
    form = hidden((await world.get(address)).text, address)
    sent = {f"file.{language}": file for language, file in files.items()}
    data = form | {name.replace("__", "."): value for name, value in typed.items()}
    headers = {**HTML, "sec-fetch-site": "same-origin"}
    return await world.client.post(address, data=data, files=sent, headers=headers)


def texts(*articles: str) -> dict[str, tuple[str, bytes]]:
    """The same articles in Kazakh and in Russian."""
    return {language: ("draft.md", markdown(language, *articles).encode()) for language in BOTH}
