"""While the broker or the database is away: 503 with Retry-After, never a false receipt, and all is well after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest

from tests.integration.api import TEXT, Api, problem
from tests.processes import Product, running_product
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.stack

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def own() -> Iterator[Product]:
    """A product whose servers may be killed."""
    with running_product(killed=True, environment={"KENES_MONGO_TIMEOUT": "5"}) as started:
        yield started


def test_broker_down(own: Product) -> None:
    with Api(own) as api:
        author = api.person()
        petition = api.open(author)
        draft = api.create(author)
        before = [api.person() for _ in range(5)]
        for token in before:
            assert api.sign(petition, token).status_code == 201
        own.kafka.kill()
        requests = [
            ("POST", f"/petitions/{petition}/signatures", author, {}),
            ("DELETE", f"/petitions/{petition}/signatures/mine", api.person(), {}),
            ("POST", "/petitions", author, {"json": TEXT}),
            ("PUT", f"/petitions/{draft}", author, {"json": TEXT}),
            ("POST", f"/petitions/{draft}/submission", author, {}),
            ("POST", f"/petitions/{UNKNOWN}/signatures", author, {}),
        ]
        with ThreadPoolExecutor(len(requests)) as people:
            answers = list(people.map(lambda ask: api.ask(*ask[:3], wait=0, **ask[3]), requests))
        for answer in answers:
            problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
        # Whoever only reads is served from what is known.
        assert api.count(petition) == 5
        assert api.ask("GET", f"/petitions/{petition}", wait=0).status_code == 200
        ready = f"{own.metrics_url('api')}/readyz"
        eventually(lambda: httpx.get(ready, timeout=30).status_code, lambda status: status == 503)
        own.kafka.start()
        # What was answered 503 may have been taken in all the same: whoever asks again counts once.
        _signs_again(api, petition, author)
        _signs_again(api, petition, api.person())
        assert api.count(petition) == 7
    own.wait_ready()


def test_database_down(own: Product) -> None:
    with Api(own) as api:
        petition = api.open(api.person())
        assert api.sign(petition, api.person()).status_code == 201
        own.mongo.kill()
        newcomer = api.person()
        answer = api.sign(petition, newcomer, wait=0)
        problem(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        problem(api.ask("GET", f"/petitions/{petition}", wait=0), 503, "unavailable")
        assert api.count(petition) == 1
        own.mongo.start()
        _signs_again(api, petition, newcomer)
        assert api.count(petition) == 2
    own.wait_ready()


def _signs_again(api: Api, petition: str, token: str) -> None:
    """Signs as soon as the product can; a 202 on the way must come to be decided."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        answer = api.sign(petition, token)
        if answer.status_code in (201, 409):
            return
        assert answer.status_code in (202, 503), answer.text
        if answer.status_code == 202:
            receipt = answer.json()["receipt"]
            eventually(partial(api.receipt, receipt), lambda found: found["status"] in ("decided", "refused"))
            return
        time.sleep(0.3)
    raise TimeoutError("the product did not come back")
