"""An export while people go on: its three files fit each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from kenes.mongo.client import Document
from kenes.mongo.projection import Projection, Version
from services.consultations.polis import PolisComment, PolisFolder, PolisVote
from services.consultations.polis.exporting import Exporter

C = "consultation"
AT = datetime(2026, 5, 1, tzinfo=UTC)


def comment(name: str) -> Document:
    told = {
        "consultation": C,
        "author": f"author-{name}",
        "standing": "shown",
        "at": AT,
        "text": f"The text of {name}.",
    }
    return {"_id": name} | told


@dataclass
class Stored:
    """Answers each look with the next of these; the last stands."""

    looks: list[list[Document]]

    async def find(self, *_query: Any, **_options: Any) -> AsyncIterator[Document]:
        for each in self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]:
            yield each

    def collection(self, _name: str) -> Stored:
        return self


@dataclass(frozen=True)
class Still(Exporter):
    """Reads what is in memory."""

    async def _folded(self, projection: Projection) -> Version:
        return cast("Version", projection)

    async def _votes(self, _consultation: str, seen: Any) -> AsyncIterator[PolisVote]:
        for each in sorted(seen.shown):
            yield PolisVote(seen.people.of("voter"), seen.comments.of(each), 1, AT)


async def test_comments_taken_back_or_made_during_an_export_are_in_none_of_its_files(tmp_path: Path) -> None:
    comments = Stored([[comment("stays"), comment("goes")], [comment("stays"), comment("comes")]])
    ballots = Stored([[{"_id": "voter", "votes": {"stays": "agree", "goes": "agree"}}]])
    nothing = cast("Any", None)
    exporter = Still("", nothing, cast("Any", comments), cast("Any", ballots), lambda _: None)
    exported = await exporter.run(C, tmp_path)
    folder = PolisFolder(tmp_path)
    found: list[PolisComment] = list(folder.comments())
    assert [each.body for each in found] == ["The text of stays."]
    assert {each.comment for each in folder.votes()} == {found[0].id}
    assert [len(each.votes) for each in folder.participants()] == [1]
    folder.check()
    assert exported.comments == 1
