"""Which petitions there are and when each may be signed."""

from functools import lru_cache
from typing import TypeAlias

from kenes.mongo.client import Document
from kenes.service import directory
from schemas.petitions.v1 import RulePackRef
from services.petitions.domain.signature import SigningWindow, window_after

Listing: TypeAlias = directory.Entry[SigningWindow]
"""What is known of one petition, and the last decision it comes from."""


class Directory(directory.Directory[SigningWindow]):
    """Petitions by id, to be loaded from the projection of petitions."""

    def __init__(self) -> None:
        super().__init__(
            "petitions", ("rules", "opened_at", "closes_at", "closed_at", "besides"), _window, window_after
        )


def _window(document: Document) -> SigningWindow:
    return SigningWindow(
        rules=_rules(**document["rules"]),
        opened_at=document["opened_at"],
        closes_at=document["closes_at"],
        closed_at=document["closed_at"],
        besides=document.get("besides"),
    )


@lru_cache(maxsize=256)
def _rules(id: str, version: str) -> RulePackRef:  # noqa: A002 - as the document names it
    """One object for all petitions that are pinned to the same pack: there may be a hundred thousand of them."""
    return RulePackRef(id=id, version=version)
