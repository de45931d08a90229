"""The drill: sign, back up, lose everything, restore, and go on as if nothing had been."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from kenes.kafka.copying import Span, spans
from kenes.local.environment import LOGIN
from schemas.topics import PETITIONS, SIGNATURE_REQUESTS, SIGNATURES, Topic
from tests.integration.api import Api
from tests.processes import ROOT, Product, running_product

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

ROLES = ("stream", "project", "api")


@pytest.fixture(scope="module")
def lost() -> Iterator[Product]:
    """The product that will be lost."""
    with running_product() as started:
        yield started


@pytest.fixture(scope="module")
def found(lost: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """An empty broker and an empty database, for people of the same identity provider. No process runs yet."""
    same = lost.issuer.environment() | {LOGIN: lost.issuer.url}
    product = Product(tmp_path_factory.mktemp("found"), roles=ROLES, environment=same)
    try:
        with product.issuer:
            product.kafka.start()
            product.mongo.start()
            yield product
    finally:
        product.stop()


def kept(product: Product, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment: Mapping[str, str] = product.environment("project")
    command = [sys.executable, "-m", "kenes.backup", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)


def held(product: Product, topic: Topic) -> dict[int, Span]:
    return asyncio.run(spans(product.kafka.bootstrap, topic))


async def expire(product: Product, topic: Topic) -> None:
    """Lets the retention of requests pass for all but the last one of each partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=product.kafka.bootstrap)
    await admin.start()
    try:
        ends = {partition: span.end for partition, span in (await spans(product.kafka.bootstrap, topic)).items()}
        gone = {partition: end - 1 for partition, end in ends.items() if end > 1}
        await admin.delete_records(
            {TopicPartition(topic.name, partition): RecordsToDelete(end) for partition, end in gone.items()}
        )
    finally:
        await admin.close()


def test_what_is_lost_comes_back_and_goes_on(lost: Product, found: Product, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    with Api(lost) as api:
        petition, people = api.open(api.person()), [api.person() for _ in range(40)]
        receipts = [api.sign(petition, each, json={"listed": True}).json()["receipt"] for each in people]
        assert api.count(petition) == 40
        newcomer = api.person()
    asyncio.run(expire(lost, SIGNATURE_REQUESTS))

    made = kept(lost, "backup", str(folder), "--keep", "notifications.api_keys")
    assert made.returncode == 0, made.stderr
    before = {topic.name: held(lost, topic) for topic in (PETITIONS, SIGNATURES, SIGNATURE_REQUESTS)}
    assert any(span.start for span in before[SIGNATURE_REQUESTS.name].values())
    for role in ROLES:
        lost.stop_role(role)

    restored = kept(found, "restore", str(folder))
    assert restored.returncode == 0, restored.stderr
    assert "notifications.api_keys: 0 documents" in restored.stdout
    assert {topic.name: held(found, topic) for topic in (PETITIONS, SIGNATURES, SIGNATURE_REQUESTS)} == before
    again = kept(found, "restore", str(folder))
    assert again.returncode == 1
    assert "is not empty" in again.stderr

    for role in ROLES:
        found.start_role(role)
    found.wait_ready(ROLES)
    with Api(found) as api:
        assert api.receipt(receipts[0])["status"] == "decided"
        assert api.sign(petition, people[0]).status_code == 409
        assert api.sign(petition, newcomer).status_code == 201
        assert api.count(petition) == 41
    status, told = found.run("audit")
    assert status == 0, told


def test_a_backup_that_was_touched_is_refused_before_anything_is_written(found: Product, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    assert kept(found, "backup", str(folder)).returncode == 0
    assert kept(found, "backup", str(folder)).returncode == 1
    file = next(folder.glob("topics/*/0.jsonl.gz"))
    file.write_bytes(file.read_bytes() + b"\0")
    refused = kept(found, "restore", str(folder))
    assert refused.returncode == 1
    assert "is not what was written" in refused.stderr
