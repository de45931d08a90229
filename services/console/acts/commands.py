"""Asks for acts in an operator's name, and waits for the decision. Decides nothing."""

from dataclasses import dataclass
from typing import Final

from kenes.identity.person import Person
from kenes.service.asking import Asking
from schemas.console.parts import ActRefused, Operator
from schemas.payload import Payload

WAIT: Final = 5.0
"""Seconds a page waits for a decision."""


class UndecidedError(RuntimeError):
    """The act was written, and not decided in time: it may still be."""


class RefusedError(RuntimeError):
    """The act changed nothing, for this reason."""

    def __init__(self, refusal: ActRefused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True)
class Commands:
    """The acts of operators."""

    asking: Asking

    async def ask(self, subject: str, request: Payload) -> Payload:
        """The decision on a request. Raises `RefusedError`, `UndecidedError` and `BrokerUnavailableError`."""
        outcome = await self.asking.ask(subject, subject, request, WAIT)
        if outcome.decision is None:
            raise UndecidedError(subject)
        data = outcome.decision.data
        if isinstance(data, ActRefused):
            raise RefusedError(data)
        return data


def operator_of(person: Person) -> Operator:
    """The person as the trail names them."""
    name = " ".join(part for part in (person.given_name, person.family_name) if part)
    return Operator(id=person.id, name=name or person.id)
