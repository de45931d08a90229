"""The drill: one fault after the other, each under people of its own, and all counts compared after each."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

from tests.faults import verify
from tests.faults.asking import Books, Client
from tests.faults.crowd import Crowd
from tests.faults.drilled import Drilled
from tests.faults.fault import Fault, Row
from tests.faults.found import Found
from tests.faults.kills import RECOVERY_LIMIT, settled
from tests.load.measures import Goal
from tests.processes import Product

SHOWN = 20
NONE = Goal("<=", 0)
SOME = Goal(">=", 1)
IN_TIME = Goal("<=", RECOVERY_LIMIT)


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


async def run(product: Product, drilled: Drilled, name: str, rate: float, faults: Sequence[Fault]) -> Found:
    """Injects the faults while `rate` people come each second. The product starts its processes again by itself.

    `name` is what measures and lines begin with.
    """
    found = Found()
    client = Client(product.url, drilled.prefix)
    people = 0
    async with drilled.opened(product, client):
        for fault in faults:
            each = f"{name}.{fault.name}"
            if fault.unable is not None:
                say(f"{each} is skipped: {fault.unable}")
                found.rows.append(Row(each, fault.injected, skipped=fault.unable))
                continue
            crowd = Crowd(product.issuer, lambda number, token: drilled.take_part(client, number, token), people)
            await _under_use(product, drilled, each, fault, crowd, rate, client.books, found)
            people += crowd.came
        client.close()
        say(f"{name}: the last answer came: {dict(client.books.answers)}")
        if people:
            await _verify(product, drilled, name, client.books, found)
    return found


async def _under_use(
    product: Product, drilled: Drilled, name: str, fault: Fault, crowd: Crowd, rate: float, books: Books, found: Found
) -> None:
    """One fault, how soon people got decisions again, and what of theirs is lost or counts twice."""
    acts = books.acts
    coming = asyncio.create_task(crowd.come(rate))
    try:
        await settled(books)
        began = time.monotonic()
        checks = await fault.inject(books)
        over = time.monotonic()
        await settled(books)
        silent, recovered = books.longest_silence(began, time.monotonic()), books.first_after(over)
    finally:
        crowd.stop()
        await coming
    await asyncio.to_thread(product.wait_ready)
    compared = await verify.compare_counts(drilled, product, books)
    row = Row(name, fault.injected, books.acts - acts, compared.lost, compared.twice, silent, recovered)
    say(
        f"{name}: {row.events_in} events in, {row.lost} lost, {row.doubled} doubled; "
        f"no decision for {silent:.1f} s, the next {recovered:.1f} s after its end"
    )
    add = found.measures.add
    add(f"{name}.seconds", over - began, "s")
    add(f"{name}.longest_silence", silent, "s")
    add(f"{name}.seconds_to_recover", recovered, "s", goal=IN_TIME)
    add(f"{name}.events_in", row.events_in, "events", goal=SOME)
    add(f"{name}.lost", row.lost, "events", goal=NONE)
    add(f"{name}.doubled", row.doubled, "events", goal=NONE)
    found.add_checks(name, checks)
    found.rows.append(row)
    found.wrong += compared.words


async def _verify(product: Product, drilled: Drilled, name: str, books: Books, found: Found) -> None:
    """What must hold in the end, under a name."""
    add = found.measures.add
    await asyncio.to_thread(product.wait_ready)
    read, unread = await verify.read_receipts(product.url + drilled.prefix, books)
    compared = await verify.compare_counts(drilled, product, books)
    checks = list(await drilled.checked(product))
    repeated = drilled.repeated(await verify.stored(drilled, product))
    status, audit = await asyncio.to_thread(product.run, "audit")
    say("\n".join(line for line in audit.splitlines() if not line.startswith("{")))  # not what is logged beside
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
    found.add_checks(name, checks)
    wrong = [*books.wrong, *unread, *compared.words, *repeated, *([audit] if status else []), *rebuilt]
    found.wrong = [*found.wrong, *wrong][:SHOWN]
