"""Which services there are, and where each keeps its projections."""

from collections.abc import Mapping
from typing import Final

from schemas.topics import REGISTRY

OWN: Final = "console"


def service_names() -> tuple[str, ...]:
    """Every service that owns a topic, in the order of the registry."""
    return tuple(dict.fromkeys(topic.owner for topic in REGISTRY))


def databases(named: Mapping[str, str]) -> dict[str, str]:
    """The database of each service, by its name; `named` are those that are called otherwise than their service."""
    return {service: named.get(service, service) for service in service_names()}
