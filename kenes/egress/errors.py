"""How a request to somebody else's host can fail. Messages are codes: they repeat nothing of the address."""

from __future__ import annotations


class EgressError(Exception):
    """A request that got no whole answer. `reason` is a code such as `timeout`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EgressRefusedError(EgressError):
    """A request that was not made: the address may not be asked."""
