"""The programs on the page for developers, run as they are copied from it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from kenes.kafka.producer import Producer
from kenes.local.ports import free_port
from schemas.notifications.petitions import PetitionPublished
from schemas.petitions import v1 as petitions
from schemas.topics import PETITIONS
from services.notifications.channels.webhook import new_secret
from services.notifications.developers.examples import example
from services.notifications.pages.developers import clients
from tests.deciding import Deciding, petition
from tests.processes import Product, running_product
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.stack
PUBLISHED: Final = "notifications.petition.published.v1"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """Notifications; petitions are decided by the test."""
    with running_product(service="notifications") as started:
        yield started


@pytest_asyncio.fixture
async def told(product: Product) -> str:
    """The id of a petition that everybody has been told was published."""
    name = f"petition-{datetime.now(UTC).timestamp()}"
    async with Producer(product.kafka.bootstrap, "test") as producer:
        await Deciding(producer).say(PETITIONS, name, *petition(name)[:3])
    events = f"{product.url}/api/notifications/v1/events?after=0"
    await asyncio.to_thread(eventually, lambda: httpx.get(events).text, lambda found: name in found)
    return name


@pytest.fixture
def copied(product: Product, tmp_path: Path) -> Path:
    """A folder with the programs, as the page shows them."""
    page = httpx.get(f"{product.url}/developers").text
    for client in clients(product.url, product.issuer.url):
        assert client.file in page
        (tmp_path / client.file).write_text(client.text, encoding="utf-8")
    return tmp_path


@contextlib.contextmanager
def running(folder: Path, *command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A program of the page, as a newcomer starts it; ended after the block."""
    told = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **environment}
    with subprocess.Popen(
        command, cwd=folder, env=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def printed(folder: Path, *command: str) -> str:
    """All that a program prints."""
    with running(folder, *command) as program:
        return program.communicate(timeout=PATIENCE)[0]


def line_with(program: subprocess.Popen[str], word: str) -> str:
    """The first line it prints that has a word."""
    assert program.stdout is not None
    seen: list[str] = []
    for line in program.stdout:
        seen.append(line)
        if word in line:
            return line
    raise AssertionError("".join(seen))


def test_by_request(copied: Path, told: str) -> None:
    """Prints what there is; run again, only what is new."""
    first = printed(copied, sys.executable, "pull.py")
    assert f"Парк у реки номер {told}" in first
    assert PUBLISHED in first
    assert printed(copied, sys.executable, "pull.py") == ""


def test_curl(copied: Path, told: str) -> None:
    found = printed(copied, "sh", "read.sh")
    assert told in found
    assert re.search(r"(?mi)^kenes-cursor: \d+", found)


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on PATH")
async def test_live(copied: Path, told: str, product: Product) -> None:
    """Goes on from the cursor it has kept, which it writes after it has printed."""
    kept = copied / "kenes.cursor"
    async with httpx.AsyncClient(base_url=product.url) as client:
        newest = (await client.get("/api/notifications/v1/events?after=0&limit=500")).headers["kenes-cursor"]
    with running(copied, "node", "follow.mjs") as program:
        assert PUBLISHED in await asyncio.to_thread(line_with, program, told)
        while not kept.exists() or kept.read_text() != newest:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    with running(copied, "node", "follow.mjs") as program:
        async with Producer(product.kafka.bootstrap, "test") as producer:
            await Deciding(producer, after=3).say(PETITIONS, told, petitions.Archived(petition=told))
        assert "archived" in await asyncio.to_thread(line_with, program, told)


def test_a_receiver_takes_what_is_signed_and_nothing_else(copied: Path) -> None:
    secret, port = new_secret(), free_port()
    body = example(PetitionPublished).json.decode()
    now = datetime.now(UTC)
    good = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("m", now, body),
    }
    with (
        running(copied, sys.executable, "receive.py", KENES_WEBHOOK_SECRET=secret, PORT=str(port)) as receiver,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as sender,
    ):
        assert _post(sender, body, good) == 204
        assert _post(sender, body, good | {"webhook-signature": "v1,AAAA"}) == 401
        assert PUBLISHED in line_with(receiver, PUBLISHED)


def _post(sender: httpx.Client, body: str, headers: dict[str, str]) -> int:
    """The status of a delivery; the receiver may still be starting."""
    while True:
        with contextlib.suppress(httpx.ConnectError):
            return sender.post("/", content=body.encode(), headers=headers).status_code
