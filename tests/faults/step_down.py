"""The primary of a real replica set steps down under use. KENES_DRILL_MONGO_URI names one that is empty.

The embedded server has no second member, so without that setting the drill is skipped, and the table says so.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, Self

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, PyMongoError

from kenes.local.mongo import EmbeddedMongo
from tests.faults.asking import Books
from tests.faults.drilled import Check
from tests.load.measures import Goal
from tests.processes import Product

SETTING: Final = "KENES_DRILL_MONGO_URI"
DATABASES: Final = ("petitions", "people")
"""What the drill writes, and drops in the end; it never touches a set that has one of them."""
STEPS: Final = 3
EVERY: Final = 5.0
AWAY_SECONDS: Final = 20
"""How long who stepped down may not be the primary again."""
ELECTED_WITHIN: Final = 60.0
_GLANCE: Final = 0.1
_ASKED_WITHIN_MS: Final = 5_000


class Admin(Protocol):
    """The part of a client that asks for the step-down."""

    def command(self, command: str, value: int = 1, **told: Any) -> Mapping[str, Any]:
        """One command of the administrative database."""
        ...


class Members(Protocol):
    """A client of the set."""

    @property
    def primary(self) -> tuple[str, int] | None:
        """Who it takes for the primary now."""
        ...

    @property
    def admin(self) -> Admin:
        """The administrative database."""
        ...


class ReplicaSet(EmbeddedMongo):
    """A replica set that somebody else started, in place of the embedded server."""

    def __init__(self, folder: Path, uri: str) -> None:
        super().__init__(folder)
        self._uri = uri

    @property
    def uri(self) -> str:
        """As it was named."""
        return self._uri

    def begin(self) -> None:
        """It runs already, and goes on."""

    def start(self) -> Self:
        """It takes clients already."""
        return self


@dataclass(frozen=True)
class StepDownSite:
    """The product on the set, and a client to make its primary step down."""

    product: Product
    members: Members


def unfit(environment: Mapping[str, str]) -> str | None:
    """Why the drill cannot be held; `None` where it can. Asks the set that is named."""
    uri = environment.get(SETTING)
    if not uri:
        return f"no mongod here to have a primary, and {SETTING} names no replica set"
    try:
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=_ASKED_WITHIN_MS) as client:
            return misfit(client.admin.command("hello"), client.list_database_names())
    except PyMongoError as error:
        return f"the set that {SETTING} names does not answer: {type(error).__name__}"


def misfit(hello: Mapping[str, Any], databases: Sequence[str]) -> str | None:
    """Why a server that answers this is not for the drill."""
    if "setName" not in hello:
        return f"what {SETTING} names is no replica set"
    if len(hello.get("hosts", ())) < 2:
        return "the replica set has no second member that could be its primary"
    if taken := sorted(set(DATABASES).intersection(databases)):
        return f"the replica set is not empty: it has {', '.join(taken)}"
    return None


async def primary_steps_down(site: StepDownSite, _books: Books) -> list[Check]:
    """The database's primary steps down for another member, again and again."""
    changes = 0
    for _ in range(STEPS):
        await asyncio.sleep(EVERY)
        changes += await asyncio.to_thread(step_down, site.members)
    return [Check("primaries_elected", changes, "primaries", Goal(">=", STEPS))]


def step_down(members: Members) -> bool:
    """Makes the primary step down; whether another is elected in time."""
    before = _primary(members, other_than=None)
    # Servers of old end every connection when they step down, this one among them.
    with suppress(AutoReconnect):
        members.admin.command("replSetStepDown", AWAY_SECONDS, secondaryCatchUpPeriodSecs=AWAY_SECONDS // 2)
    return _primary(members, other_than=before) is not None


def _primary(members: Members, other_than: tuple[str, int] | None) -> tuple[str, int] | None:
    deadline = time.monotonic() + ELECTED_WITHIN
    while time.monotonic() < deadline:
        with suppress(PyMongoError):
            members.admin.command("ping")
        if (found := members.primary) is not None and found != other_than:
            return found
        time.sleep(_GLANCE)
    return None


@contextmanager
def step_down_site(service: str, settings: Mapping[str, str], uri: str) -> Iterator[StepDownSite]:
    """A started product on the replica set; what it wrote there is dropped in the end."""
    with tempfile.TemporaryDirectory(prefix="kenes-set-") as folder, MongoClient[dict[str, Any]](uri) as client:
        product = Product(Path(folder), service=service, environment=settings, killed=True)
        product.mongo = ReplicaSet(Path(folder) / "mongo", uri)
        try:
            with product:
                yield StepDownSite(product, client)
        finally:
            for database in DATABASES:
                client.drop_database(database)
