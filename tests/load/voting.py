"""Decided votes and comments a second over HTTP, all on one consultation; every answer carries its decision."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import orjson

from kenes.load.api import read_json
from kenes.load.client import Address, Connection
from kenes.load.result import percentile
from tests.drafting import in_both
from tests.load import baseline
from tests.load.measures import Goal
from tests.load.setting import Setting

PREFIX: Final = "/api/consultations/v1"
SECONDS: Final = 5.0
FASTEST: Final = 3000
"""More votes a second than there will be: so many people are ready for each second."""
COMMENTS: Final = 20
_STATEMENT: Final = {"kk": "Жоба мерзімдерді қысқартады.", "ru": "Проект сокращает сроки ответа."}
_TITLE: Final = {"kk": "Медиа туралы заң", "ru": "Закон о медиа"}
_VOTES: Final = ("agree", "disagree", "pass")

Request = tuple[bytes, str]
"""A whole request, and what it is counted under."""


async def run(setting: Setting) -> None:
    """Votes by 64 and 256 people at once on one consultation, then comments by 64."""
    await baseline.run(setting)
    consultation = await _open(setting)
    comments = [await _comment(setting, consultation, token) for token in setting.crowd(COMMENTS)]
    votes = _votes(setting.address, consultation, comments, setting.crowd(int(SECONDS * FASTEST * 2)))
    await _rush(setting.address, votes, 64, 2.0)  # partitions, caches, the JIT of Java
    already = {comment: await _shown(setting, consultation, comment) for comment in comments}
    cast: Counter[str] = Counter()
    for people, goal in ((64, None), (256, Goal(">=", 1500.0))):
        done, latencies, seconds = await _rush(setting.address, votes, people, SECONDS)
        cast.update(done)
        _note(setting, f"voting.hot_{people}", latencies, seconds, people, goal)
    for comment in comments:
        shown = await _shown(setting, consultation, comment)
        expected = already[comment] + cast[comment]
        assert shown == expected, f"{comment} shows {shown} votes, must show {expected}"
    written = _comments(setting.address, consultation, setting.crowd(int(SECONDS * FASTEST)))
    done, latencies, seconds = await _rush(setting.address, written, 64, SECONDS)
    _note(setting, "commenting.hot_64", latencies, seconds, 64, None)
    assert done[consultation] == len(latencies)


def _note(setting: Setting, name: str, latencies: list[float], seconds: float, people: int, goal: Goal | None) -> None:
    bare = setting.measures.value(f"baseline.awaiting_{people}")
    setting.measures.add(name, len(latencies) / seconds, "decisions/s", baseline=bare, goal=goal)
    latencies.sort()
    setting.measures.add(f"{name}.p50", percentile(latencies, 0.50) * 1000, "ms")
    setting.measures.add(f"{name}.p99", percentile(latencies, 0.99) * 1000, "ms")


def _votes(address: Address, consultation: str, comments: list[str], people: list[str]) -> Iterator[Request]:
    """Every person once on each comment, neighbours on different ones."""
    for turn in range(len(comments)):
        for number, token in enumerate(people):
            comment = comments[(number + turn) % len(comments)]
            path = f"{PREFIX}/consultations/{consultation}/comments/{comment}/vote"
            yield _request(address, "PUT", path, token, {"vote": _VOTES[number % 3]}), comment


def _comments(address: Address, consultation: str, people: list[str]) -> Iterator[Request]:
    """A comment of each person."""
    path = f"{PREFIX}/consultations/{consultation}/comments"
    for number, token in enumerate(people):
        yield _request(address, "POST", path, token, _said(number)), consultation


def _said(number: int) -> dict[str, Any]:
    return {"text": f"Ұсыныс {number}: мерзімді қысқарту керек.", "language": "kk", "version": 1}


async def _rush(
    address: Address, requests: Iterator[Request], people: int, seconds: float
) -> tuple[Counter[str], list[float], float]:
    """What was decided, by what it is counted under; how long each answer took; and how long all of it took."""
    done: Counter[str] = Counter()
    latencies: list[float] = []
    began = time.perf_counter()

    async def person() -> None:
        async with Connection(address) as connection:
            while (clicked := time.perf_counter()) - began < seconds:
                request, under = next(requests)
                answer = await connection.request(request)
                assert answer.status in (200, 201), f"{answer.status} {answer.body[:300]!r}"
                latencies.append(time.perf_counter() - clicked)
                done[under] += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(people):
            tasks.create_task(person())
    return done, latencies, time.perf_counter() - began


async def _open(setting: Setting) -> str:
    """A consultation that hears people."""
    agent = setting.product.issuer.token("agent", roles=["agency:kz-government"])
    told = {"body": "kz-government", "title": _TITLE}
    consultation = str((await _done(setting, "POST", "/consultations", agent, told))["consultation"])
    one = f"/consultations/{consultation}"
    await _done(setting, "POST", f"{one}/description", agent, {"title": _TITLE, "summary": _STATEMENT})
    await _done(setting, "POST", f"{one}/versions", agent, in_both(1, "Everybody may ask."))
    await _done(setting, "POST", f"{one}/opening", agent, {"working_days": 15})
    return consultation


async def _comment(setting: Setting, consultation: str, token: str) -> str:
    made = await _done(setting, "POST", f"/consultations/{consultation}/comments", token, _said(0))
    return str(made["location"]).rsplit("/", 1)[1]


async def _shown(setting: Setting, consultation: str, comment: str) -> int:
    """How many votes a comment shows."""
    path = f"{PREFIX}/consultations/{consultation}/comments/{comment}"
    async with Connection(setting.address) as connection:
        told = await read_json(connection, setting.address.request("GET", path))
    return sum(told["votes"].values())


async def _done(setting: Setting, method: str, path: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
    async with Connection(setting.address) as connection:
        answer = await connection.request(_request(setting.address, method, PREFIX + path, token, body))
    assert answer.status in (200, 201), answer.body
    found: dict[str, Any] = answer.json()
    return found | {"location": answer.header("location")}


def _request(address: Address, method: str, path: str, token: str, body: dict[str, Any]) -> bytes:
    headers = {"authorization": f"Bearer {token}", "prefer": "wait=20", "content-type": "application/json"}
    return address.request(method, path, headers, orjson.dumps(body))
