"""Folds of petition and signature decisions into what people read. Pure; rebuildable from offset 0."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Fold, Folding, look_up
from kenes.mongo.operations import Insert, Operation, Put, Update
from kenes.mongo.private_entries import entry_key
from kenes.mongo.projection import Index, Projection
from kenes.service.receipts import receipt_id
from schemas.envelope import sequence_of
from schemas.petitions.v1 import (
    Commented,
    Created,
    OrganiserJoined,
    PetitionRefused,
    SignatureAccepted,
    SignatureRefused,
    SignatureWithdrawn,
)
from schemas.topics import PETITIONS, SIGNATURES
from services.petitions.discussion import kept as discussion
from services.petitions.domain.evolution import evolve
from services.petitions.domain.petition import Petition
from services.petitions.moderation import log as moderation_log

OpenOwner = Callable[[str], bytes]
"""A person's index from its sealed form."""

LATEST = 10
"""Listed signers kept per petition and partition."""

BLOCK = 4096
"""Requests of a partition that `tallies` tells together where to find a petition's signatures."""


def petition_document(petition: Petition, partition: int, sequence: int) -> Document:
    """A petition as it is stored, with the last decision folded into it."""
    document = petition.model_dump(exclude={"id"})
    due = min((duty.due_at for duty in petition.duties if duty.open), default=None)
    return {"_id": petition.id, "p": partition, "s": sequence, "due": due, "on_paper": petition.on_paper, **document}


def load_petition(document: Document) -> Petition:
    """The petition in a document."""
    return Petition.model_validate({"id": document["_id"], **document})


def fold_petitions(open_owner: OpenOwner) -> Fold:
    """The fold into `petitions`, the entries `authored` and `took_part` of people's own pages, and `petition_receipts`.

    Beside them what is kept of discussions.
    """

    def fold(decisions: Sequence[Recorded]) -> Folding:
        stored = yield from look_up("petitions", (decision.event.subject for decision in decisions))
        current: dict[str, Petition | None] = {key: load_petition(document) for key, document in stored.items()}
        newest: dict[str, Recorded] = {}
        for decision in decisions:
            data, subject = decision.data, decision.event.subject
            yield Insert("petition_receipts", _receipt(decision))
            if isinstance(data, PetitionRefused):
                continue
            if isinstance(data, Created | Commented | OrganiserJoined):
                yield _own_entry(data, open_owner)
            petition = current[subject] = evolve(current.get(subject), data, decision.event.time)
            newest[subject] = decision
            if petition is not None:
                yield from discussion.kept(decision, petition)
        for subject, decision in newest.items():
            last = current[subject]
            if last is not None:
                yield Put("petitions", petition_document(last, decision.partition, sequence_of(decision.event)))

    return fold


def _own_entry(data: Created | Commented | OrganiserJoined, open_owner: OpenOwner) -> Operation:
    entry = {"_id": entry_key(open_owner(data.mine.owner), data.mine.entry), "note": data.mine.note}
    # An organiser may leave and join again.
    return Insert("authored", entry) if isinstance(data, Created) else Put("took_part", entry)


def _receipt(decision: Recorded) -> Document:
    data = decision.data
    return {
        "_id": receipt_id(decision.partition, sequence_of(decision.event)),
        "petition": decision.event.subject,
        "decision": data.TYPE,
        "code": data.code if isinstance(data, PetitionRefused | SignatureRefused) else None,
        "at": decision.event.time,
    }


def tally_ids(petition: str) -> list[str]:
    """The documents that hold a petition's count, one per partition."""
    return [f"{petition}/{partition}" for partition in range(SIGNATURES.partitions)]


def history_range(petition: str) -> dict[str, str]:
    """The keys of a petition's history, as a query."""
    return {"$gte": f"{petition}/", "$lt": f"{petition}0"}  # 0 comes right after the slash


