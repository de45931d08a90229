"""Which services there are, and where each keeps its projections."""

from typing import Final

from kenes.mongo.client import Database, beside
from schemas.topics import REGISTRY
from services.console.settings import Settings

OWN: Final = "console"


def service_names() -> tuple[str, ...]:
    """Every service that owns a topic, in the order of the registry."""
    return tuple(dict.fromkeys(topic.owner for topic in REGISTRY))


def databases_of(settings: Settings, database: Database) -> dict[str, Database]:
    """The database of each service by its name, over the connection of the console's own."""
    named = {**settings.console_databases, OWN: settings.console_database}
    return {service: beside(database, named.get(service, service)) for service in service_names()}
