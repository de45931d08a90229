"""Liveness and readiness that mean it.

`/healthz` answers 200 while the event loop turns and every watched loop has beaten in time: a failure means
*restart me*. `/readyz` answers 200 only while every registered check passes: a failure means *send me no work*, and
says why. `/metrics` is Prometheus's. `server.py` serves the three, on a port of their own in every process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from kenes.observe.logs import get_logger
from kenes.observe.metrics import CHECK_PASSING, exposition

_log = get_logger(__name__)

Check = Callable[[], Awaitable[None]]


class NotReady(Exception):  # noqa: N818 - it is a state that passes, not an error
    """A check's answer: not now, and why, in words an operator can act on and that hold no personal data."""


class Answer(NamedTuple):
    """What to send: HTTP status, body and content type."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class _Registered:
    check: Check
    timeout: float


class Health:
    """The checks and heartbeats of one process. `fresh_for`: seconds an evaluation is reused under many probes.

    One that has not `begun` is not ready whatever its checks say: they may not all be there yet.
    """

    def __init__(
        self, *, begun: bool = True, fresh_for: float = 0.5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._begun = begun
        self._fresh_for = fresh_for
        self._clock = clock
        self._checks: dict[str, _Registered] = {}
        self._beats: dict[str, tuple[float, float]] = {}
        self._evaluation: asyncio.Future[dict[str, str]] | None = None
        self._evaluated_at = float("-inf")
        self._last_reasons: dict[str, str] | None = None

    def begin(self) -> None:
        """All checks are there: from now on they tell whether this process is ready."""
        self._begun = True
        self._evaluated_at = float("-inf")

    def add(self, name: str, check: Check, *, timeout: float = 2.0) -> None:
        """Ready only while `check` returns within `timeout` seconds; it raises `NotReady` with the reason."""
        if name in self._checks:
            raise ValueError(f"a check named {name!r} is already registered")
        self._checks[name] = _Registered(check, timeout)

    def watch(self, name: str, *, stalled_after: float) -> Callable[[], None]:
        """A heartbeat: call what is returned on every turn of the loop, more often than each `stalled_after` s."""

        def beat() -> None:
            self._beats[name] = (self._clock(), stalled_after)

        beat()
        return beat

    def stalled(self) -> dict[str, str]:
        """Watched loops that missed their beat, with how long ago the last one was. Empty: alive."""
        now = self._clock()
        return {
            name: f"no heartbeat for {now - last:.0f} s, allowed {limit:.0f} s"
            for name, (last, limit) in self._beats.items()
            if now - last > limit
        }

    async def reasons(self) -> dict[str, str]:
        """Why this process is not ready, by check; empty when it is. Concurrent callers share one evaluation."""
        running = self._evaluation
        if running is None or (running.done() and self._clock() - self._evaluated_at >= self._fresh_for):
            running = self._evaluation = asyncio.ensure_future(self._evaluate())
        return await asyncio.shield(running)  # a probe that hangs up must not cancel the others'

    async def _evaluate(self) -> dict[str, str]:
        found = await asyncio.gather(*(_run(name, entry) for name, entry in self._checks.items()))
        for name, reason in zip(self._checks, found, strict=True):
            CHECK_PASSING.labels(name).set(reason is None)
        reasons = {name: reason for name, reason in zip(self._checks, found, strict=True) if reason is not None}
        if not self._begun:
            reasons["start"] = "the process is starting"
        self._evaluated_at = self._clock()
        if reasons != self._last_reasons and (reasons or self._last_reasons):
            _log.warning("readiness changed", ready=not reasons, reasons=reasons)
        self._last_reasons = reasons
        return reasons

    async def answer(self, path: str, accept: str = "") -> Answer | None:
        """The answer to GET `path`; None where it is none of the three."""
        if path == "/healthz":
            return _json("alive", "stalled", self.stalled())
        if path == "/readyz":
            return _json("ready", "not ready", await self.reasons())
        if path == "/metrics":
            body, content_type = exposition(accept)
            return Answer(200, body, content_type)
        return None


async def _run(name: str, entry: _Registered) -> str | None:
    try:
        async with asyncio.timeout(entry.timeout):
            await entry.check()
    except NotReady as reason:
        return str(reason)
    except TimeoutError:
        return f"no answer within {entry.timeout:g} s"
    except Exception as error:  # noqa: BLE001 - told by its name, with all it says in the log
        # A check that fails in a way of its own is not ready either; its text may hold anything, so it is only logged.
        _log.warning("readiness check failed", check=name, exc_info=error)
        return type(error).__name__
    return None


def _json(good: str, bad: str, reasons: dict[str, str]) -> Answer:
    body: dict[str, object] = {"status": bad if reasons else good}
    if reasons:
        body["reasons"] = reasons
    return Answer(503 if reasons else 200, orjson.dumps(body), "application/json")
