"""What operators see of dead letters: cases, how many are open, and the batches of replays. Pure; rebuildable."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Insert, Put, Update
from kenes.mongo.projection import Index, Projection
from schemas.console.letters import (
    BatchEnded,
    BatchStarted,
    BatchStopped,
    LetterDiscarded,
    LetterNote,
    LetterNoted,
    Replayed,
    ReplayFailed,
    ReplayOrdered,
)
from schemas.topics import ACTS
from services.console.domain.letters import Case, Standing, evolve

Change: TypeAlias = LetterNoted | ReplayOrdered | LetterDiscarded | Replayed | ReplayFailed
"""What moves a case."""


def fold_letters(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `cases`, one document per record set aside, `open_letters`, how many are open, and `batches`."""
    changes = [(each.data, each.event.time) for each in decisions if isinstance(each.data, Change)]
    stored: dict[str, Document] = yield from look_up("cases", (change.case for change, _ in changes))
    moved: Counter[tuple[str, str, str]] = Counter()
    for change, at in changes:
        before = stored.get(change.case)
        after = _after(before, change, at)
        for document, step in ((before, -1), (after, 1)):
            if document is not None and document["standing"] == Standing.OPEN:
                moved[_kind(document)] += step
        stored[change.case] = after
    for case in dict.fromkeys(change.case for change, _ in changes):
        yield Put("cases", stored[case])
    for (topic, error, consumer), step in moved.items():
        if step:
            yield Update(
                "open_letters",
                f"{topic}|{error}|{consumer}",
                {"$inc": {"open": step}, "$set": {"topic": topic, "error": error, "consumer": consumer}},
            )
    yield from _fold_batches(decisions)


def _kind(document: Document) -> tuple[str, str, str]:
    return document["topic"], document["error"], document["consumer"]


def load_case(document: Document) -> Case:
    """The case in a document."""
    return Case.model_validate(document["case"])


def _after(before: Document | None, change: Change, at: datetime) -> Document:
    case = evolve(None if before is None else load_case(before), change, at)
    if case is None:
        raise ValueError(f"{change.TYPE} about a letter that nobody has noted")
    notes = [] if before is None else before["notes"]
    document: Document = {
        "_id": change.case,
        "case": case.model_dump(mode="json"),
        "standing": str(case.standing),
        "topic": case.letter.topic,
        "error": case.letter.error,
        "consumer": case.letter.consumer,
        "replayable": case.letter.replayable,
        "noted": at if before is None else before["noted"],
        "sent": None if before is None else before["sent"],
        "notes": notes,
    }
    match change:
        case LetterNoted(letter=letter):
            document |= {"notes": [*notes, _note(letter)], "noted": at}
        case ReplayFailed():
            document |= {"noted": at}  # a batch that ordered it has done so, and leaves it open
        case Replayed(partition=partition, offset=offset):
            document |= {"sent": f"{case.letter.topic}/{partition}/{offset}"}
        case _:
            pass
    return document


def _note(letter: LetterNote) -> Document:
    return letter.model_dump(mode="json")


def _fold_batches(decisions: Sequence[Recorded]) -> Folding:
    for decision in decisions:
        match decision.data:
            case BatchStarted() as data:
                told = data.model_dump(mode="json", exclude={"batch"})
                yield Insert(
                    "batches",
                    {
                        "_id": data.batch,
                        **told,
                        "at": decision.event.time,
                        "running": True,
                        "done": 0,
                        "stopped": False,
                    },
                )
            case ReplayOrdered(batch=str() as batch):
                yield Update("batches", batch, {"$inc": {"done": 1}})
            case BatchStopped(batch=batch):
                yield Update("batches", batch, {"$set": {"running": False, "stopped": True}})
            case BatchEnded(batch=batch):
                yield Update("batches", batch, {"$set": {"running": False}})
            case _:
                pass


LETTERS: Final = Projection(
    name="letters",
    topic=ACTS,
    collections={
        "cases": (Index(("standing", "topic")),),
        "open_letters": (),
        "batches": (Index(("running",)),),
    },
    fold=fold_letters,
)
