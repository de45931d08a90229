"""Looking at a cluster from outside: topics, offsets, sizes, times and settings, as the brokers tell them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import DescribeConfigsRequest
from aiokafka.protocol.metadata import MetadataRequest

from kenes.kafka.cluster_model import Layout, Place
from kenes.kafka.cluster_wire import LogDirsRequest, OffsetsRequest
from kenes.kafka.connection import client_options

END: Final = -1
BEGIN: Final = -2
NEWEST: Final = -3
OLDEST: Final = 0
"""Any time there can be: the first record at or after it is the oldest one."""

_FAILURES: Final = (KafkaError, OSError, NotImplementedError)
"""What the client raises; the last for a broker that speaks no version of a request that we do."""
_TOPIC: Final = 2
"""How the protocol names the settings of a topic, not of a broker."""
_ELSEWHERE: Final = frozenset({3, 5, 6})
"""Codes of a partition that has gone, has no leader or another one: told at the next look."""


class ClusterUnreachableError(RuntimeError):
    """No broker answered, or not as it should."""


class Cluster:
    """A connection to a cluster that only looks. Use from one event loop; `aclose` when done.

    It is made when first used, and anew after every failure. `timeout` is in seconds, per request. All methods raise
    `ClusterUnreachableError`.
    """

    def __init__(self, bootstrap: str, client: str, *, timeout: float = 3.0) -> None:
        self._bootstrap = bootstrap
        self._name = client
        self._timeout = timeout
        self._client: AIOKafkaClient | None = None
        self._connecting = asyncio.Lock()

    async def layout(self) -> Layout:
        """Which topics, partitions and brokers there are."""
        client = await self._connected()
        node = client.get_random_node()
        answer = await self.send("bootstrap" if node is None else node, MetadataRequest(None, False))
        client.cluster.update_metadata(answer)
        told = answer.to_object()
        return Layout(
            tuple(broker["node_id"] for broker in told["brokers"]),
            {
                Place(topic["topic"], partition["partition"]): partition["leader"]
                for topic in told["topics"]
                for partition in topic["partitions"]
            },
        )

    async def offsets(self, layout: Layout, at: int) -> dict[Place, int]:
        """The offset of each partition at its `END` or `BEGIN`, or of its first record at or after a time.

        Times are milliseconds since 1970; -1 where nothing is so late.
        """
        return {place: offset for place, _, offset in await self._listed(layout, at)}

    async def times(self, layout: Layout, at: int) -> dict[Place, int]:
        """The timestamp of the `OLDEST` or `NEWEST` record of each partition that has one, in milliseconds."""
        return {place: timestamp for place, timestamp, offset in await self._listed(layout, at) if offset >= 0}

    async def _listed(self, layout: Layout, at: int) -> list[tuple[Place, int, int]]:
        asked = [(leader, OffsetsRequest(topics, at)) for leader, topics in by_leader(layout.leaders).items()]
        found = []
        for answer in await self.send_all(asked):
            for topic, partitions, _ in answer.topics:
                for partition, error, timestamp, offset, *_ in partitions:
                    if error not in _ELSEWHERE:
                        refuse(error)
                        found.append((Place(topic, partition), timestamp, offset))
        return found

    async def sizes(self, layout: Layout) -> dict[Place, int]:
        """The bytes each partition takes on its leader; copies on other brokers are not added."""
        answers = await self.send_all([(broker, LogDirsRequest()) for broker in layout.brokers])
        return {
            place: size
            for broker, answer in zip(layout.brokers, answers, strict=True)
            for error, _, topics in answer.dirs
            if not error
            for topic, partitions in topics
            for partition, size, _, future in partitions
            if not future and layout.leaders.get(place := Place(topic, partition)) == broker
        }

    async def settings(self, topics: Iterable[str], names: Iterable[str]) -> dict[str, dict[str, str]]:
        """The named settings of each topic."""
        client = await self._connected()
        wanted = list(names)
        request = DescribeConfigsRequest([(_TOPIC, topic, wanted) for topic in topics], False)
        answer = await self.send(client.get_random_node(), request)
        found: dict[str, dict[str, str]] = {}
        for error, _, _, topic, entries in answer.resources:
            if error not in _ELSEWHERE:
                refuse(error)
                found[topic] = {name: value for name, value, *_ in entries}
        return found

    async def send_all(self, requests: Iterable[tuple[Any, Any]]) -> list[Any]:
        """The answers to requests, each with the broker it is for, in their order."""
        return await asyncio.gather(*(self.send(broker, request) for broker, request in requests))

    async def send(self, broker: Any, request: Any) -> Any:
        """A broker's answer to a request of the protocol."""
        client = await self._connected()
        return await self._guarded(lambda: client.send(broker, request))

    async def _connected(self) -> AIOKafkaClient:
        async with self._connecting:
            if self._client is None:
                client = AIOKafkaClient(
                    **client_options(self._bootstrap),
                    client_id=self._name,
                    request_timeout_ms=int(self._timeout * 1000),
                )
                try:
                    await self._guarded(client.bootstrap)
                except ClusterUnreachableError:
                    await client.close()
                    raise
                self._client = client
            return self._client

    async def _guarded(self, work: Callable[[], Any]) -> Any:
        try:
            async with asyncio.timeout(self._timeout):
                return await work()
        except (*_FAILURES, TimeoutError) as error:
            await self.aclose()
            raise ClusterUnreachableError(f"{type(error).__name__}: {error}".rstrip(": ")) from error

    async def aclose(self) -> None:
        """Closes the connection; the next use makes another one."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


def by_leader(leaders: Mapping[Place, int]) -> dict[int, dict[str, list[int]]]:
    """The partitions that each broker leads, by topic."""
    found: dict[int, dict[str, list[int]]] = {}
    for place, leader in leaders.items():
        if leader >= 0:
            found.setdefault(leader, {}).setdefault(place.topic, []).append(place.partition)
    return found


def refuse(code: int) -> None:
    """Raises `ClusterUnreachableError` for an error in an answer."""
    if code:
        raise ClusterUnreachableError(f"the broker answered with error {code}: {for_code(code).__name__}")
