"""What is deployed, said once: the generated files, and the rules about the written ones, are read off this table."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kenes.local.services import ROLES, find_services
from kenes.service.definition import Service
from schemas.topics import PUBLIC_EVENTS, REGISTRY, Topic, all_topics

METRICS_PORT = 9464
API_PORT = 8080
NAMESPACE = "kenes"

OPERATORS = "console"
"""The service that sees every topic and group, and sends dead letters back to where they came from."""
PUBLIC: tuple[Topic, ...] = (PUBLIC_EVENTS,)
"""What subscribers outside may read from the broker."""


@dataclass(frozen=True)
class Deployed:
    """One service: its processes, the topics it owns, and those of others it reads."""

    name: str
    roles: tuple[str, ...]
    reads: tuple[Topic, ...]

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Its own, dead letters included."""
        return all_topics(tuple(topic for topic in REGISTRY if topic.owner == self.name))

    @property
    def named(self) -> dict[str, str]:
        """Names of its processes, as deployments and hosts, by their roles."""
        return {role: f"{self.name}-{role}" for role in self.roles}


@cache
def deployed() -> Sequence[Deployed]:
    """The services of this checkout, in their order."""
    return tuple(Deployed(each.name, ROLES, _reads(each.module)) for each in find_services())


def _reads(module: str) -> tuple[Topic, ...]:
    """What the service class in a package says it reads; nothing, where it has none of its own."""
    found = importlib.import_module(f"{module}.service")
    kinds = [each for each in vars(found).values() if isinstance(each, type) and issubclass(each, Service)]
    return next((kind.reads for kind in kinds if kind.__module__ == found.__name__), ())


def partitions(service: Deployed) -> int:
    """The most copies of `stream` or `project` that have work: more than partitions would idle."""
    return max((topic.partitions for topic in (*service.topics, *service.reads)), default=1)


def addresses() -> dict[str, str]:
    """Where each process tells health and metrics, by its name."""
    return {name: f"http://{name}:{METRICS_PORT}" for service in deployed() for name in service.named.values()}
