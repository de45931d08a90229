"""The drill: steady signing while processes, then the broker, then the database are killed."""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults import verify
from tests.faults.results import Measure, Measures, at_least, at_most, none_of
from tests.faults.signing import Books, Signers, open_petition
from tests.processes import Product

ROLES = ("api", "stream", "project")
PETITIONS = 3
CALM_SECONDS = 1.0
"""Between the last answer after one server's death and the death of the next."""
RECOVERY_LIMIT = 60.0
GLANCE = 0.05
CROWD = 100
SHOWN = 20


@dataclass(frozen=True)
class Plan:
    """How hard and how long: signers per second, seconds of process kills, seconds between kills and outages."""

    seconds: float = 180.0
    rate: float = 150.0
    pace: float = 2.0
    outage: float = 2.0


@dataclass
class Found:
    """What a drill found: measures, and what is wrong in words."""

    measures: Measures = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


async def run(product: Product, plan: Plan) -> Found:
    """Runs the drill against a product that starts its processes again by itself."""
    author = product.issuer.token("author")
    petitions = [open_petition(product.url, author) for _ in range(PETITIONS)]
    signers = Signers(product.url, petitions, _people(product))
    signing = asyncio.create_task(signers.run(plan.rate))
    began = time.monotonic()
    try:
        kills = await _kill_processes(product, plan)
        calm = time.monotonic()
        await _settled(signers.books)
        broker = await _kill_server(product, "kafka", plan, signers.books)
        await _settled(signers.books)
        database = await _kill_server(product, "mongo", plan, signers.books)
        await _settled(signers.books)
    finally:
        signers.stop()
        ended = time.monotonic()
        await signing
    say(f"signing ended: {dict(signers.books.answers)}")
    found = await _verify(product, petitions, signers.books)
    found.measures = {
        "processes killed": at_least(sum(kills.values()), "kills", plan.seconds // plan.pace),
        "signatures under fire": at_least(len(signers.books.signed), "signatures", 1),
        "longest time without a decision under kills": Measure(
            round(signers.books.longest_silence(began, calm), 1), "s"
        ),
        "first decision after the broker's kill": at_most(broker, "s", RECOVERY_LIMIT),
        "first decision after the database's kill": at_most(database, "s", RECOVERY_LIMIT),
        "decisions per second over all": Measure(round(len(signers.books.moments) / (ended - began), 1), "decisions/s"),
        **found.measures,
    }
    return found


def _people(product: Product) -> Iterator[str]:
    """Tokens of ever more people, a few at a time: nobody knows how long a server will take to come back."""
    for first in itertools.count(0, CROWD):
        yield from product.issuer.crowd(CROWD, first)


async def _kill_processes(product: Product, plan: Plan) -> Counter[str]:
    """SIGKILL for each process in turn."""
    kills: Counter[str] = Counter()
    began = time.monotonic()
    for number in range(round(plan.seconds / plan.pace)):
        await asyncio.sleep(began + (number + 1) * plan.pace - time.monotonic())
        role = ROLES[number % len(ROLES)]
        await asyncio.to_thread(product.kill, role)
        kills[role] += 1
    say(f"killed {dict(kills)}")
    await asyncio.to_thread(product.wait_ready)
    return kills


async def _kill_server(product: Product, name: str, plan: Plan, books: Books) -> float:
    """SIGKILL for a server, a while without it, a new start. Seconds from the kill to the next decision."""
    server = product.kafka if name == "kafka" else product.mongo
    await asyncio.to_thread(server.kill)
    # What the processes had in hand is still answered; what comes after this instant needs the server again.
    killed = time.monotonic()
    await asyncio.sleep(plan.outage)
    back = time.monotonic()
    await asyncio.to_thread(server.start)
    await _answered(books)
    seconds = back - killed + books.first_after(back)
    say(f"{name} was killed: the next decision came after {seconds:.1f} s")
    return seconds


async def _settled(books: Books) -> None:
    """A second or so of ordinary signing."""
    await _answered(books)
    await asyncio.sleep(CALM_SECONDS)


async def _answered(books: Books) -> None:
    """Returns with the next decision, or after a while without one."""
    answers = len(books.moments)
    for _ in range(int(RECOVERY_LIMIT / GLANCE)):
        if len(books.moments) > answers:
            return
        await asyncio.sleep(GLANCE)


async def _verify(product: Product, petitions: list[str], books: Books) -> Found:
    await asyncio.to_thread(product.wait_ready)
    read, unread = await verify.read_receipts(product.url, books)
    lost, twice, shown = verify.differences(verify.shown_counts(product.url, petitions), books)
    stored_lost, stored_twice, stored = verify.differences(await verify.stored_counts(product, petitions, books), books)
    repeated = await verify.repeated_acts(product)
    status, audit = await asyncio.to_thread(product.run, "audit")
    say(audit)
    documents, rebuilt = await verify.compare_rebuilt(product)
    wrong = [*books.wrong, *unread, *shown, *stored, *repeated, *([audit] if status else []), *rebuilt]
    return Found(
        {
            "receipts read": at_least(read, "receipts", 1),
            "receipts that do not read as answered": none_of(len(unread), "receipts"),
            "signatures lost": none_of(lost + stored_lost, "signatures"),
            "signatures counted twice": none_of(twice + stored_twice, "signatures"),
            "signers with the same act twice in a row": none_of(len(repeated), "signers"),
            "wrong answers": none_of(len(books.wrong), "answers"),
            "audit": none_of(status, "exit status"),
            "documents compared with rebuilt ones": at_least(documents, "documents", 1),
            "documents that differ once rebuilt": none_of(len(rebuilt), "documents"),
        },
        wrong[:SHOWN],
    )
