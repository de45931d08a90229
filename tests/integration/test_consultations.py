"""Consultations on real Kafka: people are heard, counted and answered exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.integration.api import problem
from tests.integration.consulting import PREFIX, STATEMENT, Consulting
from tests.processes import Product, running_product

pytestmark = pytest.mark.stack

VOTES: Final = ("agree", "disagree", "pass")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A running consultations service with servers of its own."""
    limits = {"KENES_WEB__READ_LIMIT": "1000000", "KENES_WEB__ANONYMOUS_WRITE_LIMIT": "1000000"}
    with running_product(service="consultations", environment=limits) as started:
        yield started


@pytest.fixture
def api(product: Product) -> Iterator[Consulting]:
    """Its API."""
    with Consulting(product) as opened:
        yield opened


def test_from_a_draft_to_an_answer(api: Consulting) -> None:
    consultation = api.open()
    speaker, neighbour = api.person(), api.person()
    comment = api.comment(consultation, speaker, "Мерзімі тым ұзақ.")
    read = api.ask("GET", f"/consultations/{consultation}/comments/{comment}", wait=0).json()
    assert (read["text"], read["clause"], read["votes"]) == ("Мерзімі тым ұзақ.", "art_1", dict.fromkeys(VOTES, 0))

    assert api.vote(consultation, comment, neighbour).status_code == 200
    assert api.vote(consultation, comment, neighbour, "disagree").status_code == 200
    assert api.votes(consultation, comment) == {"agree": 0, "disagree": 1, "pass": 0}
    reply = api.comment(consultation, neighbour, "Келіспеймін.", parent=comment)
    told = {"outcome": "accepted", "statement": STATEMENT}
    api.done("POST", f"/consultations/{consultation}/comments/{comment}/reply", api.agent, json=told)

    path = f"/consultations/{consultation}/comments?clause=art_1"
    found = api.eventually(path, lambda told: len(told["comments"]) == 2 and told["comments"][0]["reply"])
    shown = found["comments"]
    assert [(each["id"], each["depth"]) for each in shown] == [(comment, 0), (reply, 1)]
    assert shown[0]["reply"]["outcome"] == "accepted"
    assert api.ask("GET", f"/consultations/{consultation}/votes/mine", neighbour, wait=0).json() == {
        "votes": {comment: "disagree"}
    }


def test_what_is_refused_changes_nothing(api: Consulting) -> None:
    consultation, other = api.open(), api.open()
    speaker = api.person()
    comment = api.comment(consultation, speaker)
    path = f"/consultations/{consultation}/comments"
    body = {"text": "Дауыс.", "language": "kk", "version": 1}

    problem(api.vote(consultation, comment, speaker), 403, "own-comment")
    problem(api.vote(other, comment, api.person()), 404, "comment-unknown")
    problem(api.ask("POST", path, api.person(), json=body | {"stakeholder": "state"}), 403, "class-not-held")
    problem(api.ask("POST", path, api.person(), json=body | {"version": 9}), 422, "version-unknown")
    problem(api.ask("POST", path, api.person(birthdate="2020-01-01"), json=body), 403, "under-age")
    told = {"outcome": "accepted", "statement": STATEMENT}
    problem(api.ask("POST", f"{path}/{comment}/reply", speaker, json=told), 403, "not-allowed")
    unknown = f"/consultations/{other}/comments/{comment}/reply"
    problem(api.ask("POST", unknown, api.agent, json=told), 404, "comment-unknown")
    problem(api.ask("POST", f"/consultations/{consultation}/report", speaker, json={"conclusions": STATEMENT}), 403,
            "not-allowed")  # fmt: skip
    draft = api.prepare()
    problem(api.ask("GET", f"/consultations/{draft}", wait=0), 404, "consultation-unknown")
    problem(api.ask("POST", f"/consultations/{draft}/comments", speaker, json=body), 409, "consultation-not-open")
    assert api.votes(consultation, comment) == dict.fromkeys(VOTES, 0)


