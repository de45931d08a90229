"""Tasks that must not end unnoticed.

A task group takes a task that ended by `CancelledError` for one that somebody wanted to end. But a client library can
let a cancellation of its own through, and whoever awaited it would be gone without a word while the process lives on.
"""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


class StrayCancellationError(RuntimeError):
    """Something that a task waited for was cancelled, and nobody had asked the task itself to end."""


def is_cancelled() -> bool:
    """Whether somebody wants this very task to end, rather than something it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def guarded(work: Coroutine[Any, Any, T]) -> T:
    """Awaits `work`. Raises `StrayCancellationError` for a cancellation that nobody asked this task for."""
    try:
        return await work
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        raise StrayCancellationError("what a task waited for was cancelled") from error


class Tasks(asyncio.TaskGroup):
    """A task group whose tasks are guarded: one that ends without having been asked to ends the group."""

    def create_task(  # type: ignore[override]  # generators are not taken: nobody writes tasks as such any more
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        """Starts a task of the group."""
        task = super().create_task(guarded(coro), name=name, context=context)
        task.add_done_callback(lambda _: coro.close())  # one that is cancelled before it begins never awaits it
        return task
