"""The root of the site, and the way to the other service's."""

from kenes.web.pages import NavItem
from services.consultations.pages.site import SHELL, shell_of
from tests.unit.consultations.pages.world import pages


async def test_the_root_leads_to_the_list() -> None:
    async with pages() as world:
        answer = await world.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/consultations")


def test_the_menu_leads_to_petitions_where_they_have_a_site() -> None:
    shell = shell_of({"petitions": "https://petitions.example/", "consultations": "https://drafts.example"})
    assert shell.nav == (NavItem("nav.petitions", "https://petitions.example/petitions"), *SHELL.nav)
    assert shell.home == "https://petitions.example/"
    assert shell_of({"consultations": "https://drafts.example"}) is SHELL