def test_what_nobody_sees_is_refused_with_its_name_and_place(api: Consulting) -> None:
    consultation = api.open()
    path, speaker = f"/consultations/{consultation}/comments", api.person()
    body = {"text": "Дауыс.", "language": "kk", "version": 1}
    told = problem(api.ask("POST", path, speaker, json=body | {"text": "Иә \u202eжоқ"}), 422, "input-invalid")
    (error,) = told["errors"]
    assert (error["pointer"], error["code"]) == ("/text", "hidden-characters")
    assert "U+202E" in error["detail"]
    for blank in ("\u2800\u2800\u2800", "\u3164\u3164\u3164", "\u00ad\u00ad\u00ad"):
        told = problem(api.ask("POST", path, speaker, json=body | {"text": blank}), 422, "input-invalid")
        assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/text", "string-blank")]
    quoting = body | {"anchor": {"clause": "art_1", "quote": {"exact": "a\u2066b"}}}
    told = problem(api.ask("POST", path, speaker, json=quoting), 422, "input-invalid")
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/anchor", "hidden-characters")]
    comment = api.comment(consultation, speaker)
    statement = STATEMENT | {"ru": f"{STATEMENT['ru']}\u200b"}
    reply = {"outcome": "accepted", "statement": statement}
    told = problem(api.ask("POST", f"{path}/{comment}/reply", api.agent, json=reply), 422, "input-invalid")
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/statement/ru", "hidden-characters")]
    for said in ("Ананас 👩\u200d🌾 ❤️\u200d🔥", "قازاق\u200cستان"):
        api.comment(consultation, api.person(), said)


def test_a_long_thread_is_read_by_itself_and_every_reply_is_in_the_export(api: Consulting) -> None:
    consultation = api.open()
    first, other = (api.comment(consultation, api.person(), text) for text in ("Бірінші.", "Екінші."))
    replies = [api.comment(consultation, api.person(), f"Жауап {n}.", parent=first) for n in range(7)]
    short = api.comment(consultation, api.person(), "Қысқа жауап.", parent=other)
    whole = api.comment(consultation, api.person(), "Жоба туралы.", anchor=None)
    one = f"/consultations/{consultation}"

    def ids(query: str) -> list[str]:
        return [each["id"] for each in api.ask("GET", f"{one}/comments{query}", wait=0).json()["comments"]]

    assert ids("?clause=art_1") == [first, other, short]
    assert ids(f"?thread={first}") == replies
    assert ids(f"?thread={first}&after=5") == replies[5:]
    assert ids("") == [whole]
    for wrong, status in (("?after=nonsense", 400), ("?thread=nobody", 404)):
        assert api.ask("GET", f"{one}/comments{wrong}", wait=0).status_code == status

    api.eventually(one, lambda found: found["comments"] == 11)
    api.eventually(f"{one}/report", lambda found: found["comments"] == 11)
    rows = api.ask("GET", f"{one}/report.csv", wait=0).text.splitlines()[1:]
    assert sorted(row.partition(",")[0] for row in rows) == sorted([first, other, *replies, short, whole])


def test_a_key_names_one_comment_in_each_consultation(api: Consulting) -> None:
    """They are kept beside each other: two of one name would hold up the projection for everybody."""
    person, places = api.person(), [api.open(), api.open()]
    body = {"text": "Бұл бап керек.", "language": "kk", "version": 1}

    def said(place: str, key: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {person}", "prefer": "wait=30", "idempotency-key": key}
        return api.client.post(f"{PREFIX}/consultations/{place}/comments", headers=headers, json=body)

    assert [said(place, "1").status_code for place in places] == [201, 201]
    assert [said(place, "1").json()["code"] for place in places] == ["comment-exists", "comment-exists"]
    problem(said(places[0], ""), 400, "idempotency-key-malformed")
    for place in places:
        api.eventually(f"/consultations/{place}", lambda found: found["comments"] == 1)


def test_audit_is_clean_and_a_rebuilt_projection_is_the_same(product: Product) -> None:
    for command in ("audit", "rebuild", "audit"):
        status, output = product.run(command)
        assert status == 0, output
