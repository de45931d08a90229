"""What was ordered for each projection, and what became of it. Pure; rebuildable."""

from collections.abc import Sequence
from typing import Final

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Put
from kenes.mongo.projection import Projection
from schemas.console.upkeep import Outcome, OutcomeNoted, UpkeepOrdered
from schemas.topics import ACTS
from services.console.domain.upkeep import NOTHING, Upkeep, evolve

AUDITS: Final = frozenset({Outcome.AUDITED, Outcome.AUDIT_FAILED})


def fold_upkeep(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `works`, one document per service and projection: what goes on, and the last outcomes."""
    changes = [
        (each.data, each.event.time) for each in decisions if isinstance(each.data, UpkeepOrdered | OutcomeNoted)
    ]
    stored: dict[str, Document] = yield from look_up(
        "works", (work_id(each.service, each.projection) for each, _ in changes)
    )
    for change, at in changes:
        key = work_id(change.service, change.projection)
        before = stored.get(key) or {
            "_id": key,
            "upkeep": NOTHING.model_dump(mode="json"),
            "audited": None,
            "ended": None,
        }
        after = evolve(Upkeep.model_validate(before["upkeep"]), change, at)
        stored[key] = {**before, "upkeep": after.model_dump(mode="json")}
        if isinstance(change, OutcomeNoted) and change.outcome is not Outcome.BUILT:
            told = change.model_dump(mode="json", exclude={"service", "projection"}) | {"at": at}
            stored[key] |= {"audited" if change.outcome in AUDITS else "ended": told}
    for key in dict.fromkeys(work_id(change.service, change.projection) for change, _ in changes):
        yield Put("works", stored[key])


def work_id(service: str, projection: str) -> str:
    """The document about a projection of a service."""
    return f"{service}/{projection}"


WORKS: Final = Projection(name="upkeep", topic=ACTS, collections={"works": ()}, fold=fold_upkeep)
