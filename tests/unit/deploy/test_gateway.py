"""The gateway's own file, run by the real gateway in front of a stand-in: what it hides, passes on and refuses."""

import asyncio
import os
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from deploy.checks.tools import tool
from kenes.local.ports import free_port
from tests.unit.deploy.stand_in import EVENTS, HEARD, stand_in
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[3]
SITE, IDENTITY, CONSOLE = "site.test", "id.test", "ops.test"


@asynccontextmanager
async def gateway(folder: Path, ports: dict[str, int], operators: str = "127.0.0.0/8") -> AsyncIterator[int]:
    """Caddy with the committed file on ports of its own, in front of servers by their names; yields the TLS port."""
    caddy = tool("caddy", ROOT)
    assert caddy, "caddy is missing: it comes with the test dependencies"
    tls, plain = free_port(), free_port()
    text = (ROOT / "deploy/gateway/Caddyfile").read_text(encoding="utf-8")
    config = folder / "Caddyfile"
    listening = f"\tadmin off\n\thttps_port {tls}\n\thttp_port {plain}\n\tdefault_bind 127.0.0.1\n"
    config.write_text(text.replace("\tadmin off\n", listening), encoding="utf-8")
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "KENES_DOMAIN": SITE,
        "KENES_IDENTITY_DOMAIN": IDENTITY,
        "KENES_TLS": "internal",
        "KENES_CONSOLE_DOMAIN": CONSOLE,
        "KENES_CONSOLE_NETWORKS": operators,
        **{f"KENES_{name.upper()}_UPSTREAM": f"127.0.0.1:{port}" for name, port in ports.items()},
    }
    log = (folder / "caddy.log").open("wb")
    process = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time; its end is awaited below
        [caddy, "run", "--adapter", "caddyfile", "--config", str(config)], env=environment, stdout=log, stderr=log
    )
    try:
        await _answers(tls, process, folder)
        yield tls
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)
        log.close()


