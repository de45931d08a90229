"""The API of a running product, as tests call it."""

from __future__ import annotations

import contextlib
import itertools
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from kenes.local.ports import free_port
from kenes.local.process import ChildProcess
from tests.processes import ROOT, Product
from tests.waiting import eventually

PREFIX = "/api/petitions/v1"
TEXT: dict[str, Any] = {
    "language": "kk",
    "title": "Мектеп жанындағы қауіпсіз өткелдер",
    "text": "Қыста балалар мектепке қараңғыда барады, ал жүргізушілер оларды өткелде көрмейді. Былтыр жазатайым болды.",
    "proposal": "Мектепке үш жүз метрден жақын әр өткелге жарық орнату.",
}

_numbers = itertools.count()


class Api:
    """Requests to one api process. People are new unless named: `person()` gives a token nobody has used."""

    def __init__(self, product: Product, url: str | None = None) -> None:
        self.product = product
        self.url = url or product.url
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def person(self, **claims: Any) -> str:
        """The token of somebody new: a grown-up citizen unless the claims say otherwise."""
        return self.product.issuer.token(f"{uuid4().hex[:8]}-{next(_numbers)}", **claims)

    def ask(
        self, method: str, path: str, token: str | None = None, *, wait: int = 30, headers: Any = None, **body: Any
    ) -> httpx.Response:
        """A request under the API's prefix; `wait=0` leaves the preference out."""
        sent = dict(headers or {})
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        if wait:
            sent["prefer"] = f"wait={wait}"
        return self.client.request(method, PREFIX + path, headers=sent, **body)

    def create(self, token: str, **changes: Any) -> str:
        """A draft's id."""
        created = self.ask("POST", "/petitions", token, json=TEXT | changes)
        assert created.status_code == 201, created.text
        return str(created.json()["petition"])

    def open(self, token: str, **changes: Any) -> str:
        """The id of a petition that collects."""
        petition = self.create(token, **changes)
        decided = self.ask("POST", f"/petitions/{petition}/submission", token)
        assert decided.status_code == 200, decided.text
        return petition

    def sign(self, petition: str, token: str, **options: Any) -> httpx.Response:
        """A signature."""
        return self.ask("POST", f"/petitions/{petition}/signatures", token, **options)

    def count(self, petition: str) -> int:
        """Signatures that count."""
        found = self.ask("GET", f"/petitions/{petition}/count", wait=0)
        return int(found.json()["count"])

    def receipt(self, receipt: str, wait: int = 30) -> dict[str, Any]:
        """What became of a request."""
        found: dict[str, Any] = self.ask("GET", f"/receipts/{receipt}", wait=wait).json()
        return found

    def eventually(self, path: str, token: str | None, holds: Callable[[Any], object]) -> Any:
        """What a read says once it holds."""
        return eventually(lambda: self.ask("GET", path, token, wait=0).json(), holds)


@contextmanager
def another_api(product: Product, name: str, **settings: str) -> Iterator[Api]:
    """A further api process of the product, with the limits of a real one."""
    port = free_port()
    told = product.environment("api") | {
        "KENES_API_PORT": str(port),
        "KENES_METRICS_PORT": "0",
        "KENES_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    environment = {key: value for key, value in told.items() if not key.startswith("KENES_WEB__")} | settings
    argv = [sys.executable, "-m", "services.petitions", "api"]
    process = ChildProcess(name, argv, product.logs / f"{name}.log", env=environment, cwd=ROOT)
    process.start()

    def answers() -> bool:
        assert process.running, process.last_lines(20)
        with contextlib.suppress(httpx.TransportError):
            return opened.ask("GET", "/petitions", wait=0).status_code == 200
        return False

    try:
        with Api(product, f"http://127.0.0.1:{port}") as opened:
            eventually(answers)
            yield opened
    finally:
        process.stop()


def raw(url: str, request: bytes) -> tuple[int, bytes]:
    """Sends bytes as they are; status and the answer so far. Status 0 where the connection was only closed."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        received = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
            while b"\r\n\r\n" not in received and (chunk := connection.recv(65536)):
                received += chunk
    return (int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else 0), received


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of a refusal, checked to be one."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["code"] == code, found
    assert found["status"] == status
    assert found["type"] == f"urn:kenes:problem:{code}"
    assert found["title"]
    assert found["detail"]
    assert "Traceback" not in answer.text
    return found
