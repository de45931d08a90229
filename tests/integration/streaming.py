"""The streams' API of a running notifications service, as tests call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.processes import Product, running_product
from tests.waiting import eventually_read

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
    with running_product(service="notifications", killed=True, environment=environment) as started:
        yield started


@asynccontextmanager
async def agency(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a body nobody has met yet: a machine with a token of the issuer's."""
    token = product.issuer.token(f"client-{uuid4().hex[:8]}", roles=[f"agency:body-{uuid4().hex[:8]}"])
    headers = {"authorization": f"Bearer {token}", "prefer": "wait=30"}
    async with httpx.AsyncClient(base_url=product.url + API, headers=headers, timeout=120) as opened:
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

    def holds(found: dict[str, Any]) -> bool:
        return all(found[name] == value for name, value in wanted.items())

    return await eventually_read(partial(shown, client, stream), holds)


async def shown(client: httpx.AsyncClient, stream: str) -> dict[str, Any]:
    """The stream as its owner sees it now."""
    found: dict[str, Any] = (await client.get(f"/streams/{stream}")).json()
    return found


async def attempts(client: httpx.AsyncClient, stream: str, result: str, least: int = 1) -> list[dict[str, Any]]:
    """The tries that ended so, the newest first, once there are so many: each is written a moment after it was made."""

    async def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await client.get(f"/streams/{stream}/attempts?result={result}")).json()[
            "attempts"
        ]
        return found

    return await eventually_read(read, lambda found: len(found) >= least)


async def done(client: httpx.AsyncClient, method: str, path: str, **body: Any) -> dict[str, Any]:
    """A request that is decided and not refused."""
    answer = await client.request(method, path, **body)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found
