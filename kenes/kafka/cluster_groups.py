"""Consumer groups: who reads what, and how far each has committed."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from kenes.kafka.cluster import Cluster, refuse
from kenes.kafka.cluster_group_wire import CommittedRequest, DescribeRequest, GroupsRequest, MembersRequest
from kenes.kafka.cluster_model import Group, Layout, Member, Place
from kenes.observe.logs import get_logger

_log = get_logger(__name__)
_CONSUMERS: Final = frozenset({"consumer", ""})
"""Protocols of groups that read topics; an empty one is a group that only has offsets."""
_NEWER: Final = "consumer"


async def groups(cluster: Cluster, layout: Layout) -> list[Group]:
    """Every consumer group, by name. Raises `ClusterUnreachableError`.

    Each broker tells the groups that it looks after, so that nobody has to be asked who looks after which.
    """
    listed = await cluster.send_all([(broker, GroupsRequest()) for broker in layout.brokers])
    found: list[Group] = []
    for broker, answer in zip(layout.brokers, listed, strict=True):
        refuse(answer.error)
        kinds = {name: kind.lower() for name, protocol, _, kind, _ in answer.groups if protocol in _CONSUMERS}
        if kinds:
            found += await _described(cluster, broker, kinds)
    return sorted(found, key=lambda group: group.name)


async def _described(cluster: Cluster, broker: int, kinds: dict[str, str]) -> list[Group]:
    newer = [name for name, kind in kinds.items() if kind == _NEWER]
    older = [name for name, kind in kinds.items() if kind != _NEWER]
    committed = _committed(await cluster.send(broker, CommittedRequest(list(kinds))))
    states: dict[str, tuple[str, tuple[Member, ...]]] = {}
    if older:
        answer = await cluster.send(broker, DescribeRequest(older))
        for error, name, state, _, _, members, *_ in answer.groups:
            refuse(error)
            states[name] = state, tuple(_classic_member(name, member) for member in members)
    if newer:
        answer = await cluster.send(broker, MembersRequest(newer))
        for error, _, name, state, _, _, _, members, *_ in answer.groups:
            refuse(error)
            states[name] = state, tuple(_member(member) for member in members)
    return [
        Group(name, kinds[name], state, broker, members, committed.get(name, {}))
        for name, (state, members) in states.items()
    ]


def _committed(answer: Any) -> dict[str, dict[Place, int]]:
    found: dict[str, dict[Place, int]] = defaultdict(dict)
    for group, topics, error, _ in answer.groups:
        refuse(error)
        for topic, partitions, _ in topics:
            for partition, offset, _, _, failed, _ in partitions:
                refuse(failed)
                if offset >= 0:
                    found[group][Place(topic, partition)] = offset
    return found


def _classic_member(group: str, told: Any) -> Member:
    name, _, client, host, _, assignment, _ = told
    # A member that is just joining has none.
    return Member(name, client, host.lstrip("/"), _assigned(group, assignment) if assignment else ())


def _assigned(group: str, assignment: bytes) -> tuple[Place, ...]:
    """What a member was given: bytes from its group's leader, whoever that is. What cannot be read is nothing."""
    try:
        topics = ConsumerProtocolMemberAssignment.decode(assignment).assignment
        return _places((topic, numbers) for topic, numbers in topics if topic is not None)
    except (ValueError, TypeError) as error:
        _say_unreadable(group, str(error))
        return ()


@lru_cache(maxsize=256)
def _say_unreadable(group: str, reason: str) -> None:
    """Says so once, however often the group is looked at."""
    _log.warning("what a member of a group reads is not known", group=group, reason=reason[:200])


def _member(told: Any) -> Member:
    name, _, _, _, client, host, _, _, (assigned, _), *_ = told
    return Member(name, client, host.lstrip("/"), _places((topic, numbers) for _, topic, numbers, _ in assigned))


def _places(topics: Iterable[tuple[str, list[int]]]) -> tuple[Place, ...]:
    return tuple(sorted(Place(topic, number) for topic, numbers in topics for number in numbers))
