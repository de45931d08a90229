"""Consultations on real Kafka: heard, counted and answered exactly, whatever is killed meanwhile."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Final

import httpx
import pytest

from tests.integration.api import problem
from tests.integration.consulting import STATEMENT, Consulting
from tests.processes import Product, running_product

pytestmark = pytest.mark.stack

VOTES: Final = ("agree", "disagree", "pass")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A running consultations service with servers of its own."""
    limits = {"KENES_WEB__READ_LIMIT": "1000000", "KENES_WEB__ANONYMOUS_WRITE_LIMIT": "1000000"}
    with running_product(service="consultations", restart=True, environment=limits) as started:
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


def cast(product: Product, consultation: str, comment: str, token: str, vote: str) -> None:
    """One person's vote, sent again until it is answered: it was counted, or had been counted before."""
    until = time.monotonic() + 100
    with Consulting(product) as mine:
        while time.monotonic() < until:
            try:
                if mine.vote(consultation, comment, token, vote).status_code in (200, 409):
                    return
            except httpx.TransportError:
                pass  # the api was killed: nobody knows what became of the vote
            time.sleep(0.3)
    raise AssertionError("no answer in time")


def kill_in_turn(product: Product, stop: threading.Event) -> None:
    """Kills a process every few seconds; it is started again."""
    for role in cycle(("stream", "project", "api")):
        if stop.wait(4):
            return
        product.kill(role)
        product.wait_ready()


def test_every_vote_counts_once_while_processes_are_killed(product: Product, api: Consulting) -> None:
    consultation = api.open()
    comments = [api.comment(consultation, api.person(), f"Пікір {number}") for number in range(5)]
    votes = [(comments[number % 5], api.person(), VOTES[number % 3]) for number in range(600)]
    stop = threading.Event()
    killer = threading.Thread(target=kill_in_turn, args=(product, stop))
    killer.start()
    try:
        with ThreadPoolExecutor(8) as people:
            for done in [people.submit(cast, product, consultation, *each) for each in votes]:
                done.result()
    finally:
        stop.set()
        killer.join()
    product.wait_ready()
    assert product.exits, "the drill killed nobody"

    expected = Counter((comment, vote) for comment, _, vote in votes)
    for comment in comments:
        said = {vote: expected[comment, vote] for vote in VOTES}
        path = f"/consultations/{consultation}/comments/{comment}"
        api.eventually(path, lambda found, said=said: found["votes"] == said)
    api.eventually(f"/consultations/{consultation}", lambda found: found["votes"] == len(votes))


def test_audit_is_clean_and_a_rebuilt_projection_is_the_same(product: Product) -> None:
    for command in ("audit", "rebuild", "audit"):
        status, output = product.run(command)
        assert status == 0, output
