"""`python -m tests.faults.newer RELEASE ROLE`: petitions as releases to come might be, rolled out beside this one.

Both add a member to a decision, `release` of `SignatureAccepted`, that this release does not know. Both read a second
version of a request, which has a member that the first one lacks: `reads` still writes the first version, `writes` the
second. Who reads must be everywhere before anybody writes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from runpy import run_module
from typing import ClassVar, Final

from schemas.petitions import v1

READS: Final = "reads"
WRITES: Final = "writes"
GROWN: Final = "release"


class SignatureAccepted(v1.SignatureAccepted):
    """What old readers pass over, and old records lack."""

    release: str = "newer"


class SignRequestedV2(v1.SignRequested):
    """The second version: it says where the person signed."""

    TYPE: ClassVar[str] = "petitions.signature.sign-requested.v2"
    channel: str


class SignRequestedV1(SignRequestedV2):
    """The upcaster: a record of the first version, read as one of the second."""

    TYPE: ClassVar[str] = v1.SignRequested.TYPE
    channel: str = "unknown"


def main(release: str, role: str) -> None:
    """Puts the newer payloads in place of those that are known here, before anything of the service is imported."""
    setattr(v1, SignatureAccepted.__name__, SignatureAccepted)
    topics = import_module("schemas.petitions.topics")
    known = topics.SIGNATURE_REQUESTS
    others = (payload for payload in known.payloads if payload is not v1.SignRequested)
    vars(topics)["SIGNATURE_REQUESTS"] = replace(known, payloads=(SignRequestedV1, SignRequestedV2, *others))
    if release == WRITES:
        commands = import_module("services.petitions.commands")
        setattr(commands, v1.SignRequested.__name__, partial(SignRequestedV2, channel="web"))
    sys.argv = ["petitions", role]
    run_module("services.petitions", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
