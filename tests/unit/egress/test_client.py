"""Requests to hosts that lie, dawdle, point elsewhere or have none of our business."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kenes.egress.client import Egress
from kenes.egress.errors import EgressError, EgressRefusedError
from kenes.egress.settings import EgressSettings
from kenes.local.ports import free_port
from tests.unit.egress.receivers import http, receiver, saying

PUBLIC = "93.184.216.34"


def settings(*targets: str, **changes: Any) -> EgressSettings:
    return EgressSettings(egress_test_targets=frozenset(targets), **changes)


class Answering:
    """A resolver that says one thing after the other, and the last for good."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Diverted(httpcore.AnyIOBackend):
    """A network in which every address is a port of this machine; it notes what was meant."""

    def __init__(self, port: int, dead: frozenset[str] = frozenset()) -> None:
        self.port = port
        self.dead = dead
        self.meant: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.meant.append(host)
        if host in self.dead:
            raise httpcore.ConnectError("unreachable")
        return await super().connect_tcp("127.0.0.1", self.port, timeout, local_address, socket_options)


async def refused(client: Egress, url: str) -> str:
    with pytest.raises(EgressError) as error:
        await client.post(url, b"{}", {})
    return error.value.reason


async def test_a_test_target_is_asked_and_its_answer_read() -> None:
    said = saying(http("202 Accepted", b"ok", Retry_After="7"))
    async with receiver(said) as server, Egress(settings(server.url)) as client:
        answer = await client.post(f"{server.url}/a?b=1", b'{"x":1}', {"Content-Type": "application/json"})
        again = await client.post(server.url, b"", {"Host": "evil.example", "Accept-Encoding": "gzip"})
    assert (answer.status, answer.headers["retry-after"]) == (202, "7")
    assert again.status == 202
    (head, body), (second, _) = server.requests
    assert head.startswith("POST /a?b=1 HTTP/1.1\r\n")
    assert body == b'{"x":1}'
    assert f"host: 127.0.0.1:{server.port}\r\n" in second
    assert "evil" not in second
    assert "gzip" not in second
    assert server.connections == 1  # kept, not opened again


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example/", "not-https"),
        ("https://127.0.0.1/", "private-address"),
        ("https://[::1]/", "private-address"),
        ("https://[::ffff:169.254.169.254]/", "private-address"),
        ("https://localhost/", "private-address"),
        ("https://user@hooks.example/", "user-in-address"),
        ("https://2130706433/", "host"),
    ],
)
async def test_what_may_not_be_asked_is_not(url: str, reason: str) -> None:
    network = Diverted(1)
    async with Egress(settings(), network=network) as client:
        assert await refused(client, url) == reason
        with pytest.raises(EgressRefusedError, match=reason):
            await client.check(url)
    assert network.meant == []


@pytest.mark.parametrize("answer", [["10.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1", PUBLIC], ["64:ff9b::a00:1"]])
async def test_a_name_that_leads_to_a_private_address_is_refused(answer: list[str]) -> None:
    network = Diverted(1)
    async with Egress(settings(), resolve=Answering(answer), network=network) as client:
        assert await refused(client, "https://hooks.example/") == "private-address"
    assert network.meant == []


async def test_a_name_is_resolved_once_for_a_connection_and_the_checked_address_is_used() -> None:
    """DNS rebinding: public when checked, private when connected to. There is no second time to answer in."""
    resolver = Answering([PUBLIC], ["127.0.0.1"])
    async with receiver(saying(b"")) as server:
        network = Diverted(server.port)
        hurried = settings(egress_connect_seconds=0.2)
        async with Egress(hurried, resolve=resolver, network=network) as client:
            assert await refused(client, "https://hooks.example/") == "timeout"  # nobody speaks TLS there
            assert (resolver.asked, network.meant) == (["hooks.example"], [PUBLIC])
            assert await refused(client, "https://hooks.example/") == "private-address"
            assert network.meant == [PUBLIC]


