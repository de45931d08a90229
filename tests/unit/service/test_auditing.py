"""An audit in a process of its own does not outlive who asked for it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kenes.service import auditing
from tests.waiting import until

LONG = 60.0


def audit_for_long(_kind: object, begun: Path, *_: object) -> None:
    begun.touch()
    time.sleep(LONG)


async def test_an_audit_that_is_cancelled_ends_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    monkeypatch.setattr(auditing, "_audit_here", audit_for_long)
    service, projection = SimpleNamespace(settings=begun), SimpleNamespace(name="shelf")
    audit = asyncio.create_task(auditing.audit_apart(cast("Any", service), cast("Any", projection), 1.0))
    await until(begun.exists)
    started = time.monotonic()

    audit.cancel()
    await asyncio.wait([audit])

    assert audit.cancelled()
    assert time.monotonic() - started < LONG / 2
