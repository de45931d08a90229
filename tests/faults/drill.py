"""The drill: steady use of a service while its processes, then the broker, then the database are killed."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults import verify
from tests.faults.asking import Books, Client
from tests.faults.crowd import Crowd
from tests.faults.drilled import Check, Drilled
from tests.faults.kills import RECOVERY_LIMIT, Plan, kill_processes, kill_server, settled
from tests.load.measures import Goal, Measures
from tests.processes import Product

SHOWN = 20
NONE = Goal("<=", 0)
SOME = Goal(">=", 1)


@dataclass
class Found:
    """What a drill found: measures, named `service.what`, and what is wrong in words."""

    measures: Measures = field(default_factory=Measures)
    wrong: list[str] = field(default_factory=list)


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


async def run(product: Product, drilled: Drilled, plan: Plan) -> Found:
    """Runs the drill against a product that starts its processes again by itself."""
    found = Found()
    client = Client(product.url, drilled.prefix)
    async with drilled.opened(product, client):
        crowd = Crowd(product.issuer, lambda number, token: drilled.take_part(client, number, token))
        coming = asyncio.create_task(crowd.come(plan.rate))
        try:
            await _kill(product, drilled, plan, client.books, found)
        finally:
            crowd.stop()
            await coming
            client.close()
        say(f"{drilled.service}: the last answer came: {dict(client.books.answers)}")
        await verify_all(product, drilled, drilled.service, client.books, found)
    return found


def add_checks(name: str, checks: Sequence[Check], found: Found) -> None:
    """Notes them under a name."""
    for check in checks:
        found.measures.add(f"{name}.{check.name}", check.value, check.unit, goal=check.goal)
        found.wrong += check.wrong


async def _kill(product: Product, drilled: Drilled, plan: Plan, books: Books, found: Found) -> None:
    """Kills one thing after another, and notes how that was for the people."""
    name, add = drilled.service, found.measures.add
    began = time.monotonic()
    kills = await kill_processes(product, plan)
    calm = time.monotonic()
    say(f"{name}: killed {dict(kills)}")
    add(f"{name}.processes_killed", sum(kills.values()), "kills", goal=Goal(">=", plan.seconds // plan.pace))
    add(f"{name}.longest_silence_under_kills", books.longest_silence(began, calm), "s")
    for server, what in (("kafka", "broker"), ("mongo", "database")):
        seconds = await kill_server(product, server, plan, books)
        say(f"{name}: {server} was killed; the next decision came after {seconds:.1f} s")
        add(f"{name}.first_decision_after_{what}_kill", seconds, "s", goal=Goal("<=", RECOVERY_LIMIT))
    await settled(books)
    add(f"{name}.acts_under_fire", books.acts, "acts", goal=SOME)
    add(f"{name}.decisions_per_second", len(books.moments) / (time.monotonic() - began), "decisions/s")


async def verify_all(product: Product, drilled: Drilled, name: str, books: Books, found: Found) -> None:
    """What must hold in the end, under a name."""
    add = found.measures.add
    await asyncio.to_thread(product.wait_ready)
    read, unread = await verify.read_receipts(product.url + drilled.prefix, books)
    compared = await verify.compare_counts(drilled, product, books)
    checks = list(await drilled.checked(product))
    repeated = drilled.repeated(await verify.stored(drilled, product))
    status, audit = await asyncio.to_thread(product.run, "audit")
    say(audit)
    documents, rebuilt = await verify.compare_rebuilt(drilled, product)
    add(f"{name}.receipts_read", read, "receipts", goal=SOME)
    add(f"{name}.receipts_not_as_answered", len(unread), "receipts", goal=NONE)
    add(f"{name}.acts_lost", compared.lost, "acts", goal=NONE)
    add(f"{name}.acts_counted_twice", compared.twice, "acts", goal=NONE)
    add(f"{name}.people_counted_twice", len(repeated), "people", goal=NONE)
    add(f"{name}.wrong_answers", len(books.wrong), "answers", goal=NONE)
    add(f"{name}.audit", status, "exit status", goal=NONE)
    add(f"{name}.documents_compared", documents, "documents", goal=SOME)
    add(f"{name}.documents_differ_once_rebuilt", len(rebuilt), "documents", goal=NONE)
    add_checks(name, checks, found)
    wrong = [*books.wrong, *unread, *compared.words, *repeated, *([audit] if status else []), *rebuilt]
    found.wrong = [*found.wrong, *wrong][:SHOWN]
