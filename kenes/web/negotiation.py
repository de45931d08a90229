"""`Prefer` (RFC 7240): how long a client wants to wait for the outcome of what it asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.requests import Request

MAX_WAIT: Final = 30.0
"""Seconds that an answer may be waited for: where a service sets no other limit."""


@dataclass(frozen=True, slots=True)
class Preference:
    """`wait` seconds at most (0: answer at once), `respond_async` where 202 is welcome before any outcome."""

    wait: float = 0.0
    respond_async: bool = False

    @property
    def applied(self) -> str:
        """The value of Preference-Applied; empty where nothing was asked."""
        parts = [f"wait={self.wait:g}"] if self.wait else []
        return ", ".join([*parts, *(["respond-async"] if self.respond_async else [])])


def preference(request: Request, *, max_wait: float = MAX_WAIT) -> Preference:
    """What the request prefers. Preferences are wishes: what cannot be read is ignored, the first of a name counts."""
    return _preference(tuple(request.headers.getlist("prefer")), max_wait)


@lru_cache(maxsize=64)
def _preference(headers: tuple[str, ...], max_wait: float) -> Preference:
    """Clients of one kind all prefer the same."""
    found: dict[str, str] = {}
    for value in headers:
        for part in value[:500].split(","):
            name, _, given = part.partition(";")[0].partition("=")
            found.setdefault(name.strip().lower(), given.strip().strip('"'))
    wait = found.get("wait", "")
    seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) <= 9 else 0
    return Preference(min(float(seconds), max_wait), "respond-async" in found)