async def _answers(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, (folder / "caddy.log").read_text()
        try:
            async with client(port, SITE) as probe:
                await probe.get("/")
        except httpx.TransportError:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError((folder / "caddy.log").read_text())


def client(port: int, name: str) -> httpx.AsyncClient:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the certificate is the gateway's own

    async def to_name(request: httpx.Request) -> None:
        request.extensions["sni_hostname"] = name
        request.headers["host"] = name

    return httpx.AsyncClient(
        base_url=f"https://127.0.0.1:{port}",
        verify=context,
        event_hooks={"request": [to_name]},
        trust_env=False,
        timeout=PATIENCE,
    )


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    async with AsyncExitStack() as stack:
        ports = {name: await stack.enter_async_context(stand_in(name)) for name in SERVERS}
        yield await stack.enter_async_context(gateway(tmp_path, ports))


SERVERS = ("petitions", "consultations", "notifications", "console", "grafana", "identity")


async def test_the_door(port: int) -> None:
    """One start of the gateway for all its promises: it takes seconds."""
    async with client(port, SITE) as site, client(port, IDENTITY) as identity, client(port, CONSOLE) as console:
        await _nothing_of_the_console_is_on_the_citizens_name(site, console)
        await _what_comes_from_outside_is_not_believed(site)
        await _only_public_paths_are_passed_on(site, identity)
        await _large_bodies_are_refused(site)
        await _an_event_is_passed_on_at_once(site)
        await _answers_are_compressed_but_say_nothing_of_servers(site)


async def _what_comes_from_outside_is_not_believed(site: httpx.AsyncClient) -> None:
    forged = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "x-forwarded-proto": "http"}
    seen = (await site.get("/echo", headers=forged)).json()
    assert seen["who"] == "petitions"
    assert seen["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert seen["headers"]["x-forwarded-proto"] == "https"
    assert seen["headers"]["host"] == SITE
    assert "forwarded" not in seen["headers"]


async def _get(site: httpx.AsyncClient, path: str) -> httpx.Response:
    """`path` as it stands: the client would tidy it up."""
    return await site.get("/", extensions={"target": path.encode()})


async def _only_public_paths_are_passed_on(site: httpx.AsyncClient, identity: httpx.AsyncClient) -> None:
    hidden = ("/metrics", "/healthz", "/readyz", "/internal/x")
    for path in (*hidden, "//metrics", "/%6detrics", "/METRICS", "/petitions/../metrics", "/./metrics", "/metrics/"):
        assert (await _get(site, path)).status_code == 404, path
    for path in ("/", "/petitions", "/api/petitions/v1/petitions", "/auth/login", "/me", "/petitions/metrics"):
        assert (await _get(site, path)).json()["who"] == "petitions", path
    drafts = (
        "/consultations",
        "/consultations/mine",
        "/api/consultations/v1/consultations",
        "/static/consultations/x.css",
    )
    for path in drafts:
        assert (await _get(site, path)).json()["who"] == "consultations", path
    for path in (
        "/notifications/inbox",
        "/follow",
        "/streams/keys",
        "/feeds/x.atom",
        "/developers",
        "/api/notifications/v1",
    ):
        assert (await _get(site, path)).json()["who"] == "notifications", path
    for path in ("/consultationsx", "/static/kenes.css", "/api/petitions/v1/consultations"):
        assert (await _get(site, path)).json()["who"] == "petitions", path
    tricks = ("/realms/kenes/../master/", "/realms/kenes/%2e%2e/master/", "/realms//master/", "/resources/../admin/")
    for path in ("/", "/admin/", "/realms/master/account", "/metrics", "/health", *tricks):
        assert (await _get(identity, path)).status_code == 404, path
    for path in ("/realms/kenes/.well-known/openid-configuration", "/resources/x.css"):
        assert (await _get(identity, path)).json()["who"] == "identity", path


async def _nothing_of_the_console_is_on_the_citizens_name(site: httpx.AsyncClient, console: httpx.AsyncClient) -> None:
    for path in ("/", "/topics", "/api/console/v1/topics", "/console", "/grafana/", "/static/console/console.css"):
        assert (await _get(site, path)).json()["who"] == "petitions", path  # which knows no such page
    for path in ("/", "/topics", "/api/console/v1/topics"):
        assert (await _get(console, path)).json()["who"] == "console", path
    assert (await _get(console, "/grafana/")).json()["who"] == "grafana"
    for path in ("/metrics", "/readyz", "/%6detrics"):
        assert (await _get(console, path)).status_code == 404, path


async def test_operators_come_from_their_networks_only(tmp_path: Path) -> None:
    async with (
        stand_in("any") as port,
        gateway(tmp_path, dict.fromkeys(SERVERS, port), operators="10.0.0.0/8") as tls,
        client(tls, CONSOLE) as console,
    ):
        forged = {"x-forwarded-for": "10.0.0.1"}
        for path in ("/", "/metrics", "/grafana/", "/api/console/v1/topics"):
            assert (await console.get(path, headers=forged)).status_code == 404, path


async def _large_bodies_are_refused(site: httpx.AsyncClient) -> None:
    assert (await site.post("/echo", content=b"x" * 200_000)).json()["body"] == 200_000
    assert (await site.post("/echo", content=b"x" * 300_000)).status_code == 413
    assert (await site.post("/consultations/x/comments", content=b"x" * 300_000)).status_code == 413
    for path in ("/consultations/desk/x/versions", "/api/consultations/v1/consultations/x/versions"):
        assert (await site.post(path, content=b"x" * 20_000_000)).json()["body"] == 20_000_000


async def _an_event_is_passed_on_at_once(site: httpx.AsyncClient) -> None:
    accept = {"accept": "text/event-stream", "accept-encoding": "gzip, zstd"}
    async with site.stream("GET", "/events", headers=accept) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in response.headers
        told = []
        async for line in response.aiter_lines():
            if line:
                told.append(line)
                # Held back, the event would never have come: the next one is not sent before.
                assert (await site.post(HEARD)).status_code == 204
    assert told == [f"data:{number}" for number in range(EVENTS)]


async def _answers_are_compressed_but_say_nothing_of_servers(site: httpx.AsyncClient) -> None:
    response = await site.get("/large", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(response.content) == 50_000
    assert not {"server", "via"} & set(response.headers)
