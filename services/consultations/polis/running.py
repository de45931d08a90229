"""What the commands for polis conversations do, and how what goes wrong with it is told in a line."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
import uvloop

from kenes.kafka.producer import BrokerError, BrokerUnavailableError, Producer
from kenes.mongo.client import DatabaseError, connected
from kenes.observe.logs import configure_logs
from schemas.parts import Language
from services.consultations.polis import PolisError, PolisFolder
from services.consultations.polis.exporting import Exported, Exporter, StalledError, UnknownError
from services.consultations.polis.importing import Imported, RefusedError, UndecidedError, importer
from services.consultations.polis.plan import Plan, planned
from services.consultations.service import Consultations

_TELL_EVERY: Final = 2.0
"""Seconds between two lines about how far it is."""
_ACKNOWLEDGED_WITHIN: Final = 30.0
"""Seconds for the broker to take a request, of which thousands are ahead."""
_DATA, _UNAVAILABLE, _CANNOT_CREATE = 65, 69, 73
"""Statuses of sysexits.h."""

Load = Callable[[], Consultations]


class _Failure(click.ClickException):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = status


class Progress:
    """Tells every two seconds how far something is, on the standard error."""

    def __init__(self) -> None:
        self._what = ""
        self._began = self._told = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """So much of so much is done."""
        now = time.monotonic()
        if what != self._what:
            self._what, self._began, self._told = what, now, now
        if now - self._told < _TELL_EVERY and done < total:
            return
        self._told = now
        rate = done / max(now - self._began, 0.001)
        click.echo(f"{what}: {done:,} of {total:,}, {rate:,.0f}/s", err=True)


def bring_in(load: Load, folder: Path, title: str | None, language: Language, days: int) -> str:
    """Makes a consultation of the folder; tells what is new in it. Raises `ClickException`."""
    try:
        plan = planned(PolisFolder(folder), title, language, days)
    except PolisError as error:
        raise _Failure(_DATA, f"{folder}: {error}. Nothing was created.") from error
    found = _run(_import(_quietly(load(), "import"), plan))
    return (
        f"consultation {plan.consultation}: {found.comments:,} new comments, {found.hidden:,} of them hidden, "
        f"{found.votes:,} new votes"
    )


def write_out(load: Load, consultation: str, folder: Path) -> str:
    """Writes the consultation into the folder; tells how much it is. Raises `ClickException`."""
    service = _quietly(load(), "export")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _Failure(_CANNOT_CREATE, str(error)) from error
    found = _run(_export(service, consultation, folder))
    return (
        f"{folder}: {found.comments:,} comments, {found.votes:,} votes, {found.participants:,} people, "
        f"{found.groups} groups"
    )


def _quietly(service: Consultations, process: str) -> Consultations:
    """The service, once only its warnings stand between the lines of a command."""
    configure_logs(service.name, process, level="warning", stream=sys.stderr)
    return service


async def _import(service: Consultations, plan: Plan) -> Imported:
    settings = service.settings
    async with (
        # Nobody waits at a browser: with thousands of requests ahead, a word of the broker may take its time.
        Producer(settings.kafka_bootstrap, f"{service.name}-import", timeout=_ACKNOWLEDGED_WITHIN) as producer,
        importer(plan, service.keyring, settings.kafka_bootstrap, producer, Progress()) as work,
    ):
        return await work.run()


async def _export(service: Consultations, consultation: str, folder: Path) -> Exported:
    settings = service.settings
    async with connected(settings.mongo_uri, service.database, timeout=settings.mongo_timeout) as database:
        comments, ballots = service.projection("comments"), service.projection("ballots")
        exporter = Exporter(settings.kafka_bootstrap, database, comments, ballots, _say)
        return await exporter.run(consultation, folder)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _run(work: Any) -> Any:
    """Runs to the end; what goes wrong outside of here is told in a line, not in a traceback."""
    try:
        return uvloop.run(work)
    except (BrokerUnavailableError, BrokerError) as error:
        raise _Failure(_UNAVAILABLE, f"the broker does not answer: {error}") from error
    except DatabaseError as error:
        raise _Failure(_UNAVAILABLE, "the database does not answer: is it up, and KENES_MONGO_URI right?") from error
    except UndecidedError as error:
        raise _Failure(_UNAVAILABLE, f"{error}: does the stream process run? Run the same again to go on.") from error
    except StalledError as error:
        raise _Failure(_UNAVAILABLE, f"{error}: does the project process run?") from error
    except RefusedError as error:
        raise _Failure(_DATA, f"refused: {error}") from error
    except UnknownError as error:
        raise _Failure(_DATA, f"there is no consultation {error} with comments") from error
    except OSError as error:
        raise _Failure(_CANNOT_CREATE, str(error)) from error
