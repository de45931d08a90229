"""The operators' console over a running product: its processes, on ports of their own."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from kenes.local.environment import API_PORT, METRICS_PORT
from kenes.local.ports import free_port
from kenes.local.probe import HOST, http_ready
from kenes.local.process import ChildProcess
from kenes.local.services import ROLES
from tests.processes import READY_SECONDS, ROOT, Product


@dataclass
class ConsoleSite:
    """A running console. `identity` is where its people sign in."""

    product: Product
    identity: str
    port: int
    children: dict[str, ChildProcess] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Origin of the pages."""
        return f"http://{HOST}:{self.port}"

    def last_lines(self) -> str:
        """The end of each log, for a failing test."""
        return "\n".join(child.last_lines(30) for child in self.children.values())


@contextmanager
def running_console(
    product: Product, identity: str, *, roles: Sequence[str] = ROLES, more: Mapping[str, str] | None = None
) -> Iterator[ConsoleSite]:
    """A started console; nothing of it is left after the block."""
    site = ConsoleSite(product, identity, free_port())
    ports = {role: free_port() for role in roles}
    told = {"KENES_PUBLIC_URL": site.url, API_PORT: str(site.port), "KENES_CONSOLE_EVERY": "1", **(more or {})}
    for role in roles:
        environment = product.environment(role) | told | {METRICS_PORT: str(ports[role])}
        argv = [sys.executable, "-m", "services.console", role]
        log = product.logs / f"console-{role}.log"
        site.children[role] = ChildProcess(f"console-{role}", argv, log, env=environment, cwd=ROOT)
    try:
        for child in site.children.values():
            child.start()
        _wait_ready(site, ports)
        yield site
    finally:
        for child in site.children.values():
            child.terminate()
        for child in site.children.values():
            child.stop()


def _wait_ready(site: ConsoleSite, ports: Mapping[str, int]) -> None:
    until = time.monotonic() + READY_SECONDS
    waited = {f"http://{HOST}:{port}/readyz" for port in ports.values()}
    while waited or not _answers(site):
        waited = {url for url in waited if not http_ready(url)}
        ended = [role for role, child in site.children.items() if not child.running]
        assert not ended, f"{ended} ended\n{site.last_lines()}"
        assert time.monotonic() < until, f"the console was not ready\n{site.last_lines()}"
        time.sleep(0.1)


def _answers(site: ConsoleSite) -> bool:
    if "api" not in site.children:
        return True
    try:
        return httpx.get(f"{site.url}/letters").status_code < 500
    except httpx.TransportError:
        return False
