"""The rules of lending. Pure: a book's reader and a request in, a decision out."""

from schemas.payload import Payload
from tests.example.v1 import BorrowRequested, Lent, LoanRefused, Returned, ReturnRequested

Reader = str
NOBODY: Reader = ""
CURSED = "the book that cannot be lent"
"""A rule with a bug in it, so that tests can see what becomes of such a request."""


def decide(reader: Reader, request: Payload) -> Payload:
    """The decision on a request for a book that `reader` has now."""
    match request:
        case BorrowRequested(book=book) if book == CURSED:
            raise ZeroDivisionError("lending this book divides by zero")
        case BorrowRequested(book=book, reader=asker):
            return Lent(book=book, reader=asker) if reader == NOBODY else LoanRefused(book=book, code="lent")
        case ReturnRequested(book=book, reader=asker):
            return Returned(book=book, reader=asker) if reader == asker else LoanRefused(book=book, code="not-yours")
        case _:
            raise TypeError(f"{type(request).__name__} is not a request")


def evolve(reader: Reader, decision: Payload) -> Reader:
    """Who has the book after a decision."""
    match decision:
        case Lent(reader=borrower):
            return borrower
        case Returned():
            return NOBODY
        case _:
            return reader
