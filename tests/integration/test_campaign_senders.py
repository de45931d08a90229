"""A campaign is answered once, and every sender is told once, whoever is killed meanwhile and whenever they joined."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count

import pytest

from schemas.consultations.comments import PostRequested, RetractRequested
from schemas.parts import Seen
from schemas.topics import COMMENT_REQUESTS
from tests.integration.consulting import Consulting
from tests.integration.notifying import KEYRING, Notifying, keys_of, person_of
from tests.integration.past import answer, ask_then, comment
from tests.processes import Product, running_product
from tests.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

CAMPAIGN = "Біз бесінші бапты өзгертпей қалдыруды сұраймыз, өйткені журналистің жұмысы осы бапқа тікелей байланысты"
ANSWERED = "notifications.comment.answered.v1"
SENDERS = 300
LIMITS = {"KENES_WEB__READ_LIMIT": "1000000"}

_senders = count()


@pytest.fixture(scope="module")
def consultations() -> Iterator[Product]:
    """Where people comment."""
    with running_product(service="consultations", environment=LIMITS, killed=True) as started:
        yield started


@pytest.fixture(scope="module")
def notifications(consultations: Product) -> Iterator[Product]:
    """Where they are told."""
    with running_product(service="notifications", environment=LIMITS, killed=True, beside=consultations) as started:
        yield started


@pytest.fixture
def body(consultations: Product) -> Iterator[Consulting]:
    """The API of those who answer."""
    with Consulting(consultations) as opened:
        yield opened


@pytest.fixture
def people(notifications: Product) -> Iterator[Notifying]:
    """The API of those who are told."""
    with Notifying(notifications) as opened:
        yield opened


@dataclass(frozen=True)
class Sender:
    """Somebody with an inbox."""

    token: str
    owner: str

    def says(self, product: Product, consultation: str, text: str) -> PostRequested:
        """A comment of theirs, as the API would have asked for it."""
        asked = comment(product, consultation, text)
        mine = asked.mine.model_copy(update={"owner": self.owner})
        return asked.model_copy(update={"mine": mine})

    def told(self, people: Notifying) -> Counter[str]:
        """What lies in their inbox: events by what they say of which comment."""
        items = people.ask("GET", "/inbox", self.token, wait=0).json()["items"]
        return Counter(f"{each['event']} {each['data']['comment']}" for each in items)


def senders(product: Product, number: int) -> list[Sender]:
    """So many people who have never been here; each has a key, as whoever comments."""
    tokens = [product.issuer.token(f"sender-{next(_senders)}") for _ in range(number)]
    asyncio.run(keys_of(product, *map(person_of, tokens)))
    return [Sender(token, KEYRING.seal_owner(KEYRING.index(person_of(token)))) for token in tokens]


def test_every_sender_is_told_once_though_processes_die(
    consultations: Product, notifications: Product, body: Consulting, people: Notifying
) -> None:
    consultation = body.open()
    crowd = senders(consultations, SENDERS)
    [alone, gone, replied] = senders(consultations, 3)
    said = [each.says(consultations, consultation, f"{CAMPAIGN}{'!' * (n % 3)}") for n, each in enumerate(crowd)]
    again = crowd[0].says(consultations, consultation, CAMPAIGN)
    other = alone.says(consultations, consultation, "Жауап беру мерзімі тым ұзақ, үш жұмыс күні жеткілікті.")
    left, own = (each.says(consultations, consultation, CAMPAIGN) for each in (gone, replied))
    ask_then(consultations, COMMENT_REQUESTS, 0, [*said, again, other, left, own])
    one = f"/consultations/{consultation}"
    body.eventually(f"{one}/report", lambda found: found["comments"] == SENDERS + 4)
    taken_back = RetractRequested(
        consultation=consultation, comment=left.comment, seen=Seen(partition=0, sequence=0), actor=left.actor
    )
    ask_then(consultations, COMMENT_REQUESTS, 0, [taken_back])
    answer(body, own, "reply")
    body.eventually(f"{one}/report", lambda found: (found["retracted"], found["answered"]) == (1, 1))

    answer(body, said[1], "campaign-reply")
    consultations.kill("stream")
    told = f"{ANSWERED} {said[1].comment}"
    for place in (0, 120, 240):
        eventually(partial(crowd[place].told, people))
        notifications.kill("stream")
        consultations.kill("stream")

    [late] = senders(consultations, 1)
    ask_then(consultations, COMMENT_REQUESTS, 0, [late.says(consultations, consultation, f"{CAMPAIGN} мүлде")])
    for each in (*crowd, late):
        assert eventually(partial(each.told, people)) == {told: 1}
    # By now whoever else might have been told would have been.
    assert (alone.told(people), gone.told(people)) == (Counter(), Counter())
    assert eventually(partial(replied.told, people)) == {f"{ANSWERED} {own.comment}": 1}
    for product in (consultations, notifications):
        status, output = product.run("audit")
        assert status == 0, output
