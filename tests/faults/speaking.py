"""Consultations under the drill: people comment, take comments back, vote, vote again and change their votes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

import httpx

from kenes.mongo.projection import Projection
from schemas.consultations.comments import Posted, Retracted
from schemas.consultations.parts import Vote
from schemas.consultations.votes import Voted
from services.consultations.answers import PREFIX
from services.consultations.domain.comment import Standing
from services.consultations.projection import projections
from tests.faults.asking import Asked, Client, Counts
from tests.faults.drilled import Check, Stored, Telling
from tests.integration.consulting import Consulting
from tests.processes import Product

CONSULTATIONS = 3
STATEMENTS = 2
"""Comments of each consultation that are there from the start, to be voted on and replied to."""
SPEAKS = 3
"""Every so manieth person comments before voting, ..."""
RETRACTS = 9
"""... takes the comment back, ..."""
DUPLICATES = 7
"""... votes the same again, ..."""
CHANGES = 8
"""... votes another way, ..."""
NO_WAIT = 5
"""... or does not wait for decisions and keeps the receipts."""

COMMENTS = "comments"
"""Comments that stand; ..."""
POSTED = "posted"
"""... all that were ever made; ..."""
ACTS = "acts"
"""... and votes, changed ones included."""
VOTES = frozenset(map(str, Vote))
_SAID = ("Бұл бап барлық облыстарға бірдей қолданылуы керек.", "Өтініш {} бойынша мерзімді қысқарту керек.")
"""What many send word for word, and what one says alone."""


@dataclass(frozen=True)
class _Place:
    """Where somebody takes part: a consultation, and the comment they vote on."""

    consultation: str
    comment: str


class Speaking:
    """Comments and votes on a few consultations."""

    service = "consultations"
    prefix = PREFIX
    settings: ClassVar[Mapping[str, str]] = {}

    def __init__(self) -> None:
        self._places: list[_Place] = []

    def projections(self, open_owner: Callable[[str], bytes]) -> tuple[Projection, ...]:
        """The projections of the consultations service."""
        return projections(open_owner)

    @asynccontextmanager
    async def opened(self, product: Product, client: Client) -> AsyncIterator[None]:
        """Opens consultations with a few comments each."""
        await asyncio.to_thread(self._open, product, client)
        yield

    def _open(self, product: Product, client: Client) -> None:
        with Consulting(product) as api:
            for consultation in [api.open() for _ in range(CONSULTATIONS)]:
                for _ in range(STATEMENTS):
                    self._places.append(_Place(consultation, api.comment(consultation, api.person())))
                    client.books.counts.update({(consultation, kind): 1 for kind in (COMMENTS, POSTED)})

    async def take_part(self, client: Client, number: int, token: str) -> None:
        """Votes; some comment before."""
        place = self._places[number % len(self._places)]
        if number // len(self._places) % SPEAKS == 0:
            await self._speak(client, place, number, token)
        await self._vote(client, place, number, token)

    async def _speak(self, client: Client, place: _Place, number: int, token: str) -> None:
        """Half of the comments are replies, and half say what others say."""
        text = _SAID[number // 2 % 2].format(number)
        said = {"text": text, "language": "kk", "version": 1, "anchor": {"clause": "art_1"}}
        comment = Asked(
            act=f"comment of {number} on {place.consultation}",
            token=token,
            method="POST",
            path=f"/consultations/{place.consultation}/comments",
            done=201,
            decision=Posted.TYPE,
            already="comment-exists",
            body=said | ({"parent": place.comment} if number % 2 else {}),
            key="drill",
        )
        made = await client.settle(comment, wait=number % NO_WAIT != 0)
        if made is None:
            return
        client.books.counts.update({(place.consultation, kind): 1 for kind in (COMMENTS, POSTED)})
        if number % RETRACTS == 0 and "/comments/" in made.location:
            await self._retract(client, place, made.location.removeprefix(PREFIX), number, token)

    async def _retract(self, client: Client, place: _Place, comment: str, number: int, token: str) -> None:
        retract = Asked(
            act=f"retraction of {number} on {place.consultation}",
            token=token,
            method="POST",
            path=f"{comment}/retraction",
            done=200,
            decision=Retracted.TYPE,
            already="comment-retracted",
        )
        if await client.settle(retract) is not None:
            client.books.counts[place.consultation, COMMENTS] -= 1

    async def _vote(self, client: Client, place: _Place, number: int, token: str) -> None:
        """A vote is changed only where no request for the first one may still be under way."""
        first, later = list(Vote)[number % 3], list(Vote)[(number + 1) % 3]
        surely = await self._cast(client, place, number, token, first, wait=number % NO_WAIT != 0)
        if surely and number % DUPLICATES == 0:
            twice = await client.settle(self._voting(place, number, token, first), again=True)
            surely = twice is not None and twice.surely
        if surely and number % CHANGES == 0 and await self._cast(client, place, number, token, later) is not None:
            client.books.counts[place.comment, str(first)] -= 1

    async def _cast(
        self, client: Client, place: _Place, number: int, token: str, vote: Vote, *, wait: bool = True
    ) -> bool | None:
        """Whether it was answered for sure; `None` where it was refused."""
        settled = await client.settle(self._voting(place, number, token, vote), wait=wait)
        if settled is None:
            return None
        client.books.counts[place.comment, str(vote)] += 1
        client.books.counts[place.consultation, ACTS] += 1
        return settled.surely

    @staticmethod
    def _voting(place: _Place, number: int, token: str, vote: Vote) -> Asked:
        return Asked(
            act=f"{vote} of {number} on {place.comment}",
            token=token,
            method="PUT",
            path=f"/consultations/{place.consultation}/comments/{place.comment}/vote",
            done=200,
            decision=Voted.TYPE,
            already="same-vote",
            body={"vote": str(vote)},
        )

    def shown(self, client: httpx.Client) -> Iterable[Telling]:
        """What each consultation and each comment show."""
        counts: Counts = Counter()
        for consultation in {each.consultation for each in self._places}:
            found = client.get(f"/consultations/{consultation}").json()
            counts.update({(consultation, COMMENTS): found["comments"], (consultation, ACTS): found["votes"]})
        for each in self._places:
            found = client.get(f"/consultations/{each.consultation}/comments/{each.comment}").json()
            counts.update({(each.comment, vote): number for vote, number in found["votes"].items()})
        yield Telling("api", VOTES | {COMMENTS, ACTS}, counts)

    def stored(self, documents: Stored) -> Iterable[Telling]:
        """What every collection holds that knows of comments or of votes."""
        yield from _comments(documents)
        yield from _votes(documents)

    def repeated(self, documents: Stored) -> list[str]:
        """People with more comments than the one they made."""
        return [
            f"{who}: {found['people']} comments" for who, found in documents["voices"].items() if found["people"] > 1
        ]

    async def checked(self, _product: Product) -> Iterable[Check]:
        """Nothing else."""
        return ()


def _comments(documents: Stored) -> Iterable[Telling]:
    comments, heard, receipts, ledgers = (Counter[tuple[str, str]]() for _ in range(4))
    for comment in documents["comments"].values():
        comments[comment["consultation"], POSTED] += 1
        comments[comment["consultation"], COMMENTS] += comment["standing"] == Standing.SHOWN
    for consultation, found in documents["heard"].items():
        heard[consultation, COMMENTS] = found["comments"]
    for receipt in documents["comment_receipts"].values():
        receipts[receipt["subject"], POSTED] += receipt["decision"] == Posted.TYPE
    for consultation, found in documents["ledgers"].items():
        ledgers[consultation, POSTED] = found["comments"]
        ledgers[consultation, COMMENTS] = found["comments"] - found["retracted"]
    yield Telling("comments", frozenset({COMMENTS, POSTED}), comments)
    yield Telling("heard", frozenset({COMMENTS}), heard)
    yield Telling("comment_receipts", frozenset({POSTED}), receipts)
    yield Telling("ledgers", frozenset({COMMENTS, POSTED}), ledgers)


def _votes(documents: Stored) -> Iterable[Telling]:
    tallies, ballots, receipts = (Counter[tuple[str, str]]() for _ in range(3))
    for tally in documents["tallies"].values():
        tallies[tally["consultation"], ACTS] += tally["acts"]
        tallies.update({(tally["comment"], vote): tally.get(vote, 0) for vote in VOTES})
    for ballot in documents["ballots"].values():
        ballots.update((comment, vote) for comment, vote in ballot["votes"].items())
    for receipt in documents["vote_receipts"].values():
        receipts[receipt["subject"], ACTS] += receipt["decision"] == Voted.TYPE
    yield Telling("tallies", VOTES | {ACTS}, tallies)
    yield Telling("ballots", VOTES, ballots)
    yield Telling("vote_receipts", frozenset({ACTS}), receipts)
