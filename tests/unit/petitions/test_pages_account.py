"""A person's own pages: the download, and being erased only after having been told what that means."""

import pytest

from tests.unit.petitions.pages_support import AUTHOR, KEYRING, READER, Stored, hidden, pages

ERASE = "/me/erase"


@pytest.mark.parametrize("path", ["/me", "/me/data", ERASE])
async def test_a_visitor_is_sent_to_sign_in(path: str) -> None:
    async with pages() as world:
        answer = await world.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"?next={path}")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_the_own_page_leads_to_the_download_and_to_erasing(language: str) -> None:
    async with pages() as world:
        await world.sign_in(READER)
        page = await world.get(f"/me?lang={language}")
        assert 'href="/me/data"' in page.text
        assert f'href="{ERASE}"' in page.text
        assert (await world.get(f"{ERASE}?lang={language}")).status_code == 200
        assert (await world.get(f"/me/erased?lang={language}")).headers["location"] == "/me", "nobody is erased here"
    async with pages() as world:
        assert (await world.get(f"/me/erased?lang={language}")).status_code == 200


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_the_files_of_other_services_are_linked_where_these_have_a_site(language: str) -> None:
    files = {"https://talk.example/consultations/mine/data", "https://told.example/notifications/data"}
    sites = {"petitions": "http://127.0.0.1:8080", "consultations": "https://talk.example"}
    async with pages(sites={**sites, "notifications": "https://told.example/"}) as world:
        await world.sign_in(READER)
        for path in ("/me", ERASE):
            page = (await world.get(f"{path}?lang={language}")).text
            assert all(f'href="{file}"' in page for file in files), path
    async with pages(sites=sites) as world:
        await world.sign_in(READER)
        for path in ("/me", ERASE):
            page = (await world.get(f"{path}?lang={language}")).text
            assert "/consultations/mine/data" in page
            assert "/notifications/data" not in page, "there is no such site"


async def test_the_download_is_a_file_for_one_person_alone() -> None:
    async with pages(Stored(standing_of={READER.id})) as world:
        await world.sign_in(READER)
        file = await world.get("/me/data")
    assert file.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert file.headers["cache-control"] == "private, no-store"
    held = file.json()
    assert held["identity"]["subject"] == READER.subject
    assert len(held["signatures"]["items"]) == 1
    assert len(held["sessions"]["items"]) == 1
    assert "without your cookie" in held["sessions"]["what"], "in the language of the page"
    assert all(f"of the {other} service" in held["what"] for other in ("consultations", "notifications"))


async def test_asking_changes_nothing_and_says_what_stays() -> None:
    async with pages() as world:
        await world.sign_in(AUTHOR)
        page = await world.get(ERASE)
        assert page.headers["cache-control"] == "private, no-store"
        for words in ("cannot be undone", "still count", "without your name", "up to 30 days", "not ours"):
            assert words in page.text
        assert world.vault.destroyed == []
        assert (await world.get("/me")).status_code == 200


async def test_confirming_erases_once_and_ends_every_session() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        await world.sign_in(READER)  # replaced: a login ends the session before it
        fields = hidden((await world.get(ERASE)).text, ERASE)
        elsewhere = next(iter(world.sessions.sessions.values()))
        assert elsewhere.owner == KEYRING.index(READER.id)
        done = await world.post(ERASE, fields)
        assert done.status_code == 303
        assert done.headers["location"] == "/me/erased"
        assert "Max-Age=0" in done.headers["set-cookie"]
        assert world.vault.destroyed == [READER.id]
        assert world.sessions.sessions == {}
        again = await world.post(ERASE, fields)
        assert again.headers["location"].startswith("/auth/login"), "nobody is signed in any more"
        assert world.vault.destroyed == [READER.id]


async def test_without_the_token_of_the_page_nobody_is_erased() -> None:
    async with pages() as world:
        await world.sign_in(READER)
        fields = hidden((await world.get(ERASE)).text, ERASE)
        for spoiled in ({**fields, "confirmation": "x" * 43}, {"csrf_token": fields["csrf_token"]}, {"x": "y"}):
            assert (await world.post(ERASE, spoiled)).status_code == 403
        assert world.vault.destroyed == []
        assert (await world.get("/me")).status_code == 200
