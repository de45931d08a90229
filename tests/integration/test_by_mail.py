"""From a form to a counted signature by mailed link, through a real relay; and paper that reaches a goal with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from kenes.mail.address import ISSUER
from tests.by_mail import Sink, packs_with_mail
from tests.integration.api import Api, problem
from tests.integration.trail import KEYRING, trail
from tests.processes import Product, running_product

pytestmark = pytest.mark.stack

HTML = {"accept": "text/html", "accept-language": "en", "sec-fetch-site": "same-origin"}


@dataclass
class World:
    product: Product
    sink: Sink
    api: Api


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("by-mail")
    sink = Sink(folder)
    sink.start()
    try:
        with running_product(environment=sink.environment(packs_with_mail(folder))) as product, Api(product) as api:
            yield World(product, sink, api)
    finally:
        sink.child.stop()


def browser(world: World) -> httpx.Client:
    """Somebody without an account and without a cookie."""
    return httpx.Client(base_url=world.product.url, headers=HTML, timeout=60)


def filled(email: str, **changes: str) -> dict[str, str]:
    told = {"given_name": "Moira", "family_name": "Macfarlane-Quigg", "email": email, "residence": "sw1a 1aa"}
    return told | {"listed": "yes", "declared": "yes"} | changes


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def ask(someone: httpx.Client, place: str, form: dict[str, str]) -> httpx.Response:
    answer = someone.post(place, data=form)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{place}/sent"
    return someone.get(answer.headers["location"])


def follow(someone: httpx.Client, link: str) -> httpx.Response:
    """Opens a link, sees the page, presses its button; the answer to that."""
    page = someone.get(path(link))
    assert page.status_code == 200, page.text
    action = re.search(r'<form class="form" method="post" action="([^"]+)"', page.text)
    assert action is not None
    return someone.post(action[1])


def test_a_letter_signs_once_for_one_mailbox_and_withdraws(world: World) -> None:
    api, petition = world.api, world.api.open(world.api.person(), pack="by-mail")
    place = f"/petitions/{petition}/by-mail/sign"
    with browser(world) as someone:
        assert place in someone.get(f"/petitions/{petition}").text
        assert someone.post(place, data=filled("nobody", residence="75000", declared="")).status_code == 422
        sent = ask(someone, place, filled("Moira.M+petition@gmail.com"))
        link = world.sink.link("Moira.M+petition@gmail.com")
        for _ in range(3):  # programs that look into mail open links
            assert someone.get(path(link)).status_code == 200
            assert someone.head(path(link)).status_code == 200
        assert api.count(petition) == 0

        signed = follow(someone, link)
        receipt = someone.get(signed.headers["location"])
        assert (signed.status_code, receipt.status_code) == (303, 200)
        assert "Your signature is counted" in receipt.text
        assert api.count(petition) == 1
        assert someone.get(path(link)).status_code == 409
        assert someone.post(path(link)).status_code == 409

        again = ask(someone, place, filled("moiram@googlemail.com", residence="EH99 1SP"))
        assert again.text == sent.text, "the same answer whether or not the mailbox has signed"
        refused = someone.get(follow(someone, world.sink.link("moiram@googlemail.com")).headers["location"])
        assert "You have signed this petition already" in refused.text
        assert f"/petitions/{petition}/by-mail/withdraw" in refused.text
        assert api.count(petition) == 1

        ask(someone, f"/petitions/{petition}/by-mail/withdraw", {"email": "moiram@gmail.com"})
        taken = follow(someone, world.sink.link("moiram@gmail.com"))
        assert "withdrawn" in someone.get(taken.headers["location"]).text
        assert api.count(petition) == 0


def test_letters_to_one_mailbox_are_few_and_nobody_is_told(world: World) -> None:
    petition = world.api.open(world.api.person(), pack="by-mail")
    place = f"/petitions/{petition}/by-mail/sign"
    with browser(world) as someone:
        answers = {ask(someone, place, filled("often@example.org")).text for _ in range(5)}
        assert len(answers) == 1
        assert len(world.sink.letters("often@example.org")) == 3
        other = world.api.open(world.api.person())
        assert someone.get(f"/petitions/{other}/by-mail/sign").status_code == 404, "its pack asks for more"


def test_paper_and_mail_reach_a_goal_together_and_stay_apart(world: World) -> None:
    api, petition = world.api, world.api.open(world.api.person(), pack="by-mail")
    registrar = api.person(roles=["registrar"])
    counts = [{"region": "GB-ENG", "count": 9}]
    sheets = {"reference": "File 7", "sheets": [{"number": "1", "counts": counts, "scan": "a" * 64}]}
    problem(api.ask("POST", f"/petitions/{petition}/paper", api.person(), json=sheets), 403, "not-allowed")
    assert api.ask("POST", f"/petitions/{petition}/paper", registrar, json=sheets).status_code == 200
    problem(api.ask("POST", f"/petitions/{petition}/paper", registrar, json=sheets), 409, "sheet-entered")
    with browser(world) as someone:
        ask(someone, f"/petitions/{petition}/by-mail/sign", filled("tenth@example.org"))
        assert follow(someone, world.sink.link("tenth@example.org")).status_code == 303
        page = someone.get(f"/petitions/{petition}/paper")
        assert "a" * 64 in page.text
        assert "GB-ENG" not in page.text
    found = api.eventually(f"/petitions/{petition}", None, lambda found: found["reached"])
    assert found["reached"][0]["count"] == 10
    assert (found["count"]["count"], found["on_paper"], found["paper"][0]["signatures"]) == (1, 9, 9)
    opened = api.ask("GET", f"/open/petitions/{petition}/paper.json", wait=0).json()
    assert (opened["signatures"], opened["counts"]) == (9, True)
    csv = api.ask("GET", f"/open/petitions/{petition}/paper.csv", wait=0).text
    assert csv.splitlines()[1].endswith(f",1,9,{'a' * 64}")


def test_by_mail_a_person_is_erased_and_the_mailbox_still_signs_once(world: World) -> None:
    api, petition = world.api, world.api.open(world.api.person(), pack="by-mail")
    place = f"/petitions/{petition}/by-mail/sign"
    words = [b"forgotten@example.org", b"Macfarlane-Quigg"]
    person = f"{ISSUER}|forgotten@example.org"
    with browser(world) as someone:
        ask(someone, place, filled("forgotten@example.org"))
        assert follow(someone, world.sink.link("forgotten@example.org")).status_code == 303
        before = trail(world.product)
        assert {word: places for word, places in before.told(words).items() if places} == {}, "only ever sealed"
        opened = before.opened([before.keys[KEYRING.index(person)]], ["", petition])
        assert any("forgotten@example.org" in each for each in opened)

        ask(someone, "/by-mail/erase", {"email": "Forgotten@example.org"})
        gone = follow(someone, world.sink.link("Forgotten@example.org"))
        assert gone.headers["location"] == "/me/erased"
        after = trail(world.product)
        assert KEYRING.index(person) not in after.keys
        assert not [each for each in after.opened(after.keys.values(), ["", petition]) if "forgotten" in each]
        assert KEYRING.index(person) not in after.places.get("collection mailed_links", b"")
        assert api.count(petition) == 1

        ask(someone, place, filled("forgotten@example.org"))
        refused = someone.get(follow(someone, world.sink.link("forgotten@example.org")).headers["location"])
        assert "You have signed this petition already" in refused.text
        assert api.count(petition) == 1


def test_audit_finds_nothing(world: World) -> None:
    status, told = world.product.run("audit")
    assert status == 0, told
