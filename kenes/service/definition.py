"""What a service brings; the kit runs it."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from starlette.types import ASGIApp

from kenes.identity.settings import sign_in
from kenes.kafka.decider import DecisionState
from kenes.kafka.producer import Producer
from kenes.kafka.worker import Worker
from kenes.mongo.client import Database
from kenes.mongo.decision_state import Rules
from kenes.mongo.projection import Projection
from kenes.observe.health import Health
from kenes.settings import KitSettings
from schemas.topics import Topic


@dataclass(frozen=True)
class Deciding:
    """Which topic's requests are decided into which topic, and how. `audit` checks the state by the same rules."""

    requests: Topic
    decisions: Topic
    rules: Rules[Any]


@dataclass(frozen=True)
class Clock:
    """Something to do every so many seconds. What it wants changed it asks for on a topic, like anyone else."""

    every: float
    tick: Callable[[], Awaitable[None]]

    @property
    def name(self) -> str:
        """What ticks, as its metrics name it: the class, for a bound method."""
        return type(getattr(self.tick, "__self__", self.tick)).__name__.lower()


@dataclass(frozen=True)
class Stream:
    """What the stream process runs: states for each `Deciding`, clocks, and workers on topics."""

    deciding: Sequence[tuple[Deciding, DecisionState]]
    clocks: Sequence[Clock] = ()
    workers: Sequence[Worker] = ()


@dataclass(frozen=True)
class Context:
    """What the kit hands a service's process: connections that are open while it runs.

    `database` is the service's own; `people` has the keys and sessions of people, which all services share.
    """

    database: Database
    people: Database
    producer: Producer
    health: Health = field(repr=False)


@dataclass(frozen=True)
class Served:
    """What the api process serves. `on_stop` is called when stopping begins, before connections are closed."""

    app: ASGIApp
    on_stop: Callable[[], None]


class Service(ABC):
    """One service: topics, rules, folds and pages. Everything else is the kit's."""

    name: ClassVar[str]
    topics: ClassVar[tuple[Topic, ...]]
    reads: ClassVar[tuple[Topic, ...]] = ()
    """Topics of other services that its workers read."""
    settings: KitSettings

    @property
    @abstractmethod
    def database(self) -> str:
        """The name of the service's database."""

    @property
    @abstractmethod
    def projections(self) -> tuple[Projection, ...]:
        """What the service keeps for readers."""

    @property
    @abstractmethod
    def deciding(self) -> tuple[Deciding, ...]:
        """What the service decides."""

    @abstractmethod
    def stream(self, context: Context) -> AbstractAsyncContextManager[Stream]:
        """Sets up the deciders and clocks of the stream process."""

    @abstractmethod
    def api(self, context: Context) -> AbstractAsyncContextManager[Served]:
        """Sets up the HTTP application of the api process."""

    def check(self, role: str) -> None:
        """Raises `SettingError` for what the process of a role alone reads, before it reaches for broker or database.

        Of every service the api reads how people sign in; what one reads beside that, it adds.
        """
        if role == "api":
            sign_in()

    def projection(self, name: str) -> Projection:
        """A projection by name; raises `LookupError` that lists the names there are."""
        for projection in self.projections:
            if projection.name == name:
                return projection
        known = ", ".join(projection.name for projection in self.projections)
        raise LookupError(f"{self.name} has no projection {name!r}; it has {known}")
