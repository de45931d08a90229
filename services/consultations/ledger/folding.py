"""The fold of comments into campaigns and what they are owed.

Campaigns only grow and join, a comment is closed for good, and of two answers the later counts: so what is stored does
not depend on how the log was cut into batches, though new comments are taken in before what was said to them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Asking, Folding, look_up
from kenes.mongo.operations import Insert, Operation, Put
from kenes.mongo.projection import Index, Projection
from schemas.consultations.comments import CampaignReached, CampaignReplied, Posted, Replied, Retracted
from schemas.envelope import sequence_of
from schemas.topics import COMMENTS
from services.consultations.campaigns.clustering import COLLECTIONS, MEMBERS, Comment, Outcome, clustering
from services.consultations.campaigns.linkage import Joined
from services.consultations.campaigns.membership import membership
from services.consultations.folds.places import number_of
from services.consultations.ledger.accounts import Account, Sum, dump_account, dump_sum, load_account, load_sum

ACCOUNTS: Final = "accounts"
LEDGERS: Final = "ledgers"

REPLIED: Final = "replied"
RETRACTED: Final = "retracted"

_SPOKEN_TO: Final = Replied | Retracted | CampaignReplied | CampaignReached
_TOLD: Final = Posted | _SPOKEN_TO


@dataclass
class _Book:
    """What a batch touches: comments, the accounts they are in, and the accounts as they were stored."""

    members: dict[str, Document]
    clusters: Mapping[str, str]
    accounts: dict[str, Account]
    fresh: set[str]
    changed: set[str] = field(default_factory=set)

    def account(self, comment: str, consultation: str) -> Account:
        key = self.clusters[comment]
        return self.accounts.setdefault(key, Account(key, consultation))

    def join(self, joined: Joined) -> None:
        merged = self.accounts.pop(joined.merged, None)
        if merged is not None:
            self.accounts.setdefault(joined.kept, Account(joined.kept, joined.consultation)).absorb(merged)

    def take(self, decision: Recorded) -> None:
        """Takes in what was decided on one comment. Raises `KeyError` for a comment nobody made."""
        data, consultation = decision.data, decision.event.subject
        match data:
            case Posted():
                self.account(data.comment, consultation).take(self._number(data.comment), data.due_at)
            case Replied():
                self._close(data.comment, consultation, REPLIED)
            case Retracted():
                self._close(data.comment, consultation, RETRACTED)
            case CampaignReplied():
                self.account(data.comment, consultation).answer(_reply(decision, data))
            case CampaignReached():
                numbers = [self._number(each) for each in data.comments]
                self.account(data.comment, consultation).reach(data.answer.sequence, numbers)

    def _close(self, comment: str, consultation: str, what: str) -> None:
        member, account = self.members[comment], self.account(comment, consultation)
        if what == REPLIED and member["closed"] is not None:
            return  # a later answer takes the place of an earlier one
        if member["closed"] is None:
            account.close(number_of(member["place"]), member["due"])
        else:
            account.replied -= 1
        account.replied += what == REPLIED
        account.retracted += what == RETRACTED
        member["closed"] = what
        self.changed.add(comment)

    def _number(self, comment: str) -> int:
        return number_of(self.members[comment]["place"])


def fold_ledger(decisions: Sequence[Recorded]) -> Folding:
    """Writes what `campaigns` keeps, each comment's duty beside its text, accounts of campaigns, and their sums."""
    told = [each for each in decisions if isinstance(each.data, _TOLD)]
    if not told:
        return
    posted = [each for each in told if isinstance(each.data, Posted)]
    outcome = yield from clustering([_comment(each.data) for each in posted if isinstance(each.data, Posted)])
    book = yield from _book(told, posted, outcome)
    before = {key: load_account(dump_account(each)) for key, each in book.accounts.items()}
    for joined in outcome.joins:
        book.join(joined)
    for decision in told:
        book.take(decision)
    yield from _members(outcome, book)
    yield from _accounts(outcome, book, before)
    yield from (yield from _sums(told, before.values(), book.accounts.values()))


