"""The decider of operators' acts: decode, decide, emit. No rule, no HTTP."""

from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter

from kenes.mongo.client import Document
from kenes.mongo.decision_state import Rules
from kenes.service.definition import Deciding
from schemas.topics import ACT_REQUESTS, ACTS
from services.console.domain.acts import Known, decide, evolve

_KNOWN: Final[TypeAdapter[Known]] = TypeAdapter(Annotated[Known, Field(discriminator="kind")])


def _dump(known: Known | None) -> Document:
    return {} if known is None else known.model_dump(mode="json")


def load_known(document: Document) -> Any:
    """What is known of a subject, from its document."""
    return _KNOWN.validate_python({name: value for name, value in document.items() if name not in ("_id", "p", "s")})


ACT_RULES: Final[Rules[Known | None]] = Rules(
    name="acts",
    initial=None,
    key=lambda event: event.subject,
    decide=lambda known, request: decide(known, request.data, request.event.id),
    evolve=lambda known, decision: evolve(known, decision.data, decision.time),
    dump=_dump,
    load=load_known,
)
DECIDING: Final = Deciding(ACT_REQUESTS, ACTS, ACT_RULES)
