"""Requests and decisions of the library, and its topics."""

from typing import ClassVar

from schemas.payload import Payload
from schemas.topics import Topic


class BorrowRequested(Payload):
    """A reader wants a book."""

    TYPE: ClassVar[str] = "library.loan.borrow-requested.v1"
    book: str
    reader: str


class ReturnRequested(Payload):
    """A reader brings a book back."""

    TYPE: ClassVar[str] = "library.loan.return-requested.v1"
    book: str
    reader: str


class Lent(Payload):
    """The book is with the reader."""

    TYPE: ClassVar[str] = "library.loan.lent.v1"
    book: str
    reader: str


class Returned(Payload):
    """The book is on the shelf again."""

    TYPE: ClassVar[str] = "library.loan.returned.v1"
    book: str
    reader: str


class LoanRefused(Payload):
    """The request changed nothing; `code` says why."""

    TYPE: ClassVar[str] = "library.loan.refused.v1"
    book: str
    code: str


def topics(suffix: str = "v1", partitions: int = 2) -> tuple[Topic, Topic]:
    """Where requests and decisions go."""
    return (
        Topic(
            f"library.loan-requests.{suffix}",
            "library",
            "book",
            (BorrowRequested, ReturnRequested),
            partitions,
            "Asked.",
        ),
        Topic(f"library.loans.{suffix}", "library", "book", (Lent, Returned, LoanRefused), partitions, "Decided."),
    )
