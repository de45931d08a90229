"""The account of a campaign, or of a single comment: what its members are owed, and the answer to all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pyroaring import BitMap

from kenes.mongo.client import Document


class Due(NamedTuple):
    """So many duties of one day. `first` is when the first of all that there ever were is due, UTC."""

    owed: int
    first: datetime

    def and_(self, other: "Due") -> "Due":
        """Both together."""
        return Due(self.owed + other.owed, min(self.first, other.first))


Dues = dict[str, Due]
"""By day, UTC: terms end with the day, so there are as many as people were heard for, however many comments."""


def day_of(due: datetime) -> str:
    """The key of `Dues`."""
    return f"{due:%Y-%m-%d}"


def add(dues: Dues, others: Mapping[str, Due]) -> None:
    """Takes others in. A day stays, also with nothing owed: so the same events make the same document."""
    for day, due in others.items():
        dues[day] = due if day not in dues else dues[day].and_(due)


def earliest(dues: Mapping[str, Due]) -> datetime | None:
    """When the first open duty is due."""
    return min((due.first for due in dues.values() if due.owed), default=None)


def overdue(dues: Mapping[str, Due], now: datetime) -> int:
    """How many duties are past due at `now`."""
    return sum(due.owed for due in dues.values() if due.first < now)


def load_dues(stored: Mapping[str, Any]) -> Dues:
    """From what is stored."""
    return {day: Due(owed, first) for day, (owed, first) in stored.items()}


def dump_dues(dues: Mapping[str, Due]) -> Document:
    """As it is stored."""
    return {day: list(due) for day, due in dues.items()}


@dataclass(slots=True)
class Account:
    """Comments by what became of them. `reply` answers all of them, those to come included.

    Of those who have no answer of their own, `open` are owed one, `free` are not; `replied` have one; `retracted` were
    taken back. `dues` are of the open ones. By their numbers in the consultation, `alone` are the open and the free,
    and `reached` those whom a decision says that `reply` has reached.
    """

    id: str
    consultation: str
    open: int = 0
    free: int = 0
    replied: int = 0
    retracted: int = 0
    dues: Dues = field(default_factory=dict)
    alone: BitMap = field(default_factory=BitMap)
    reply: Document | None = None
    reached: BitMap = field(default_factory=BitMap)

    @property
    def unreached(self) -> BitMap:
        """Those whom the answer answers, and no decision says so yet."""
        return self.alone - self.reached if self.reply else BitMap()

    @property
    def comments(self) -> int:
        """All of them."""
        return self.open + self.free + self.replied + self.retracted

    @property
    def owed(self) -> int:
        """How many still wait for an answer that is owed."""
        return 0 if self.reply else self.open

    @property
    def answered(self) -> int:
        """How many were answered, by themselves or with all others."""
        return self.replied + (self.open + self.free if self.reply else 0)

    @property
    def due(self) -> datetime | None:
        """When the first answer is due."""
        return None if self.reply else earliest(self.dues)

    def take(self, number: int, due: datetime | None) -> None:
        """Takes in a new comment."""
        self.alone.add(number)
        if due is None:
            self.free += 1
        else:
            self.open += 1
            add(self.dues, {day_of(due): Due(1, due)})

    def close(self, number: int, due: datetime | None) -> None:
        """One that had no answer of its own has one, or was taken back; the caller says which."""
        self.alone.discard(number)
        if due is None:
            self.free -= 1
        else:
            self.open -= 1
            add(self.dues, {day_of(due): Due(-1, due)})

    def answer(self, reply: Document | None, reached: BitMap | None = None) -> None:
        """Answers all; of two answers the later one counts, and whom that one has reached."""
        if reply is not None and (self.reply is None or reply["s"] > self.reply["s"]):
            self.reply, self.reached = reply, BitMap() if reached is None else reached

    def reach(self, sequence: int, numbers: Iterable[int]) -> None:
        """The answer of this sequence has reached these; where another counts by now, that says nothing."""
        if self.reply is not None and self.reply["s"] == sequence:
            self.reached.update(numbers)

    def absorb(self, other: "Account") -> None:
        """Takes another account in: an answer to either is an answer to all."""
        self.open += other.open
        self.free += other.free
        self.replied += other.replied
        self.retracted += other.retracted
        add(self.dues, other.dues)
        self.alone |= other.alone
        self.answer(other.reply, other.reached)


def load_account(document: Document) -> Account:
    """The account in a document; not one of a campaign that has joined another."""
    numbers = {name: document[name] for name in ("open", "free", "replied", "retracted")}
    return Account(
        document["_id"],
        document["consultation"],
        **numbers,
        dues=load_dues(document["dues"]),
        alone=BitMap.deserialize(document["alone"]),
        reply=document["reply"],
        reached=BitMap.deserialize(document["reached"]),
    )


def dump_account(account: Account) -> Document:
    """The document of an account; `reaching` while its answer has not reached everybody."""
    return {
        "_id": account.id,
        "consultation": account.consultation,
        "open": account.open,
        "free": account.free,
        "replied": account.replied,
        "retracted": account.retracted,
        "owed": account.owed,
        "due": account.due,
        "dues": dump_dues(account.dues),
        "alone": _packed(account.alone),
        "reply": account.reply,
        "reached": _packed(account.reached),
        "reaching": bool(account.unreached),
        "joined": None,
    }


def _packed(numbers: BitMap) -> bytes:
    """The same bytes for the same numbers, however they came together: a set remembers how it was built."""
    packed: bytes = BitMap(numbers.to_array()).serialize()
    return packed


@dataclass(slots=True)
class Sum:
    """What the accounts of one consultation come to; `replies` of them were answered as a whole."""

    comments: int = 0
    owed: int = 0
    answered: int = 0
    retracted: int = 0
    replies: int = 0
    dues: Dues = field(default_factory=dict)

    def count(self, accounts: Iterable[Account], sign: int = 1) -> None:
        """Adds accounts, or with -1 takes them away. Days are kept, also of what was answered on arrival."""
        for account in accounts:
            self.comments += sign * account.comments
            self.owed += sign * account.owed
            self.answered += sign * account.answered
            self.retracted += sign * account.retracted
            self.replies += sign * (account.reply is not None)
            open_dues = account.reply is None
            add(self.dues, {day: Due(sign * due.owed * open_dues, due.first) for day, due in account.dues.items()})


def load_sum(document: Document) -> Sum:
    """The sum in a document."""
    numbers = {name: document[name] for name in ("comments", "owed", "answered", "retracted", "replies")}
    return Sum(**numbers, dues=load_dues(document["dues"]))


def dump_sum(found: Sum) -> Document:
    """The document of a sum, but for its id."""
    return {
        "comments": found.comments,
        "owed": found.owed,
        "answered": found.answered,
        "retracted": found.retracted,
        "replies": found.replies,
        "dues": dump_dues(found.dues),
    }
