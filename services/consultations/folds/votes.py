"""The folds of votes: what each comment got, and what each person said."""

from collections import Counter
from collections.abc import Sequence

from kenes.kafka.records import Recorded
from kenes.mongo.folding import Folding
from kenes.mongo.operations import Insert, Update
from kenes.service.receipts import receipt
from schemas.consultations.votes import Voted
from schemas.envelope import sequence_of


def fold_tallies(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `tallies`: one small document per comment and partition; readers add them up."""
    changes: dict[str, Counter[str]] = {}
    newest: dict[str, tuple[Recorded, Voted]] = {}
    for decision in decisions:
        data = decision.data
        if not isinstance(data, Voted):
            continue
        change = changes.setdefault(data.comment, Counter())
        change[data.vote] += 1
        change["acts"] += 1
        if data.before is not None:
            change[data.before] -= 1
        newest[data.comment] = decision, data
    for comment, change in changes.items():
        decision, data = newest[comment]
        told = {
            "consultation": data.consultation,
            "comment": comment,
            "p": decision.partition,
            "s": sequence_of(decision.event),
        }
        yield Update("tallies", f"{comment}/{decision.partition}", {"$inc": dict(change), "$set": told})


def fold_ballots(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `ballots`, one document per voter with the vote on each comment, and receipts."""
    said: dict[str, dict[str, str]] = {}
    for decision in decisions:
        data = decision.data
        yield Insert("vote_receipts", receipt(decision))
        if isinstance(data, Voted):
            told = said.setdefault(data.voter, {"consultation": data.consultation})
            told["stakeholder"] = str(data.stakeholder)
            told[f"votes.{data.comment}"] = str(data.vote)
    for voter, told in said.items():
        yield Update("ballots", voter, {"$set": told})