def _comment(posted: Posted) -> Comment:
    return Comment(posted.comment, posted.consultation, posted.author, posted.text)


def _reply(decision: Recorded, data: CampaignReplied) -> Document:
    return {
        "comment": data.comment,
        "outcome": str(data.outcome),
        "statement": data.statement.model_dump(),
        "at": decision.event.time,
        "s": sequence_of(decision.event),
    }


def _book(told: Sequence[Recorded], posted: Sequence[Recorded], outcome: Outcome) -> Asking[_Book]:
    fresh = {each.data.comment: each.data.due_at for each in posted if isinstance(each.data, Posted)}
    spoken_to = (each.data.comment for each in told if isinstance(each.data, _SPOKEN_TO))
    known = yield from membership(each for each in spoken_to if each not in fresh)
    reached = (comment for each in told if isinstance(each.data, CampaignReached) for comment in each.data.comments)
    others = yield from look_up(MEMBERS, (each for each in reached if each not in fresh and each not in known.members))
    clusters = {comment: _now(cluster, outcome.joins) for comment, cluster in known.clusters.items()}
    clusters |= outcome.clusters
    touched = {*clusters.values(), *(each.kept for each in outcome.joins), *(each.merged for each in outcome.joins)}
    stored = yield from look_up(ACCOUNTS, sorted(touched))
    return _Book(
        members={**others, **known.members, **_made(fresh, outcome)},
        clusters=clusters,
        accounts={key: load_account(each) for key, each in stored.items()},
        fresh=set(fresh),
    )


def _made(fresh: Mapping[str, datetime | None], outcome: Outcome) -> dict[str, Document]:
    """What is kept of new comments beyond what `campaigns` keeps: when their answers are due, and that none came."""
    inserted = (each for each in outcome.operations if isinstance(each, Insert) and each.collection == MEMBERS)
    return {
        each.document["_id"]: each.document | {"due": fresh[each.document["_id"]], "closed": None} for each in inserted
    }


def _now(cluster: str, joins: Iterable[Joined]) -> str:
    """Where a cluster is after others have joined."""
    for each in joins:
        if each.merged == cluster:
            cluster = each.kept
    return cluster


def _members(outcome: Outcome, book: _Book) -> Iterator[Operation]:
    for operation in outcome.operations:
        if isinstance(operation, Insert) and operation.collection == MEMBERS:
            yield Insert(MEMBERS, book.members[operation.document["_id"]])
        else:
            yield operation
    for comment in sorted(book.changed - book.fresh):
        yield Put(MEMBERS, book.members[comment])


def _accounts(outcome: Outcome, book: _Book, before: Mapping[str, Account]) -> Iterator[Operation]:
    for joined in outcome.joins:
        gone = {"_id": joined.merged, "consultation": joined.consultation, "joined": joined.kept}
        yield Put(ACCOUNTS, gone)
    for key, account in book.accounts.items():
        yield Put(ACCOUNTS, dump_account(account)) if key in before else Insert(ACCOUNTS, dump_account(account))


def _sums(told: Sequence[Recorded], before: Iterable[Account], after: Iterable[Account]) -> Asking[list[Operation]]:
    newest = {each.event.subject: each for each in told}
    stored = yield from look_up(LEDGERS, newest)
    sums = {key: load_sum(stored[key]) if key in stored else Sum() for key in newest}
    for accounts, sign in ((before, -1), (after, 1)):
        for account in accounts:
            sums[account.consultation].count([account], sign)
    operations: list[Operation] = []
    for key, decision in newest.items():
        place = {"_id": key, "p": decision.partition, "s": sequence_of(decision.event)}
        document = place | dump_sum(sums[key])
        operations.append(Put(LEDGERS, document) if key in stored else Insert(LEDGERS, document))
    return operations


LEDGER: Final = Projection(
    name="ledger",
    topic=COMMENTS,
    collections={**COLLECTIONS, ACCOUNTS: (Index(("consultation", "due", "_id")), Index(("reaching",))), LEDGERS: ()},
    fold=fold_ledger,
    pace=0.5,
)
