"""Readiness says no with reasons; liveness fails when the loop or a watched part of it stands still."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from kenes.observe.health import Answer, Health, NotReady
from kenes.observe.server import health_server


def body(answer: Answer | None) -> Any:
    assert answer is not None
    return json.loads(answer.body)


async def good() -> None:
    return None


async def test_ready_only_when_every_check_passes() -> None:
    health = Health(fresh_for=0)
    caught_up = False

    async def projection() -> None:
        if not caught_up:
            raise NotReady("petitions.signatures/3 is 420 records behind")

    async def broken() -> None:
        raise RuntimeError("mongodb://user:secret@mongo refused")

    async def hangs() -> None:
        await asyncio.sleep(60)

    health.add("broker", good)
    health.add("projection", projection)
    health.add("mongo", broken)
    health.add("identity", hangs, timeout=0.01)
    answer = await health.answer("/readyz")
    assert answer is not None
    assert answer.status == 503
    assert body(answer) == {
        "status": "not ready",
        "reasons": {
            "projection": "petitions.signatures/3 is 420 records behind",
            "mongo": "RuntimeError",
            "identity": "no answer within 0.01 s",
        },
    }
    caught_up = True
    assert set(await health.reasons()) == {"mongo", "identity"}
    ready = Health()
    ready.add("broker", good)
    assert await ready.answer("/readyz") == (200, b'{"status":"ready"}', "application/json")


async def test_nothing_is_ready_before_it_has_begun_though_no_check_fails() -> None:
    health = Health(begun=False, fresh_for=60)
    assert set(await health.reasons()) == {"start"}
    health.add("broker", good)
    health.begin()
    assert await health.answer("/readyz") == (200, b'{"status":"ready"}', "application/json")


def test_a_check_has_one_name() -> None:
    health = Health()
    health.add("mongo", good)
    with pytest.raises(ValueError, match="mongo"):
        health.add("mongo", good)


async def test_many_probes_make_one_evaluation_and_a_new_one_comes_when_it_is_stale() -> None:
    now = 100.0
    runs = 0

    async def check() -> None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0)

    health = Health(fresh_for=1.0, clock=lambda: now)
    health.add("mongo", check)
    await asyncio.gather(*(health.reasons() for _ in range(50)))
    await health.reasons()
    assert runs == 1
    now += 1.0
    await health.reasons()
    assert runs == 2


async def test_a_probe_that_hangs_up_does_not_fail_the_others() -> None:
    go_on = asyncio.Event()
    health = Health()
    health.add("slow", go_on.wait)  # type: ignore[arg-type]
    first = asyncio.create_task(health.reasons())
    second = asyncio.create_task(health.reasons())
    await asyncio.sleep(0)
    first.cancel()
    go_on.set()
    assert await second == {}


async def test_a_stalled_loop_is_not_alive() -> None:
    now = 0.0
    health = Health(clock=lambda: now)
    beat = health.watch("projector", stalled_after=30)
    now = 30.0
    assert body(await health.answer("/healthz")) == {"status": "alive"}
    now = 31.0
    answer = await health.answer("/healthz")
    assert answer is not None
    assert answer.status == 503
    assert body(answer)["reasons"] == {"projector": "no heartbeat for 31 s, allowed 30 s"}
    beat()
    assert health.stalled() == {}


async def test_the_server_answers_the_three_and_nothing_else() -> None:
    health = Health()
    health.add("broker", good)
    async with health_server(health, port=0) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert (await client.get("/readyz?verbose")).json() == {"status": "ready"}
        metrics = await client.get("/metrics", headers={"accept": "text/plain"})
        assert metrics.headers["content-type"].startswith("text/plain")
        assert "process_resident_memory_bytes" in metrics.text
        head = await client.head("/healthz")
        assert (head.status_code, head.content) == (200, b"")
        assert (await client.get("/")).status_code == 404
        refused = await client.post("/readyz")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/2\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 9000 + b"\r\n\r\n", b"431"),
        (b"\xff\xfe /healthz HTTP/1.1\r\n\r\n", b"405"),
    ],
)
async def test_the_server_survives_bad_requests(sent: bytes, status: bytes) -> None:
    async with health_server(Health(), port=0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert (await reader.read()).split(b" ")[1] == status
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()  # hangs up at once
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
