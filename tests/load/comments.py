"""The results report as CSV: comments a second, and what the api process holds in memory while it writes them; pages.

A quarter of a million comments are put into the projections as they would stand there: most are of campaigns, half of
which have their answer. BENCH_COMMENTS sets another number.
"""

from __future__ import annotations

import asyncio
import csv
import io
import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import httpx

from kenes.identity.sealing import PersonKey
from kenes.kafka.records import Recorded
from kenes.load.result import percentile
from kenes.mongo.client import Database, Document, connected
from kenes.mongo.projection import Version, live_version
from schemas.consultations.comments import Posted
from schemas.consultations.parts import Stakeholder
from schemas.envelope import Event
from schemas.parts import PrivateEntry
from services.consultations.answers import PREFIX
from services.consultations.campaigns.clustering import MEMBERS, TEXTS
from services.consultations.folds.comments import WHOLE, document_of
from services.consultations.folds.places import line_on, place
from services.consultations.ledger.accounts import Account, dump_account
from services.consultations.ledger.folding import ACCOUNTS, LEDGER
from services.consultations.ledger.rows import AT_ONCE, COLUMNS
from services.consultations.projection import projections
from services.consultations.settings import Settings
from tests.integration.consulting import STATEMENT, Consulting
from tests.load.measures import Goal
from tests.load.records import KEYRING
from tests.load.setting import Setting

COMMENTS: Final = int(os.environ.get("BENCH_COMMENTS", "250000"))
CAMPAIGNS: Final = 500
ALONE: Final = 5
"""Every so manieth comment says what nobody else says."""
_BULK: Final = 1000
_BARE_ROWS: Final = 20_000
_PAGES: Final = 20
_AT: Final = datetime(2026, 9, 1, 9, tzinfo=UTC)
_WORDS: Final = "Просим сохранить действующий порядок ответа на запросы журналистов и не сокращать список сведений. "


async def run(setting: Setting) -> None:
    """Fills, and takes the report."""
    with Consulting(setting.product) as api:
        consultation = await asyncio.to_thread(api.open)
    database_name = str(Settings.model_fields["consultations_database"].default)
    async with connected(setting.product.mongo.uri, database_name, timeout=60.0) as database:
        began = time.perf_counter()
        await _fill(database, consultation)
        setting.measures.add("comments.filled", time.perf_counter() - began, "s")
        bare = await _bare(database, consultation)
    before, began = setting.memory("api"), time.perf_counter()
    used = setting.cpu_seconds()
    answered = await _take(setting.product.url, consultation)
    seconds = time.perf_counter() - began
    spent = {role: now - used[role] for role, now in setting.cpu_seconds().items()}
    pages = sorted([await _list(setting.product.url, consultation) for _ in range(_PAGES)])
    setting.measures.add("comments.list.p50", percentile(pages, 0.50) * 1000, "ms")
    shown = sorted([await _show(setting.product.url, consultation) for _ in range(_PAGES)])
    setting.measures.add("comments.page.first_byte_p50", percentile(shown, 0.50) * 1000, "ms", goal=Goal("<", 100))
    setting.measures.add("comments.page.first_byte_p99", percentile(shown, 0.99) * 1000, "ms")
    expected = sum(_answered(_campaign(number)) for number in range(COMMENTS))
    assert answered == {"campaign": expected, "": COMMENTS - expected}, answered
    setting.measures.add("comments.exported", COMMENTS, "rows")
    setting.measures.add("comments.rate", COMMENTS / seconds, "rows/s", baseline=bare)
    for role in ("api", "mongo"):
        setting.measures.add(f"comments.cpu_{role}", spent[role] / COMMENTS * 1e6, "us/row")
    setting.measures.add("comments.memory_api_before", before / 1e6, "MB")
    setting.measures.add("comments.memory_api.peak", setting.peak_memory("api") / 1e6, "MB", goal=Goal("<", 200))


async def _fill(database: Database, consultation: str) -> None:
    """Comments, what the ledger knows of each, and the accounts of all campaigns."""
    comments = next(each for each in projections(KEYRING.open_owner) if each.name == "comments")
    said, ledger = await live_version(database, comments), await live_version(database, LEDGER)
    for start in range(0, COMMENTS, _BULK):
        numbers = range(start, min(start + _BULK, COMMENTS))
        told = [_comment(consultation, number) for number in numbers]
        members = [
            {"_id": each["_id"], "text": f"text-{_campaign(number)}", "due": each["due"], "closed": None}
            for each, number in zip(told, numbers, strict=True)
        ]
        await said.collection("comments").insert_many(told, ordered=False)
        await ledger.collection(MEMBERS).insert_many(members, ordered=False)
        await _campaigns(ledger, consultation, [number for number in numbers if _first(number)])
    line = {"_id": line_on(consultation, WHOLE), "count": COMMENTS}
    heard = {"_id": consultation, "s": 0, "comments": COMMENTS, "clauses": {WHOLE: COMMENTS}}
    await said.collection("lines").insert_one(line)
    await said.collection("heard").insert_one(heard)


