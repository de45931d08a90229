"""Who may do what on the broker: each service on its own topics and groups, readers on what they read, nobody else.

Operations: https://kafka.apache.org/41/documentation.html#operations_resources_and_protocols
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.table import OPERATORS, PUBLIC, Deployed, deployed
from schemas.topics import ACT_REQUESTS, ACTS, REGISTRY, all_topics

OWN = ("Read", "Write", "Create", "Describe", "DescribeConfigs")
READ = ("Read", "Describe")
WRITE = ("Write", "Describe")
LOOK = ("Read", "Describe", "DescribeConfigs")
KEEP = (*OWN, "Delete")
BACKUP = "backup"
"""The user that keeps topics, and writes them back into a new cluster."""
SUBSCRIBER = "subscriber"
"""The user that bodies outside read the public events as."""


@dataclass(frozen=True)
class Rule:
    """One principal may do some operations on a resource, or on all whose names begin so."""

    user: str
    resource: Literal["topic", "group", "cluster"]
    name: str
    operations: tuple[str, ...]
    prefixed: bool = False


def rules(services: Sequence[Deployed] | None = None) -> list[Rule]:
    """Every rule. What none allows is refused."""
    found = [rule for service in services or deployed() for rule in _of(service)]
    found += [Rule(SUBSCRIBER, "topic", topic.name, READ) for topic in PUBLIC]
    found += [Rule(BACKUP, "topic", topic.name, KEEP) for topic in all_topics(REGISTRY)]
    return [*found, Rule(SUBSCRIBER, "group", f"{SUBSCRIBER}.", READ, prefixed=True)]


def users(services: Sequence[Deployed] | None = None) -> list[str]:
    """Everybody a rule is about."""
    return list(dict.fromkeys(rule.user for rule in rules(services)))


def _of(service: Deployed) -> Iterator[Rule]:
    for topic in service.topics:
        yield Rule(service.name, "topic", topic.name, OWN)
    for topic in service.reads:
        yield Rule(service.name, "topic", topic.name, READ)
        yield Rule(service.name, "topic", topic.dead_letters.name, WRITE)
    if service.name != OPERATORS:
        yield from _upkeep(service)
    yield Rule(service.name, "group", f"{service.name}-stream", READ)
    yield Rule(service.name, "group", f"{service.name}.", READ, prefixed=True)
    if service.name == OPERATORS:
        yield from _operators(service)


def _upkeep(service: Deployed) -> Iterator[Rule]:
    """Operators' orders to a service, such as to rebuild a projection, and its word on what came of them."""
    yield Rule(service.name, "topic", ACTS.name, READ)
    yield Rule(service.name, "topic", ACTS.dead_letters.name, WRITE)
    yield Rule(service.name, "topic", ACT_REQUESTS.name, WRITE)
    yield Rule(service.name, "topic", ACT_REQUESTS.dead_letters.name, ("Describe",))


def _operators(service: Deployed) -> Iterator[Rule]:
    """They look at everything, and send a request that was set aside back to its topic."""
    for topic in all_topics(REGISTRY):
        if topic not in service.topics:
            yield Rule(service.name, "topic", topic.name, (*LOOK, "Write") if topic.takes_requests else LOOK)
    yield Rule(service.name, "group", "*", ("Describe",))
    yield Rule(service.name, "cluster", "kafka-cluster", ("Describe", "DescribeConfigs"))
