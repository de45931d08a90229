"""Waiting for what follows an act in its own time: projections, logs, letters, pages.

What one has asked for and been answered is read at once; what others did, or what is folded, sent or noted after the
answer, is waited for here. That something did *not* happen is only worth asserting after something later has.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = 90.0
"""Seconds after which what has not happened never will: nothing takes as long on a slow machine that is busy."""
_GLANCE: Final = 0.1
_SHOWN: Final = 2_000


def eventually(read: Callable[[], T], holds: Callable[[T], object] = bool, seconds: float = PATIENCE) -> T:
    """What is read, once it holds. Raises `AssertionError` with what was read last."""
    until = time.monotonic() + seconds
    while not holds(found := read()):
        assert time.monotonic() < until, f"after {seconds:.0f} s: {found!r}"[:_SHOWN]
        time.sleep(_GLANCE)
    return found


async def eventually_read(
    read: Callable[[], Awaitable[T]], holds: Callable[[T], object] = bool, seconds: float = PATIENCE
) -> T:
    """The same for what is awaited."""
    until = time.monotonic() + seconds
    while not holds(found := await read()):
        assert time.monotonic() < until, f"after {seconds:.0f} s: {found!r}"[:_SHOWN]
        await asyncio.sleep(_GLANCE)
    return found


async def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Returns once it holds, while the tasks of the test go on. Raises `AssertionError`."""

    async def read() -> object:
        return holds()

    await eventually_read(read, seconds=seconds)
