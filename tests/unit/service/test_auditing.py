"""An audit in a process of its own does not outlive who asked for it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvloop

from kenes.service import auditing
from kenes.service.audit import Found
from tests.waiting import until

LONG = 60.0


def audit_for_long(_kind: object, begun: Path, *_: object) -> None:
    begun.touch()
    time.sleep(LONG)


def audit_and_clear_away(_kind: object, begun: Path, *_: object) -> None:
    async def audit() -> Found:
        asyncio.get_running_loop().call_soon(begun.touch)
        try:
            await asyncio.sleep(LONG)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # whoever ends the whole group tells it again
            await asyncio.sleep(0.1)
            asyncio.get_running_loop().call_soon(begun.with_name("cleared").touch)
            await asyncio.sleep(0)
        return 0, []

    uvloop.run(auditing._until_told(audit()))


async def begun(
    monkeypatch: pytest.MonkeyPatch, audit_here: Callable[..., object], folder: Path
) -> asyncio.Task[Found]:
    """An audit in a process of its own, which has begun."""
    mark = folder / "begun"
    monkeypatch.setattr(auditing, "_audit_here", audit_here)
    service, projection = SimpleNamespace(settings=mark), SimpleNamespace(name="shelf")
    audit = asyncio.create_task(auditing.audit_apart(cast("Any", service), cast("Any", projection), 1.0))
    await until(mark.exists)
    return audit


async def test_an_audit_that_is_cancelled_clears_away_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    audit = await begun(monkeypatch, audit_and_clear_away, tmp_path)

    audit.cancel()
    await asyncio.wait([audit])

    assert audit.cancelled()
    assert (tmp_path / "cleared").exists()


async def test_an_audit_that_is_cancelled_ends_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    audit = await begun(monkeypatch, audit_for_long, tmp_path)
    started = time.monotonic()

    audit.cancel()
    await asyncio.wait([audit])

    assert audit.cancelled()
    assert time.monotonic() - started < LONG / 2
