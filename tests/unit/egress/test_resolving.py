"""Names to addresses where some hosts' name servers say nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence

import httpcore
import pytest

from kenes.egress import resolving
from kenes.egress.client import Egress
from kenes.egress.errors import EgressError
from kenes.egress.resolving import Resolver
from kenes.egress.settings import EgressSettings

PUBLIC = "93.184.216.34"
PATIENCE = 0.05


class NameServers:
    """Says `PUBLIC` of every host, and nothing of those called `hung...` until `free` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.free = threading.Event()

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host.startswith("hung"):
            self.free.wait(10)
        if host.startswith("unknown"):
            raise OSError("not found")
        return [PUBLIC]


@pytest.fixture
def servers() -> Iterator[NameServers]:
    servers = NameServers()
    yield servers
    servers.free.set()


async def refused(resolve: Resolver, host: str) -> None:
    """It is said at once that a look-up takes too long."""
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(httpcore.ConnectTimeout):
            await resolve(host, 443)


async def hang(resolve: Resolver, hosts: Sequence[str]) -> list[asyncio.Task[Sequence[str]]]:
    """Asks for hosts until their look-ups are late."""
    asked = [asyncio.create_task(resolve(host, 443)) for host in hosts]
    await asyncio.sleep(PATIENCE * 2)
    return asked


async def ended(resolve: Resolver) -> None:
    async with asyncio.timeout(5):
        while resolve._under_way:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


async def test_a_name_becomes_addresses_and_an_unknown_one_an_error(servers: NameServers) -> None:
    resolve = Resolver(PATIENCE, servers)
    assert await resolve("hooks.example", 443) == [PUBLIC]
    with pytest.raises(OSError, match="not found"):
        await resolve("unknown.example", 443)
    assert await Resolver(5)("127.0.0.1", 443) == ["127.0.0.1"]


async def test_hosts_that_hang_delay_no_other_and_no_other_look_up_of_the_process(
    servers: NameServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: system(servers(host)[0], *rest, **more))
    async with Egress(EgressSettings(egress_connect_seconds=1)) as client:
        hung = [asyncio.create_task(client.check(f"https://hung{number}.example/")) for number in range(40)]
        await asyncio.sleep(0)
        await client.check("https://hooks.example/")
        async with asyncio.timeout(1):
            await asyncio.get_running_loop().getaddrinfo("hooks.example", 443)
        servers.free.set()
        await asyncio.gather(*hung, return_exceptions=True)


async def test_all_who_ask_for_a_host_share_its_look_up_and_whoever_comes_when_it_is_late_fails_at_once(
    servers: NameServers,
) -> None:
    resolve = Resolver(PATIENCE, servers)
    first, given_up, *others = await hang(resolve, ["hung.example"] * 32)
    given_up.cancel()
    await refused(resolve, "hung.example")
    servers.free.set()
    assert await asyncio.gather(first, *others) == [[PUBLIC]] * 31
    assert servers.asked == ["hung.example"]
    await ended(resolve)
    assert await resolve("hung.example", 443) == [PUBLIC]


async def test_hosts_that_were_late_leave_threads_to_the_others(
    servers: NameServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "MOST", 4)
    monkeypatch.setattr(resolving, "MOST_SLOW", 2)
    resolve, hosts = Resolver(PATIENCE, servers), [f"hung{number}.example" for number in range(4)]
    first = await hang(resolve, hosts)
    await refused(resolve, "hooks.example")  # no thread is left
    servers.free.set()
    await asyncio.gather(*first)
    servers.free.clear()
    servers.asked.clear()
    *_, third, fourth = await hang(resolve, hosts)
    assert sorted(servers.asked) == hosts[:2]
    assert isinstance(third.exception(), httpcore.ConnectTimeout)
    assert isinstance(fourth.exception(), httpcore.ConnectTimeout)
    assert await resolve("hooks.example", 443) == [PUBLIC]


async def test_a_request_to_a_host_whose_name_servers_say_nothing_ends_as_a_timeout(servers: NameServers) -> None:
    resolve = Resolver(PATIENCE, servers)
    limits = EgressSettings(egress_connect_seconds=2 * PATIENCE, egress_total_seconds=2 * PATIENCE)
    async with Egress(limits, resolve=resolve) as client:
        with pytest.raises(EgressError, match="timeout"):
            await client.check("https://hung.example/")
        with pytest.raises(EgressError, match="timeout"):
            await client.post("https://hung.example/", b"", {})
