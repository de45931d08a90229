"""What is told leads to where it can be read."""

from __future__ import annotations

from typing import Final

from schemas.notifications.petitions import PetitionCommentHidden
from services.notifications.addresses import Addresses
from tests.publicity import about, origin

ADDRESSES: Final = Addresses({"petitions": "https://petitions.example/"}, "https://news.example")


def test_a_hidden_comment_is_found_by_its_number() -> None:
    hidden = PetitionCommentHidden(about=about("p"), origin=origin(1), number=47, reason="insulting")
    assert ADDRESSES.event(hidden) == "https://petitions.example/petitions/p/comments/47"
