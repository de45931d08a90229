"""`python -m tests.integration.failing_stream SUFFIX MARKER before|after`: a stream process that raises once.

It raises in its agent before or after the first batch is decided, unless the file MARKER is there, which it leaves.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from kenes.kafka.decider import Decider
from kenes.kafka.records import Record
from kenes.service.definition import Deciding
from kenes.service.processes import run
from kenes.settings import KitSettings
from tests.example.projection import RULES
from tests.example.service import Library
from tests.example.v1 import topics

suffix, marker, when = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
decide, has_failed, leave_mark = Decider.handle, marker.exists, marker.touch


async def handle(self: Decider, records: Sequence[Record]) -> None:
    """Fails once."""
    if has_failed():
        return await decide(self, records)
    if when == "after":
        await decide(self, records)
    leave_mark()
    raise RuntimeError("the agent fails")


class FailingLibrary(Library):
    """The example under names of its own."""

    name = f"library-{suffix}"
    topics = topics(suffix)
    database = f"library-{suffix}"
    deciding = (Deciding(*topics, RULES),)


Decider.handle = handle  # type: ignore[method-assign]
run(FailingLibrary(KitSettings.load()), "stream")
