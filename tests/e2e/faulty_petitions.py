"""`python -m tests.e2e.faulty_petitions stream`: the petitions' stream with a bug: it chokes on every signature."""

import sys

from kenes.service.processes import run
from schemas.payload import Payload
from services.petitions.domain import signature
from services.petitions.service import Petitions
from services.petitions.settings import Settings


def choke(*_: object) -> Payload:
    """The bug."""
    raise ZeroDivisionError("a signature was divided by zero")


if __name__ == "__main__":
    signature.decide = choke  # type: ignore[assignment]
    run(Petitions(Settings.load()), sys.argv[1])
