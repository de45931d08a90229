"""Tokens for a crowd, from the local identity provider."""

from __future__ import annotations

import asyncio
from typing import Final

import orjson

from kenes.load.client import Address, AnswerError, Connection

AT_ONCE: Final = 2000


async def crowd_tokens(issuer: str, count: int, first: int = 0) -> list[str]:
    """Access tokens of `count` different grown-up citizens of all regions, from number `first` on.

    Only a local provider has this door: any other answers 404, which raises `AnswerError`. They are valid for a day.
    """
    address = Address.of(issuer)
    tokens: list[str] = []
    async with Connection(address) as connection:
        while len(tokens) < count:
            asked = orjson.dumps({"count": min(AT_ONCE, count - len(tokens)), "first": first + len(tokens)})
            headers = {"content-type": "application/json"}
            answer = await connection.request(address.request("POST", "/dev/crowd", headers, asked))
            if answer.status != 200:
                raise AnswerError(f"{issuer}/dev/crowd was answered {answer.status}: {answer.body[:200]!r}")
            tokens += answer.json()["access_tokens"]
            await asyncio.sleep(0)
    return tokens
