"""A new service costs its domain, folds and pages: the kit brings the rest."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import EmbeddedMongo
from kenes.local.ports import free_port
from kenes.local.process import ChildProcess
from tests.processes import ROOT
from tests.waiting import eventually

pytestmark = pytest.mark.stack

EXAMPLE = ROOT / "tests" / "example"


@pytest.fixture(scope="module")
def environment(kafka: EmbeddedKafka, mongo: EmbeddedMongo) -> dict[str, str]:
    port = free_port()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("KENES_")},
        "KENES_ENVIRONMENT": "test",
        "KENES_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "KENES_MONGO_URI": mongo.uri,
        "KENES_MASTER_KEY": base64.b64encode(b"k" * 32).decode(),
        "KENES_API_PORT": str(port),
        "KENES_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


@pytest.fixture(scope="module")
def site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    logs = tmp_path_factory.mktemp("library")
    children = [_child(role, environment, logs) for role in ("api", "stream", "project")]
    for child in children:
        child.start()
    with httpx.Client(base_url=environment["KENES_PUBLIC_URL"], timeout=120) as client:
        try:
            _wait(client, children)
            yield client
        finally:
            for child in children:
                child.stop()


def _child(role: str, environment: dict[str, str], logs: Path) -> ChildProcess:
    return ChildProcess(
        role, [sys.executable, "-m", "tests.example", role], logs / f"{role}.log", env=environment, cwd=ROOT
    )


def _wait(client: httpx.Client, children: list[ChildProcess]) -> None:
    """Returns once the library answers, and decides."""

    def decides() -> bool:
        assert all(child.running for child in children), "\n".join(child.last_lines() for child in children)
        with contextlib.suppress(httpx.TransportError):
            return client.post("/books/opening/loan", json={"reader": "nobody"}).status_code in {200, 409}
        return False

    eventually(decides)


def _seen(client: httpx.Client, book: str, expected: dict[str, object]) -> None:
    """What is read follows what was decided within moments."""
    eventually(
        lambda: client.get(f"/books/{book}"), lambda found: found.status_code == 200 and found.json() == expected
    )


def test_one_reader_at_a_time(site: httpx.Client) -> None:
    lent = site.post("/books/abai/loan", json={"reader": "aigerim"})
    assert lent.json() == {"status": "library.loan.lent.v1"}
    refused = site.post("/books/abai/loan", json={"reader": "erzhan"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "lent")
    assert refused.headers["content-type"] == "application/problem+json"
    assert site.post("/books/abai/return", json={"reader": "erzhan"}).json()["reason"] == "not-yours"
    assert site.post("/books/abai/return", json={"reader": "aigerim"}).status_code == 200
    assert site.post("/books/abai/loan", json={"reader": "erzhan"}).status_code == 200
    _seen(site, "abai", {"reader": "erzhan", "loans": 2})


def test_rebuild_and_audit_come_for_free(site: httpx.Client, environment: dict[str, str]) -> None:
    assert site.post("/books/words/loan", json={"reader": "maria"}).status_code == 200
    _seen(site, "words", {"reader": "maria", "loans": 1})
    rebuilt = _command(environment, "rebuild")
    assert "shelf: version 2 live" in rebuilt
    _seen(site, "words", {"reader": "maria", "loans": 1})
    assert site.post("/books/words/return", json={"reader": "maria"}).status_code == 200
    _seen(site, "words", {"reader": None, "loans": 1})
    audited = _command(environment, "audit")
    assert "projection shelf" in audited
    assert "state books" in audited
    assert "differences" in audited


def _command(environment: dict[str, str], name: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.example", name],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_costs_little() -> None:
    """Rules, folds, pages and payloads: nothing that another service would write again."""
    lines = sum(len(module.read_text().splitlines()) for module in EXAMPLE.glob("*.py"))
    assert lines < 300
    for word in ("aiokafka", "faust", "motor", "offset", "commit", "transaction"):
        spelled = [module.name for module in EXAMPLE.glob("*.py") if f"import {word}" in module.read_text()]
        assert not spelled