async def _campaigns(ledger: Version, consultation: str, numbers: list[int]) -> None:
    """Texts and accounts of the campaigns that begin with these comments."""
    if not numbers:
        return
    campaigns = [_campaign(number) for number in numbers]
    texts = [{"_id": f"text-{each}", "nearest": f"text-{each}", "cluster": f"cluster-{each}"} for each in campaigns]
    reply = {"comment": _id(0), "outcome": "accepted", "statement": STATEMENT | {"en": None}, "at": _AT, "s": 1}
    accounts = [
        dump_account(Account(f"cluster-{each}", consultation, reply=reply if _answered(each) else None))
        for each in campaigns
    ]
    await ledger.collection(TEXTS).insert_many(texts, ordered=False)
    await ledger.collection(ACCOUNTS).insert_many(accounts, ordered=False)


def _campaign(number: int) -> int:
    """What a comment says: campaigns have the first numbers, who speaks alone has one after them."""
    return CAMPAIGNS + number if number % ALONE == 0 else number % CAMPAIGNS


def _first(number: int) -> bool:
    """Nobody said it before."""
    return number % ALONE == 0 or number < CAMPAIGNS


def _answered(campaign: int) -> bool:
    return campaign < CAMPAIGNS and campaign % 2 == 1


def _id(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"bench comment {number}"))


def _comment(consultation: str, number: int) -> Document:
    """A comment as the fold stores it."""
    owner, key = KEYRING.index(f"speaker-{number}"), PersonKey(b"p" * 32)
    data = Posted(
        consultation=consultation,
        comment=_id(number),
        author=f"author-{number}",
        version=1,
        anchor=None,
        parent=None,
        thread=None,
        depth=0,
        stakeholder=list(Stakeholder)[number % len(Stakeholder)],
        verified=False,
        region="KZ-75",
        language="ru",
        text=f"{_WORDS * 3}({_campaign(number)})",
        listed=False,
        sealed="",
        mine=PrivateEntry(owner=KEYRING.seal_owner(owner), entry=key.entry(consultation), note=""),
        due_at=_AT + timedelta(days=15),
    )
    event = Event(str(number), "/bench", consultation, _AT, data, number)
    return document_of(Recorded(0, number, _AT, None, event), data) | {
        "place": place(line_on(consultation, WHOLE), number)
    }


async def _bare(database: Database, consultation: str) -> float:
    """Rows a second when some of the comments are only read, and nothing is looked up."""
    rows, line, began = 0, line_on(consultation, WHOLE), time.perf_counter()
    for start in range(0, min(_BARE_ROWS, COMMENTS), AT_ONCE):
        between = {"$gte": place(line, start), "$lt": place(line, start + AT_ONCE)}
        rows += len(await database["comments.v1"].find({"place": between}).sort("place", 1).to_list(None))
    return rows / (time.perf_counter() - began)


async def _list(url: str, consultation: str) -> float:
    """Seconds until a page of comments is there as JSON."""
    async with httpx.AsyncClient(timeout=60.0) as client:
        began = time.perf_counter()
        answer = await client.get(f"{url}{PREFIX}/consultations/{consultation}/comments")
        seconds = time.perf_counter() - began
    assert answer.json()["after"] == "50", answer.text
    return seconds


async def _show(url: str, consultation: str) -> float:
    """Seconds until the first byte of the page on which all comments stand, the newest first."""
    path = f"{url}/consultations/{consultation}/clauses/{WHOLE}"
    async with httpx.AsyncClient(timeout=60.0) as client:
        began = time.perf_counter()
        async with client.stream("GET", path) as answer:
            parts = answer.aiter_raw()
            await anext(parts)
            seconds = time.perf_counter() - began
            assert answer.status_code == 200
    return seconds


async def _take(url: str, consultation: str) -> Counter[str]:
    """Reads the report to its end, a part at a time: to whom each answer was given, and how often."""
    path, answered, rest = f"{url}{PREFIX}/consultations/{consultation}/report.csv", Counter[str](), ""
    place_of = COLUMNS.index("answered")
    async with httpx.AsyncClient(timeout=120.0) as client, client.stream("GET", path) as answer:
        assert answer.status_code == 200, await answer.aread()
        header = True
        async for chunk in answer.aiter_text():
            *lines, rest = (rest + chunk).split("\n")
            rows: Any = csv.reader(io.StringIO("\n".join(lines)))
            for row in rows:
                answered.update([] if header else [row[place_of]])
                header = False
    assert not rest, rest
    return answered