def fold_tallies(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `tallies`: one small document per petition and partition; readers add them up.

    Beside the counts stand the latest signers who chose to be listed; who withdraws is no longer among them. `blocks`
    has the acts in each block of receipts: where to look for a petition's signatures, which have no index.
    """
    changes: dict[str, Counter[str]] = {}
    newest: dict[str, Recorded] = {}
    for decision in decisions:
        change = changes.setdefault(decision.event.subject, Counter())
        newest[decision.event.subject] = decision
        match decision.data:
            case SignatureAccepted(region=region):
                change["accepted"] += 1
                change[f"regions.{region}"] += 1
                change[block_of(decision)] += 1
            case SignatureWithdrawn(region=region):
                change["withdrawn"] += 1
                change[f"regions.{region}"] -= 1
                change[block_of(decision)] += 1
            case _:
                change["refused"] += 1
    for petition, change in changes.items():
        last = newest[petition]
        yield Update(
            "tallies",
            f"{petition}/{last.partition}",
            {
                "$inc": dict(change),
                "$set": {"petition": petition, "p": last.partition, "s": sequence_of(last.event)},
            },
        )
    for tally, moved in _latest(decisions):
        yield Update("tallies", tally, moved)


def block_of(decision: Recorded) -> str:
    """The field of a tally that counts the acts around this one."""
    return f"blocks.{sequence_of(decision.event) // BLOCK}"


def _latest(decisions: Sequence[Recorded]) -> Iterator[tuple[str, Mapping[str, Mapping[str, Any]]]]:
    """Changes of `latest`, in order. Newcomers between two withdrawals join in one change."""
    joining: dict[str, list[Document]] = {}
    for decision in decisions:
        data, tally = decision.data, f"{decision.event.subject}/{decision.partition}"
        if isinstance(data, SignatureAccepted) and data.listed:
            listed = {"signer": data.signer, "owner": data.mine.owner, "sealed": data.sealed}
            joining.setdefault(tally, []).append(listed | {"at": decision.event.time})
        elif isinstance(data, SignatureWithdrawn):
            if tally in joining:
                yield tally, _join(joining.pop(tally))
            yield tally, {"$pull": {"latest": {"signer": data.signer}}}
    for tally, listed_now in joining.items():
        yield tally, _join(listed_now)


def _join(listed: Sequence[Document]) -> Mapping[str, Mapping[str, Any]]:
    return {"$push": {"latest": {"$each": list(listed)[-LATEST:], "$slice": -LATEST}}}


def fold_history(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `history`: accepted and withdrawn signatures by petition, partition, hour, minute and region.

    Beside it `gains`: what each petition gained in an hour, all of a partition in one document. Hours are looked up
    there, where few documents have them: an index on `history` itself would make each of its updates dearer by half.
    """
    changes: dict[tuple[str, int, str], Counter[str]] = {}
    gains: dict[tuple[str, int], Counter[str]] = {}
    for decision in decisions:
        match decision.data:
            case SignatureAccepted(region=region):
                what, gain = f"accepted.{region}", 1
            case SignatureWithdrawn(region=region):
                what, gain = f"withdrawn.{region}", -1
            case _:
                continue
        at, petition, partition = decision.event.time, decision.event.subject, decision.partition
        hour = f"{at:%Y-%m-%dT%H}"
        changes.setdefault((petition, partition, hour), Counter())[f"minutes.{at:%M}.{what}"] += 1
        gains.setdefault((hour, partition), Counter())[f"gained.{petition}"] += gain
    for (petition, partition, hour), change in changes.items():
        told = {"petition": petition, "hour": hour}
        yield Update("history", f"{petition}/{hour}/{partition}", {"$inc": dict(change), "$set": told})
    for (hour, partition), change in gains.items():
        yield Update("gains", f"{hour}/{partition}", {"$inc": dict(change), "$set": {"hour": hour}})


def fold_signatures(open_owner: OpenOwner) -> Fold:
    """The fold into `signatures`, one document per decision by receipt, and `signed`, each person's own page."""

    def fold(decisions: Sequence[Recorded]) -> Folding:
        for decision in decisions:
            data = decision.data
            yield Insert("signatures", _signature(decision))
            if isinstance(data, SignatureAccepted | SignatureWithdrawn):
                yield _signed(data, open_owner)

    return fold


def _signature(decision: Recorded) -> Document:
    data = decision.data
    document = _receipt(decision)
    if isinstance(data, SignatureAccepted | SignatureWithdrawn):
        document |= {"signer": data.signer, "region": data.region}
    if isinstance(data, SignatureAccepted):
        document |= {"listed": data.listed, "sealed": data.sealed, "owner": data.mine.owner}
    return document


def _signed(data: SignatureAccepted | SignatureWithdrawn, open_owner: OpenOwner) -> Operation:
    key = entry_key(open_owner(data.mine.owner), data.mine.entry)
    document = {"_id": key, "note": data.mine.note, "signed": isinstance(data, SignatureAccepted)}
    # A first act is always new: inserting costs half of replacing, and nearly every signature is a first act.
    return Insert("signed", document) if data.act == 1 else Put("signed", document)


def projections(open_owner: OpenOwner) -> tuple[Projection, ...]:
    """Everything the service keeps for readers."""
    return (
        Projection(
            name="petitions",
            topic=PETITIONS,
            collections={
                "petitions": (Index(("status", "due")), Index(("finding.at",))),
                "authored": (),
                "took_part": (),
                **discussion.COLLECTIONS,
                "petition_receipts": (),
            },
            fold=fold_petitions(open_owner),
        ),
        Projection(
            name="tallies",
            topic=SIGNATURES,
            collections={"tallies": ()},
            fold=fold_tallies,
            pace=3.0,
        ),
        Projection(
            name="history",
            topic=SIGNATURES,
            collections={"history": (), "gains": (Index(("hour",)),)},
            fold=fold_history,
            pace=5.0,
        ),
        Projection(
            name="signatures",
            topic=SIGNATURES,
            collections={"signatures": (), "signed": ()},
            fold=fold_signatures(open_owner),
            pace=0.5,
        ),
        moderation_log.PROJECTION,
    )
