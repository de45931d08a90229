"""The streams' API of a running notifications service, as tests call it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.processes import Product, running_product

API: Final = "/api/notifications/v1"


@contextmanager
def notifications(ports: Sequence[int] = ()) -> Iterator[Product]:
    """The service, which may send to receivers on these ports of this machine."""
    targets = ",".join(f'"http://127.0.0.1:{port}"' for port in ports)
    environment = {
        "KENES_EGRESS_TEST_TARGETS": f"[{targets}]",
        "KENES_WEB__READ_LIMIT": "1000000",
        "KENES_WEB__STREAMS_PER_ADDRESS": "1000",
    }
    with running_product(service="notifications", restart=True, environment=environment) as started:
        yield started


@asynccontextmanager
async def agency(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a body nobody has met yet: a machine with a token of the issuer's."""
    token = product.issuer.token(f"client-{uuid4().hex[:8]}", roles=[f"agency:body-{uuid4().hex[:8]}"])
    headers = {"authorization": f"Bearer {token}", "prefer": "wait=20"}
    async with httpx.AsyncClient(base_url=product.url + API, headers=headers, timeout=60) as opened:
        yield opened


async def made(client: httpx.AsyncClient, endpoint: str, **more: Any) -> dict[str, Any]:
    """A stream, as its owner gets it."""
    answer = await client.post("/streams", json={"name": "Events", "endpoint": endpoint, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def active(client: httpx.AsyncClient, endpoint: str, **more: Any) -> dict[str, Any]:
    """A stream whose receiver has taken a test event."""
    stream = await made(client, endpoint, **more)
    await until(client, stream["stream"], status="active")
    return stream


async def until(client: httpx.AsyncClient, stream: str, **wanted: Any) -> dict[str, Any]:
    """The stream, once its members are as wanted."""
    end = time.monotonic() + 40
    while True:
        found: dict[str, Any] = (await client.get(f"/streams/{stream}")).json()
        if all(found[name] == value for name, value in wanted.items()):
            return found
        assert time.monotonic() < end, found
        await asyncio.sleep(0.1)


async def listed(client: httpx.AsyncClient, path: str, name: str) -> list[dict[str, Any]]:
    """What is listed under this name, once something is: what was tried is written a moment after it was sent."""
    end = time.monotonic() + 40
    while True:
        found: list[dict[str, Any]] = (await client.get(path)).json()[name]
        if found:
            return found
        assert time.monotonic() < end, path
        await asyncio.sleep(0.1)


async def done(client: httpx.AsyncClient, method: str, path: str, **body: Any) -> dict[str, Any]:
    """A request that is decided and not refused."""
    answer = await client.request(method, path, **body)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found
