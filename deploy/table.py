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
"""The service that sees every topic and group, and sends requests that were set aside back to their topics."""
PUBLIC: tuple[Topic, ...] = (PUBLIC_EVENTS,)
"""What subscribers outside may read from the broker."""


_MAILERS = frozenset({"petitions-api", "notifications-api", "notifications-stream"})
_NOTIFIERS = frozenset({"notifications-api", "notifications-stream"})


MEMORY = {"petitions-api": 1024, "petitions-stream": 1536}
"""MiB of those that keep something of every petition in memory, for 100,000 of them: docs/operations.md, Size."""
MEMORY_OF_OTHERS = 512


@dataclass(frozen=True)
class Secret:
    """A secret of some processes, read from a file: an empty one leaves it out.

    In Compose it is the file `setting`; in Kubernetes it is the key `setting` of the Secret `kenes-GROUP`.
    """

    setting: str
    group: str
    readers: frozenset[str]

    @property
    def variable(self) -> str:
        """The setting that names the file."""
        return f"KENES_{self.setting.upper()}_FILE"


SECRETS = (
    Secret("smtp_password", "mail", _MAILERS),
    Secret("telegram_token", "channels", _NOTIFIERS),
    Secret("webpush_key", "channels", _NOTIFIERS),
    Secret("bounces_token", "bounces", frozenset({"notifications-api"})),
)
"""Those that only some processes have. What all have, or all of a kind: master key, addresses, clients of sign-in."""


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


def secrets_of(process: str) -> list[Secret]:
    """The secrets that only some processes have, of this one."""
    return [each for each in SECRETS if process in each.readers]


def addresses() -> dict[str, str]:
    """Where each process tells health and metrics, by its name."""
    return {name: f"http://{name}:{METRICS_PORT}" for service in deployed() for name in service.named.values()}
