"""The drill of faults that kill nothing, one after the other. docs/operations.md says what is expected of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from tests.faults import disturbing, strange, verify
from tests.faults.asking import Books, Client
from tests.faults.crowd import Crowd
from tests.faults.drill import NONE, SOME, Found, add_checks, say, verify_all
from tests.faults.drilled import Check, Drilled
from tests.faults.kills import RECOVERY_LIMIT, Plan, settled
from tests.faults.site import Site
from tests.load.measures import Goal
from tests.processes import Product

Inject = Callable[[Site], Awaitable[list[Check]]]
"""Does something bad and undoes it; what must have come of it beside what holds for all faults."""

FAULTS: Final[tuple[Inject, ...]] = (
    disturbing.paused_stream,
    disturbing.paused_project,
    disturbing.paused_api,
    disturbing.two_owners,
    strange.poison_flood,
    strange.schema_of_the_future,
    strange.clock_jumps,
    disturbing.broker_connections,
    disturbing.database_connections,
)


async def run_wider(site: Site, drilled: Drilled, plan: Plan, faults: Sequence[Inject]) -> Found:
    """Injects one fault after the other, each under people of its own, and compares all counts after each."""
    found = Found()
    name = wider_name(drilled)
    client = Client(site.product.url, drilled.prefix)
    people = 0
    async with drilled.opened(site.product, client):
        for inject in faults:
            each, acts = f"{name}.{inject.__name__}", client.books.acts
            crowd = Crowd(site.product.issuer, lambda number, token: drilled.take_part(client, number, token), people)
            coming = asyncio.create_task(crowd.come(plan.rate))
            try:
                await _inject(site, each, inject, client.books, found)
            finally:
                crowd.stop()
                await coming
            people += crowd.came
            found.measures.add(f"{each}.acts", client.books.acts - acts, "acts", goal=SOME)
            await _compare(site.product, drilled, each, client.books, found)
        client.close()
        await verify_all(site.product, drilled, name, client.books, found)
    return found


def wider_name(drilled: Drilled) -> str:
    """What the measures of the wider faults of a service begin with."""
    return f"{drilled.service}-wider"


async def _inject(site: Site, name: str, inject: Inject, books: Books, found: Found) -> None:
    """One fault under use, and how soon people got decisions again."""
    add = found.measures.add
    await settled(books)
    began = time.monotonic()
    checks = await inject(site)
    over = time.monotonic()
    await settled(books)
    add(f"{name}.seconds", over - began, "s")
    add(f"{name}.longest_silence", books.longest_silence(began, time.monotonic()), "s")
    add(f"{name}.first_decision_after", books.first_after(over), "s", goal=Goal("<=", RECOVERY_LIMIT))
    add_checks(name, checks, found)
    say(f"{name}: the next decision came after {books.first_after(over):.1f} s")


async def _compare(product: Product, drilled: Drilled, name: str, books: Books, found: Found) -> None:
    """What is lost and what counts twice after one fault."""
    await asyncio.to_thread(product.wait_ready)
    compared = await verify.compare_counts(drilled, product, books)
    found.measures.add(f"{name}.acts_lost", compared.lost, "acts", goal=NONE)
    found.measures.add(f"{name}.acts_counted_twice", compared.twice, "acts", goal=NONE)
    found.wrong += compared.words
