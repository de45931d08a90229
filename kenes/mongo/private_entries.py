"""Where a person's own acts are kept: together, under an index that only the service can derive, and need no other."""

from typing import Final

LENGTH: Final = 22
"""Letters of an entry's name: 16 bytes in base64url."""


def entry_key(owner: bytes, entry: str) -> bytes:
    """Under which an act stands on its person's own page."""
    return owner + entry.encode()


def entry_range(owner: bytes) -> dict[str, bytes]:
    """The keys of all acts of one person, as a query. Binary keys are ordered by their length first."""
    return {"$gte": owner + b"\x00" * LENGTH, "$lte": owner + b"\xff" * LENGTH}
