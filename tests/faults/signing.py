"""Petitions under the drill: people sign, sign again, withdraw, and some do not wait for the decision."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar

import httpx

from kenes.mongo.projection import Projection
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn
from services.petitions.answers import PREFIX
from services.petitions.projection import projections
from tests.faults.asking import Asked, Client, Counts
from tests.faults.drilled import Check, Stored, Telling
from tests.processes import Product

PETITIONS = 3
WITHDRAWS = 8
"""Every so manieth signer withdraws after signing, ..."""
DUPLICATES = 7
"""... signs a second time, ..."""
NO_WAIT = 5
"""... or does not wait for the decision and keeps the receipt."""

ACCEPTED = "accepted"
WITHDRAWN = "withdrawn"
BOTH = frozenset({ACCEPTED, WITHDRAWN})
_KINDS = {SignatureAccepted.TYPE: ACCEPTED, SignatureWithdrawn.TYPE: WITHDRAWN}

TEXT = {
    "language": "en",
    "title": "Safe crossings near every school",
    "text": "Drivers do not see children at the crossings near our schools in winter. " * 2,
    "proposal": "Light every crossing within 300 metres of a school.",
}


class Signing:
    """Signatures on a few petitions."""

    service = "petitions"
    prefix = PREFIX
    settings: ClassVar[Mapping[str, str]] = {}

    def __init__(self) -> None:
        self._petitions: list[str] = []

    def projections(self, open_owner: Callable[[str], bytes]) -> tuple[Projection, ...]:
        """The projections of the petitions service."""
        return projections(open_owner)

    @asynccontextmanager
    async def opened(self, product: Product, _client: Client) -> AsyncIterator[None]:
        """Creates and submits petitions, which publishes them here."""
        token = product.issuer.token("author")
        self._petitions = [await asyncio.to_thread(_open_petition, product.url, token) for _ in range(PETITIONS)]
        yield

    async def take_part(self, client: Client, number: int, token: str) -> None:
        """Signs; some sign twice, some withdraw where no request to sign may still be under way."""
        petition = self._petitions[number % PETITIONS]
        sign = Asked(
            act=f"signature of {number} on {petition}",
            token=token,
            method="POST",
            path=f"/petitions/{petition}/signatures",
            done=201,
            decision=SignatureAccepted.TYPE,
            already="already-signed",
        )
        signed = await client.settle(sign, wait=number % NO_WAIT != 0)
        if signed is None:
            return
        client.books.counts[petition, ACCEPTED] += 1
        surely = signed.surely
        if number % DUPLICATES == 0:
            twice = await client.settle(sign, again=True)
            surely = surely and twice is not None and twice.surely
        if number % WITHDRAWS == 0 and surely:
            await self._withdraw(client, petition, number, token)

    async def _withdraw(self, client: Client, petition: str, number: int, token: str) -> None:
        withdraw = Asked(
            act=f"withdrawal of {number} on {petition}",
            token=token,
            method="DELETE",
            path=f"/petitions/{petition}/signatures/mine",
            done=200,
            decision=SignatureWithdrawn.TYPE,
            already="not-signed",
        )
        if await client.settle(withdraw) is not None:
            client.books.counts[petition, WITHDRAWN] += 1

    def shown(self, client: httpx.Client) -> Iterable[Telling]:
        """The live count of each petition."""
        counts: Counts = Counter()
        for petition in self._petitions:
            found = client.get(f"/petitions/{petition}/count").json()
            counts.update({(petition, kind): found[kind] for kind in BOTH})
        yield Telling("api", BOTH, counts)

    def stored(self, documents: Stored) -> Iterable[Telling]:
        """Tallies, minutes and the signatures themselves."""
        tallies, minutes, signatures = (Counter[tuple[str, str]]() for _ in range(3))
        for tally in documents["tallies"].values():
            tallies.update({(tally["petition"], kind): tally.get(kind, 0) for kind in BOTH})
        for hour in documents["history"].values():
            for kind, regions in itertools.chain.from_iterable(each.items() for each in hour["minutes"].values()):
                minutes[hour["petition"], kind] += sum(regions.values())
        for each in documents["signatures"].values():
            if each["code"] is None:
                signatures[each["petition"], _KINDS[each["decision"]]] += 1
        for by, counts in (("tallies", tallies), ("history", minutes), ("signatures", signatures)):
            yield Telling(by, BOTH, counts)

    def repeated(self, documents: Stored) -> list[str]:
        """Signers with two signatures, or two withdrawals, in a row."""
        acts: dict[str, list[tuple[int, str]]] = {}
        for receipt, document in documents["signatures"].items():
            if document["code"] is None:
                offset = int(receipt.partition("-")[2])
                acts.setdefault(document["signer"], []).append((offset, _KINDS[document["decision"]]))
        return [
            f"{signer}: {kinds}"
            for signer, kinds in ((signer, [kind for _, kind in sorted(each)]) for signer, each in acts.items())
            if any(one == other for one, other in itertools.pairwise(kinds)) or kinds[0] != ACCEPTED
        ]

    async def checked(self, _product: Product) -> Iterable[Check]:
        """Nothing else."""
        return ()


def _open_petition(url: str, token: str) -> str:
    headers = {"authorization": f"Bearer {token}", "prefer": "wait=30"}
    with httpx.Client(base_url=f"{url}{PREFIX}", headers=headers, timeout=60) as client:
        created = client.post("/petitions", json=TEXT)
        petition: str = created.raise_for_status().json()["petition"]
        decided = client.post(f"/petitions/{petition}/submission")
        if decided.status_code != 200:
            raise RuntimeError(f"submission: {decided.status_code} {decided.text}")
    return petition
