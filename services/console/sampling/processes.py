"""Whether each process says that it is ready, as an orchestrator would ask it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

PATIENCE: Final = 2.0
"""Seconds for a process to tell its health: one that needs longer is not well, and others are looked at too."""


@dataclass(frozen=True)
class ProcessSight:
    """One process: whether it is ready, and if not, why."""

    ready: bool
    reason: str = ""


class Processes:
    """Asks `/readyz` of every process, by name; `addresses` are origins."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = dict(addresses)
        self._http = httpx.AsyncClient(timeout=PATIENCE, trust_env=False)

    async def look(self) -> dict[str, ProcessSight]:
        """What each says now."""
        found = await asyncio.gather(*(self._ask(address) for address in self._addresses.values()))
        return dict(zip(self._addresses, found, strict=True))

    async def _ask(self, address: str) -> ProcessSight:
        try:
            answer = await self._http.get(f"{address}/readyz")
        except httpx.HTTPError as error:
            return ProcessSight(ready=False, reason=type(error).__name__)
        return ProcessSight(answer.status_code == httpx.codes.OK, _reason(answer))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()


def _reason(answer: httpx.Response) -> str:
    if answer.status_code == httpx.codes.OK:
        return ""
    try:
        reasons = answer.json().get("reasons", {})
    except ValueError:
        reasons = {}
    return "; ".join(f"{name}: {reason}" for name, reason in reasons.items()) or f"status {answer.status_code}"
