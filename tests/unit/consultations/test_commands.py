"""What people make is named once: a comment is kept by its id, whatever consultation it is on."""

from __future__ import annotations

from typing import Any, cast

from kenes.identity.person import Assurance, Person
from kenes.identity.sealing import Keyring
from services.consultations.commands import Commands

DANA = Person("https://id.example", "dana", "", "", None, None, Assurance.HIGH, citizen=True, roles=frozenset())


def test_the_same_key_names_other_comments_in_other_consultations() -> None:
    nothing = cast("Any", None)
    commands = Commands(Keyring(b"k" * 32), nothing, nothing, nothing, nothing, nothing, nothing)
    here, there = commands.new_comment(DANA, "here", "1"), commands.new_comment(DANA, "there", "1")

    assert here == commands.new_comment(DANA, "here", "1")
    assert len({here, there, commands.new_consultation(DANA, "1")}) == 3
