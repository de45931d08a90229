"""What a decider knows of several kinds of things whose decisions stand in one log, as of a thing and of its parts.

Each kind has rules and documents of its own, so what one decision costs does not grow with the number of parts.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.decision_state import KeyedState
from schemas.envelope import Event
from schemas.payload import Payload


class JointState:
    """Implements `kenes.kafka.decider.DecisionState` over several states, each a fold of the same decisions.

    A request is decided by the first of them that knows what it is about: the most special stand first.
    """

    def __init__(self, *states: KeyedState[Any]) -> None:
        self._states = states

    async def restore(self, partition: int) -> Position:
        """Takes the recorded states of a partition; returns where the one stands that is furthest behind.

        Folding again what the others have folded changes nothing in them.
        """
        positions = [await state.restore(partition) for state in self._states]
        return min(positions, key=lambda position: position.next_offset)

    async def prepare(self, events: Sequence[Event[Payload]]) -> None:
        """Fetches what the events are about."""
        for state in self._states:
            await state.prepare(events)

    def decide(self, request: Recorded) -> Payload:
        """The decision on a request. Raises `TypeError` on one that is about nothing known here."""
        for state in self._states:
            if state.knows(request.event):
                return state.decide(request)
        raise TypeError(f"{type(request.data).__name__} is about nothing that is decided here")

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        """Folds a decision into each."""
        for state in self._states:
            state.evolve(partition, decision)

    def save(
        self, decisions: Sequence[tuple[int, Event[Payload]]], positions: Mapping[int, Position]
    ) -> Coroutine[Any, Any, None]:
        """Takes down what the decisions changed in each; awaited, writes it."""
        return _all([state.save(decisions, positions) for state in self._states])

    def forget(self, partition: int) -> None:
        """Drops what is held of a partition."""
        for state in self._states:
            state.forget(partition)


async def _all(writes: Sequence[Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*writes)