async def test_a_host_without_a_way_to_its_first_address_is_reached_by_the_second() -> None:
    async with receiver(saying(http("200 OK"))) as server:
        network = Diverted(server.port, dead=frozenset({"2606:2800::1"}))
        target = "http://hooks.example:80"
        resolver = Answering(["2606:2800::1", PUBLIC])
        async with Egress(settings(target), resolve=resolver, network=network) as client:
            assert (await client.post(target, b"", {})).status == 200
        assert network.meant == ["2606:2800::1", PUBLIC]


async def test_tls_verifies_the_name_at_the_checked_address(tmp_path: Path) -> None:
    server_tls, client_tls = certified("hooks.example", tmp_path)
    async with receiver(saying(http("200 OK")), ssl=server_tls) as server:
        network = Diverted(server.port)
        async with Egress(settings(), resolve=Answering([PUBLIC]), tls=client_tls, network=network) as client:
            assert (await client.post("https://hooks.example/", b"", {})).status == 200
            assert await refused(client, "https://other.example/") == "no-connection"


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    said = saying(http("307 Temporary Redirect", Location=f"http://127.0.0.1:{free_port()}/inside"))
    async with receiver(said) as server, Egress(settings(server.url)) as client:
        answer = await client.post(server.url, b"", {})
    assert (answer.status, len(server.requests)) == (307, 1)


async def test_no_cookie_is_kept_and_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with receiver(saying(http("200 OK", Set_Cookie="a=b"))) as server, Egress(settings(server.url)) as client:
        for _ in range(2):
            assert (await client.post(server.url, b"", {})).status == 200
    assert all("cookie" not in head.lower() for head, _ in server.requests)


async def test_of_a_huge_body_only_the_start_is_read() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()

    async with receiver(endless) as server, Egress(settings(server.url, egress_body_bytes=1000)) as client:
        assert (await client.post(server.url, b"", {})).status == 200


async def test_a_body_that_drips_is_not_waited_for() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with receiver(drip) as server, Egress(settings(server.url, egress_total_seconds=0.3)) as client:
        async with asyncio.timeout(10):
            assert (await client.post(server.url, b"", {})).status == 200


async def test_a_host_that_says_nothing_ends_with_our_patience() -> None:
    async with receiver(saying(b"")) as server, Egress(settings(server.url, egress_total_seconds=0.2)) as client:
        assert await refused(client, server.url) == "timeout"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"y" * 20_000 + b"\r\ncontent-length: 0\r\n\r\n", "headers-too-large"),
        (b"HTTP/1.1 200 OK\r\nx-a: " + b"y" * 300_000, "not-http"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde", "not-http"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nabcde", "not-http"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not-http"),
    ],
)
async def test_answers_that_are_none(said: bytes, reason: str) -> None:
    async with receiver(saying(said)) as server, Egress(settings(server.url)) as client:
        assert await refused(client, server.url) == reason


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n", 200),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnone\r\n", 200),
        (b"HTTP/1.1 410 Gone\r\ncontent-length: 1000\r\n\r\n", 410),
    ],
)
async def test_an_answer_counts_though_its_body_breaks_off(said: bytes, status: int) -> None:
    async def short(writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    async with receiver(short) as server, Egress(settings(server.url)) as client:
        assert (await client.post(server.url, b"", {})).status == status


async def test_an_answer_counts_though_its_body_has_no_end() -> None:
    """A body without a length ends with the connection, and this one stays."""
    async with (
        receiver(saying(b"HTTP/1.1 410 Gone\r\n\r\n")) as server,
        Egress(settings(server.url, egress_total_seconds=0.5)) as client,
    ):
        assert [(await client.post(server.url, b"", {})).status for _ in range(2)] == [410, 410]
    assert server.connections == 2


async def test_a_closed_port_and_an_unknown_name_are_no_connection() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("not found")

    target = f"http://127.0.0.1:{free_port()}"
    async with Egress(settings(target)) as client:
        assert await refused(client, target) == "no-connection"
    async with Egress(settings(), resolve=unknown) as client:
        assert await refused(client, "https://hooks.example/") == "no-connection"
        with pytest.raises(EgressError, match="no-connection"):
            await client.check("https://hooks.example/")


def test_only_origins_are_test_targets() -> None:
    with pytest.raises(ValueError, match="origins"):
        settings("127.0.0.1:9000")


def certified(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a server that proves a name, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "chain.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return server, ssl.create_default_context(cafile=str(chain))
