"""What a drill must know of a service: what people do in it, and where it must show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from kenes.mongo.client import Document
from kenes.mongo.projection import Projection
from tests.faults.asking import Client, Counts
from tests.load.measures import Goal
from tests.processes import Product

Stored = dict[str, dict[Any, Document]]
"""Documents by collection and id."""


@dataclass(frozen=True)
class Telling:
    """What a reader or a collection says of some kinds of counts; the client's books must say the same."""

    by: str
    kinds: frozenset[str]
    counts: Counts


@dataclass(frozen=True)
class Check:
    """Something that one service alone promises, as it was found; `wrong` says in words what is missing or too much."""

    name: str
    value: float
    unit: str
    goal: Goal | None
    wrong: tuple[str, ...] = ()


class Drilled(Protocol):
    """One service under the drill."""

    @property
    def service(self) -> str:
        """Its name."""
        ...

    @property
    def prefix(self) -> str:
        """Where its API is."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """What its processes are told beside the usual."""
        ...

    def projections(self, open_owner: Callable[[str], bytes]) -> tuple[Projection, ...]:
        """What it keeps for readers."""
        ...

    def opened(self, product: Product, client: Client) -> AbstractAsyncContextManager[None]:
        """Sets up, before anything is killed, what people take part in; it stays until all is verified."""
        ...

    async def take_part(self, client: Client, number: int, token: str) -> None:
        """All that one person does."""
        ...

    def shown(self, client: httpx.Client) -> Iterable[Telling]:
        """What the api tells anybody."""
        ...

    def stored(self, documents: Stored) -> Iterable[Telling]:
        """What the projections hold."""
        ...

    def repeated(self, documents: Stored) -> list[str]:
        """People whose act was counted twice, in words."""
        ...

    async def checked(self, product: Product) -> Iterable[Check]:
        """What else must hold, once it does or has had the time to."""
        ...
