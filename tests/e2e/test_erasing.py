"""Being erased on a phone, without a script: told first, confirmed once, signed out, and nobody's name is left."""

from __future__ import annotations

import json

from playwright.async_api import expect

from tests.e2e.browsing import PHONE, Visiting, Visitor, in_browser, words
from tests.e2e.site import Client

pytestmark = in_browser
say = words["en"]


async def test_somebody_takes_their_data_and_is_erased(visit: Visiting, client: Client) -> None:
    petition = await client.petition("en")
    await client.sign(petition, "dana")
    async with visit(person="dana", width=PHONE, java_script_enabled=False) as signer:
        await signer.open("/me")
        held = await _downloaded(signer)
        assert petition in [line["petition"] for line in held["signatures"]["items"]]
        assert held["sessions"]["items"], "a session from a real login is found by its person"
        await signer.page.get_by_role("link", name=say("me.erase_link")).click()
        await expect(signer.heading).to_have_text(say("erase.heading"))
        await signer.page.get_by_role("button", name=say("erase.confirm")).click()
        await expect(signer.heading).to_have_text(say("erased.heading"))
        # Signed in again at the same provider, the page is empty and the signature counts.
        await signer.sign_in("dana")
        await expect(signer.page.locator("main")).to_contain_text(say("me.signed_none"))
    assert await client.count(petition) == 1


async def _downloaded(visitor: Visitor) -> dict[str, dict[str, list[dict[str, str]]]]:
    async with visitor.page.expect_download() as coming:
        await visitor.page.get_by_role("link", name=say("me.download")).click()
    download = await coming.value
    assert download.suggested_filename == "my-data.json"
    path = await download.path()
    found: dict[str, dict[str, list[dict[str, str]]]] = json.loads(path.read_text(encoding="utf-8"))
    return found
