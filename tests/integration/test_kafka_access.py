"""A real broker with the users and rights of the deployment: each service does its work, and nothing of another's."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import CreateAclsRequest

from deploy.access import SUBSCRIBER, Rule, rules, users
from kenes.kafka.admin import ensure_topics
from kenes.kafka.connection import client_options
from kenes.kafka.lag import committed_by
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.reader import ends
from kenes.kafka.stream import running_app, stream_app
from kenes.local.kafka import EmbeddedKafka, cluster_id
from kenes.local.ports import free_port
from kenes.local.probe import HOST
from schemas.envelope import Event
from schemas.parts import Actor
from schemas.petitions import v1 as petitions
from schemas.topics import PETITION_REQUESTS, PUBLIC_EVENTS, REGISTRY, Topic, all_topics
from tests.processes import ROOT
from tests.stack import running
from tests.waiting import PATIENCE

pytestmark = pytest.mark.stack

PASSWORD = "only/for+tests"
RESOURCES = {"topic": 2, "group": 3, "cluster": 4}
OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Delete": 6, "Describe": 8, "DescribeConfigs": 10}
LITERAL, PREFIXED, ALLOW = 3, 4, 3


class GuardedKafka(EmbeddedKafka):
    """The embedded broker with the listeners, login and authorizer of docker-compose.yml."""

    inside = 0

    def _configure(self) -> Path:
        self.inside = self.inside or free_port()
        config = super()._configure()
        listeners = {
            "listeners": f"INSIDE://{HOST}:{self.inside},CONTROLLER://{HOST}:{self.controller_port},LOCAL://{HOST}:{self.port}",
            "advertised.listeners": f"INSIDE://{HOST}:{self.inside},LOCAL://{HOST}:{self.port}",
        }
        with config.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in (guarded() | listeners).items())
        return config

    def _format(self, java: list[str], config: Path) -> None:
        scram = [f"--add-scram=SCRAM-SHA-512=[name={name},password={PASSWORD}]" for name in users()]
        tool = ["kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(config), *scram]
        subprocess.run([*java, *tool], check=True, capture_output=True, timeout=200)


def guarded() -> dict[str, str]:
    """What docker-compose.yml says of the broker's doors, as its image turns variables into properties."""
    project = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    wanted = ("SECURITY", "INTER_BROKER", "SASL", "AUTHORIZER", "SUPER_USERS", "ALLOW_EVERYONE")
    given = project["services"]["kafka"]["environment"]
    return {
        name.removeprefix("KAFKA_")
        .replace("___", "-")
        .replace("__", "+")
        .replace("_", ".")
        .replace("+", "_")
        .lower(): value
        for name, value in given.items()
        if any(word in name for word in wanted)
    }


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedKafka]:
    with running(GuardedKafka(tmp_path_factory.mktemp("guarded"))) as started:
        asyncio.run(_allow(started))
        yield started


async def _allow(broker: GuardedKafka) -> None:
    await ensure_topics(broker.bootstrap, all_topics(REGISTRY), 1)
    client = AIOKafkaClient(bootstrap_servers=broker.bootstrap)
    await client.bootstrap()
    try:
        # All at once: one after another, each would wait for the controller's next write.
        await asyncio.gather(*(_allow_one(client, rule, each) for rule in rules() for each in rule.operations))
    finally:
        await client.close()


async def _allow_one(client: AIOKafkaClient, rule: Rule, operation: str) -> None:
    pattern = PREFIXED if rule.prefixed else LITERAL
    named = (RESOURCES[rule.resource], rule.name, pattern, f"User:{rule.user}", "*")
    allowing = CreateAclsRequest(*named, OPERATIONS[operation], ALLOW)
    answer = await client.send(client.get_random_node(), allowing)
    assert [code for code, *_ in answer.creation_responses] == [0], rule


def address(broker: GuardedKafka, user: str, password: str = PASSWORD) -> str:
    return f"scram://{user}:{password.replace('/', '%2F')}@{HOST}:{broker.inside}"


def request() -> Event[petitions.WithdrawalRequested]:
    asked = petitions.WithdrawalRequested(petition="p" * 12, actor=Actor(pseudonym="a" * 43, roles=()))
    return Event(id="1", source="/petitions", subject="p", time=datetime.now(UTC), data=asked)


async def test_a_service_does_its_work(broker: GuardedKafka) -> None:
    own = address(broker, "petitions")
    async with Producer(own, "petitions-api") as producer:
        receipt = await producer.send(PETITION_REQUESTS, b"p", request())
    assert (await ends(own, PETITION_REQUESTS))[receipt.partition] == receipt.offset + 1
    assert await ensure_topics(own, all_topics((PETITION_REQUESTS,)), 1) == []
    assert await read_in_group(own, PETITION_REQUESTS, "petitions.test.v1")
    assert await committed_by(own, "petitions-stream", PETITION_REQUESTS)() == {}


async def test_a_stream_process_logs_in_as_well(broker: GuardedKafka) -> None:
    async with Producer(address(broker, "petitions"), "petitions-api") as producer:
        await producer.send(PETITION_REQUESTS, b"p", request())
    app, given = stream_app("petitions", address(broker, "petitions"), 6.0), asyncio.Event()
    raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}

    async def agent(stream: Any) -> None:
        async for _ in stream:
            given.set()

    app.agent(app.topic(PETITION_REQUESTS.name, partitions=PETITION_REQUESTS.partitions, **raw))(agent)
    async with running_app(app):
        await asyncio.wait_for(given.wait(), PATIENCE)


@pytest.mark.parametrize("user", ["consultations", SUBSCRIBER])
async def test_nobody_writes_or_reads_what_is_anothers(broker: GuardedKafka, user: str) -> None:
    with pytest.raises(BrokerUnavailableError, match="AuthorizationFailed"):
        async with Producer(address(broker, user), user, timeout=30) as producer:
            await producer.send(PETITION_REQUESTS, b"p", request())
    with pytest.raises(TopicAuthorizationFailedError):
        await read_in_group(address(broker, user), PETITION_REQUESTS, f"{user}.test")


async def test_a_subscriber_reads_public_events_in_its_own_groups_and_writes_none(broker: GuardedKafka) -> None:
    own = address(broker, SUBSCRIBER)
    assert not await read_in_group(own, PUBLIC_EVENTS, "subscriber.agency", none=True)
    with pytest.raises(GroupAuthorizationFailedError):
        await read_in_group(own, PUBLIC_EVENTS, "notifications.public")


@pytest.mark.parametrize(("user", "password"), [("petitions", "another"), ("nobody", PASSWORD)])
async def test_without_a_login_there_is_no_way_in(broker: GuardedKafka, user: str, password: str) -> None:
    with pytest.raises(BrokerUnavailableError):
        async with Producer(address(broker, user, password), user, timeout=3):
            pass


async def read_in_group(bootstrap: str, topic: Topic, group: str, *, none: bool = False) -> int:
    """How many records a new member of a group is given at first; where there are `none`, once it has partitions."""
    consumer = AIOKafkaConsumer(
        topic.name, **client_options(bootstrap), group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        async with asyncio.timeout(PATIENCE):
            await consumer.start()
            while not (found := await consumer.getmany(timeout_ms=1000)):
                if none and consumer.assignment():
                    break
    finally:
        await consumer.stop()
    return sum(map(len, found.values()))
