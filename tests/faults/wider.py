"""Faults that kill nothing. docs/operations.md says what is expected of each."""

from __future__ import annotations

from typing import Final

from tests.faults import disturbing, strange
from tests.faults.fault import Fault, faults
from tests.faults.site import Site

STRANGE_RECORDS: Final = (strange.poison_flood, strange.schema_of_the_future, strange.clock_jumps)


def wider(site: Site) -> tuple[Fault, ...]:
    """Processes that stand still, odd records, and connections that are cut."""
    return faults(
        site,
        disturbing.paused_stream,
        disturbing.paused_project,
        disturbing.paused_api,
        disturbing.two_owners,
        *STRANGE_RECORDS,
        disturbing.broker_connections,
        disturbing.database_connections,
    )
