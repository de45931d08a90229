"""The probe of container health checks tells ready from not ready, and says why."""

import asyncio
import socket

import pytest

from kenes.observe import probe
from kenes.observe.health import Health, NotReady
from kenes.observe.server import health_server


async def test_it_repeats_what_the_endpoint_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    health = Health(fresh_for=0)
    broken = False

    async def mongo() -> None:
        if broken:
            raise NotReady("no primary")

    health.add("mongo", mongo)
    async with health_server(health, port=0) as port:
        monkeypatch.setenv("KENES_METRICS_PORT", str(port))
        assert await asyncio.to_thread(probe.main, []) == 0
        broken = True
        assert await asyncio.to_thread(probe.main, ["/readyz"]) == 1
        assert "no primary" in capsys.readouterr().err
        assert await asyncio.to_thread(probe.main, ["/healthz"]) == 0


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused at once
        monkeypatch.setenv("KENES_METRICS_PORT", str(taken.getsockname()[1]))
        assert probe.main(["/readyz"]) == 1
    assert "no answer" in capsys.readouterr().err


def test_a_missing_port_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KENES_METRICS_PORT", "")
    assert probe.main([]) == 78
    assert "KENES_METRICS_PORT" in capsys.readouterr().err
