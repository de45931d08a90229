"""The documented petitions API, as a load client uses it: prepared requests and what is read from answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from kenes.load.client import Address, Answer, AnswerError, Connection, ConnectionGoneError

PREFIX: Final = "/api/petitions/v1"
ACCEPTED: Final = "petitions.signature.accepted.v1"
WITHDRAWN: Final = "petitions.signature.withdrawn.v1"
ALREADY_SIGNED: Final = "already-signed"
NOT_SIGNED: Final = "not-signed"
NOT_NOW: Final = (429, 503)


class NotThereError(AnswerError):
    """There is no such thing, or it is not for everybody."""


class PetitionsApi:
    """Makes request bytes. `wait` is the `Prefer: wait` of acts, in seconds."""

    def __init__(self, base_url: str, wait: int = 20) -> None:
        self.address = Address.of(base_url)
        self._wait = wait
        self._prepared: dict[tuple[str, str], tuple[bytes, bytes]] = {}

    def sign(self, petition: str, token: str) -> bytes:
        """POST .../signatures."""
        return self._act("POST", f"{PREFIX}/petitions/{petition}/signatures", token)

    def withdraw(self, petition: str, token: str) -> bytes:
        """DELETE .../signatures/mine."""
        return self._act("DELETE", f"{PREFIX}/petitions/{petition}/signatures/mine", token)

    def count(self, petition: str) -> bytes:
        """GET .../count."""
        return self._read(f"/petitions/{petition}/count")

    def petition(self, petition: str) -> bytes:
        """GET the petition."""
        return self._read(f"/petitions/{petition}")

    def history(self, petition: str) -> bytes:
        """GET .../history."""
        return self._read(f"/petitions/{petition}/history")

    def collecting(self, limit: int) -> bytes:
        """GET the petitions that collect signatures."""
        return self._read(f"/petitions?status=collecting&limit={limit}")

    def receipt(self, receipt: str) -> bytes:
        """GET what became of a request."""
        return self._read(f"/receipts/{receipt}")

    def live(self, petition: str) -> str:
        """The path of the live counts."""
        return f"{PREFIX}/petitions/{petition}/live"

    def _read(self, path: str) -> bytes:
        return self.address.request("GET", PREFIX + path)

    def _act(self, method: str, path: str, token: str) -> bytes:
        around = self._prepared.get((method, path))
        if around is None:
            headers = {"prefer": f"wait={self._wait}", "authorization": "Bearer \n"}
            before, _, after = self.address.request(method, path, headers).partition(b"\n\r\n")
            around = self._prepared[method, path] = (before, b"\r\n" + after)
        return around[0] + token.encode() + around[1]


def problem_code(answer: Answer) -> str:
    """The code of a problem answer: the last segment of its type; the status where it has none."""
    try:
        told = answer.json()
        return str(told["code"] if "code" in told else told["type"]).rpartition("/")[2]
    except (AnswerError, KeyError, TypeError):
        return str(answer.status)


def pause_of(answer: Answer, longest: float = 5.0) -> float:
    """How long a 429 or 503 asks to wait, in seconds."""
    asked = answer.header("retry-after") or ""
    return min(float(asked), longest) if asked.isdigit() else 0.5


async def read(connection: Connection, request: bytes, patience: float = 30.0) -> Answer:
    """Sends a read until it is answered by other than 429, 503 or a lost connection, or `patience` seconds are over.

    Raises the last `OSError` when it is never answered.
    """
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            answer = await connection.request(request)
        except (ConnectionGoneError, OSError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)
            continue
        if answer.status not in NOT_NOW or asyncio.get_running_loop().time() > deadline:
            return answer
        await asyncio.sleep(pause_of(answer))


async def read_json(connection: Connection, request: bytes, patience: float = 30.0) -> Any:
    """The JSON of a read that must be answered by 200; raises `AnswerError`, of a 404 `NotThereError`."""
    answer = await read(connection, request, patience)
    if answer.status != 200:
        line = request.partition(b"\r\n")[0].decode()
        kind = NotThereError if answer.status == 404 else AnswerError
        raise kind(f"{line} was answered {answer.status}: {answer.body[:200]!r}")
    return answer.json()


async def open_petitions(base_url: str, limit: int = 100) -> list[tuple[str, str]]:
    """Id and title of petitions that collect signatures, the newest first."""
    api = PetitionsApi(base_url)
    async with Connection(api.address) as connection:
        told = await read_json(connection, api.collecting(limit))
    return [(each["id"], each["text"]["title"]) for each in told["petitions"]]


async def each_counted(api: PetitionsApi, petitions: Sequence[str]) -> AsyncIterator[tuple[str, int]]:
    """The count of each petition now."""
    async with Connection(api.address) as connection:
        for petition in petitions:
            yield petition, int((await read_json(connection, api.count(petition)))["count"])
