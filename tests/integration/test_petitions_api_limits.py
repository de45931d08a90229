"""Floods are answered 429, whoever they claim to be; wrong settings stop a process with the setting's name."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from kenes.local.ports import free_port
from tests.faults.wire import Wire
from tests.integration.api import PREFIX, Api, another_api, problem
from tests.processes import ROOT, Product

pytestmark = pytest.mark.stack

FLOOD = 10_000
ANONYMOUS_WRITES = 120
EX_CONFIG = 78


async def flood(api: Api, path: str, headers: list[dict[str, str]]) -> Counter[int]:
    """A post with each of these headers, 32 at once; how often each status came."""
    host, _, port = api.url.removeprefix("http://").partition(":")
    wire, found, left = Wire(host, int(port), timeout=60), Counter[int](), iter(headers)

    async def send() -> None:
        for each in left:
            found[(await wire.ask("POST", path, each)).status] += 1

    await asyncio.gather(*(send() for _ in range(32)))
    wire.close()
    return found


def one_too_many(api: Api, petition: str) -> httpx.Response:
    """A post without a token that is over the limit: the minute of the flood may be over by now."""
    for _ in range(2 * ANONYMOUS_WRITES):
        answer = api.ask("POST", f"/petitions/{petition}/signatures")
        if answer.status_code == 429:
            break
    return answer


async def test_a_flood_from_one_address_is_stopped_and_people_are_not(product: Product) -> None:
    with another_api(product, "limited-api") as api:
        petition = api.open(api.person())
        path = f"{PREFIX}/petitions/{petition}/signatures"
        # Forged hops and forged tokens change nothing: the address is the peer's.
        senders = [
            {"x-forwarded-for": f"203.0.113.{n % 250}", "forwarded": f"for=198.51.100.{n % 250}"}
            | ({"authorization": f"Bearer forged.{n}.token"} if n % 2 else {})
            for n in range(FLOOD)
        ]
        began = time.monotonic()
        found = await flood(api, path, senders)
        assert set(found) == {401, 429}
        minutes = 2 + int(time.monotonic() - began) // 60  # as many as the flood may have touched
        assert found[401] <= minutes * ANONYMOUS_WRITES
        refused = one_too_many(api, petition)
        shown = problem(refused, 429, "too-many-requests")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert shown["retry_after"] == int(refused.headers["retry-after"])
        assert refused.headers["ratelimit-policy"] == f'"anonymous-write";q={ANONYMOUS_WRITES};w=60'
        assert refused.headers["ratelimit"].startswith('"anonymous-write";r=0;t=')
        for _ in range(20):  # people behind the same address sign on
            signed = api.sign(petition, api.person())
            assert signed.status_code == 201
            assert signed.headers["ratelimit"].startswith('"write";r=')
        assert api.count(petition) == 20


async def test_one_person_is_limited_whatever_the_address(product: Product) -> None:
    with another_api(product, "person-api", KENES_WEB__WRITE_LIMIT="5") as api:
        petition, signer = api.open(api.person()), api.person()
        answers = Counter(api.sign(petition, signer).status_code for _ in range(15))
        assert answers[201] == 1
        assert answers[429] >= 5
        assert api.count(petition) == 1


async def test_the_clients_address_comes_from_a_trusted_hop_only(product: Product) -> None:
    limits = {"KENES_WEB__ANONYMOUS_WRITE_LIMIT": "10", "KENES_WEB__TRUSTED_PROXIES": '["127.0.0.1/32"]'}
    with another_api(product, "gateway-api", **limits) as api:
        path = f"{PREFIX}/petitions"
        many = await flood(api, path, [{"x-forwarded-for": f"203.0.113.{n}"} for n in range(200)])
        assert many == {401: 200}
        # What stands left of the hop our own gateway saw was written by the client.
        one = await flood(
            api, path, [{"x-forwarded-for": f"192.0.2.{n}, 203.0.113.201, 127.0.0.1"} for n in range(200)]
        )
        assert one[429] >= 180


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KENES_KAFKA_BOOTSTRAP", None),
        ("KENES_MASTER_KEY", None),
        ("KENES_MASTER_KEY", "c2hvcnQ="),
        ("KENES_API_PORT", "70000"),
        ("KENES_ENVIRONMENT", "prod"),
        ("KENES_WAIT_LIMIT", "-1"),
        ("KENES_PETITIONS_RULE_PACKS", "/no/such/folder"),
        ("KENES_PETITIONS_OFFERED", '["kz-moon"]'),
        ("KENES_ISSUERS", None),
        ("KENES_ISSUERS", "{not json"),
        ("KENES_WEB__READ_LIMIT", "0"),
        ("KENES_PUBLIC_URL", "ftp://kenes"),
    ],
)
def test_a_wrong_setting_stops_a_process_at_start_with_its_name(
    product: Product, name: str, value: str | None, tmp_path: Path
) -> None:
    environment = product.environment("api") | {"KENES_API_PORT": str(free_port()), "KENES_METRICS_PORT": "0"}
    environment.pop(name, None)
    if value is not None:
        environment[name] = value
    done = subprocess.run(
        [sys.executable, "-m", "services.petitions", "api"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == EX_CONFIG, done.stdout + done.stderr
    told = done.stdout + done.stderr
    assert name.partition("__")[0] in told
    assert "Traceback" not in told
    if value and "MASTER_KEY" in name:
        assert value not in told
