"""Rebuilding and auditing what a service keeps, from the topics alone."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager

import click

from kenes.kafka.producer import BrokerError
from kenes.mongo.client import Database, DatabaseError, connected
from kenes.mongo.projection import Projection
from kenes.mongo.versions import begin_version, drop_unless_live
from kenes.service.audit import SHOWN, Found, audit_projection
from kenes.service.building import build, take_over
from kenes.service.definition import Service
from kenes.service.state_audit import audit_state

MAINTENANCE_TIMEOUT = 300.0
"""Seconds an operation may take here: dropping a whole collection is no request of a person who waits."""


class UnavailableError(click.ClickException):
    """Something that is needed does not answer; the status is that of sysexits.h for it."""

    exit_code = 69


@contextmanager
def in_words() -> Iterator[None]:
    """Within it, a database or a broker that does not answer ends the command with a sentence."""
    try:
        yield
    except DatabaseError as error:
        raise UnavailableError(
            f"the database does not answer ({type(error).__name__}): is it up, and KENES_MONGO_URI right?"
        ) from error
    except BrokerError as error:
        raise UnavailableError(
            f"the broker does not answer ({type(error).__name__}): is it up, and KENES_KAFKA_BOOTSTRAP right?"
        ) from error


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def patience(service: Service) -> float:
    """Seconds that upkeep gives an operation on the database."""
    return max(service.settings.mongo_timeout, MAINTENANCE_TIMEOUT)


def _database(service: Service) -> AbstractAsyncContextManager[Database]:
    return connected(service.settings.mongo_uri, service.database, timeout=patience(service))


async def rebuild(service: Service, names: Sequence[str]) -> None:
    """Rebuilds the named projections, or all, and switches readers and workers to the new version."""
    try:
        chosen = [service.projection(name) for name in names] or list(service.projections)
    except LookupError as error:
        raise click.BadParameter(str(error)) from error
    settings = service.settings
    async with _database(service) as database:
        for projection in chosen:
            version = await begin_version(database, projection)
            try:
                began = time.monotonic()
                events = await build(service, version, patience(service))
                rate = events / (time.monotonic() - began)
                events += await take_over(settings.kafka_bootstrap, version)
            except BaseException:  # Ctrl-C, too
                await drop_unless_live(version)
                raise
            say(f"{projection.name}: version {version.number} live, {events:,} events, {rate:,.0f} events/s")


async def audit(service: Service) -> int:
    """Recounts everything; prints each difference. Returns the exit status: 0 clean, 1 differences."""
    settings = service.settings
    differences = 0
    async with _database(service) as database:
        for projection in service.projections:
            differences += await _report(database, service, projection)
        for deciding in service.deciding:
            found = await audit_state(settings.kafka_bootstrap, database, deciding)
            differences += _print(f"state {deciding.rules.name}", found)
    return 1 if differences else 0


async def _report(database: Database, service: Service, projection: Projection) -> int:
    found = await audit_projection(service.settings.kafka_bootstrap, database, projection)
    return _print(f"projection {projection.name}", found)


def _print(what: str, found: Found) -> int:
    checked, differences = found
    more = " or more" if len(differences) == SHOWN else ""
    say(f"{what}: {checked:,} documents checked, {len(differences)}{more} differences")
    for difference in differences:
        say(f"  {difference}")
    return len(differences)
