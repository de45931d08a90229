"""Opinion groups as clients and pages get them: what is shown of them, with the words of the comments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from services.consultations.domain.comment import Standing
from services.consultations.opinion import SMALLEST, Consensus, OpinionGroups, Representative, letter
from services.consultations.opinion.live import LiveOpinions

VOTES_TO_TELL: Final = 7
"""Votes after which a person is counted in a group, or as many as there are comments."""
FEWEST_PEOPLE: Final = 2 * SMALLEST
"""Two groups of the smallest size that is shown."""


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class RepresentativeView(_View):
    """A comment that tells a group from the others: `votes` of the `voters` in the group took this side."""

    comment: str
    text: str
    language: str
    stakeholder: str
    side: str
    votes: int
    voters: int
    ratio: float = Field(description="How many times likelier the group is to take this side than the others.")

    @property
    def share(self) -> float:
        """Of those in the group who voted on it, 0 to 1."""
        return self.votes / self.voters


class GroupView(_View):
    """People who vote alike. `share` is of all people in shown groups, 0 to 1."""

    id: int
    letter: str
    people: int
    share: float
    representatives: tuple[RepresentativeView, ...]


class PartView(_View):
    """`votes` of the `voters` of a part, a group's letter or a class, took the side."""

    part: str
    votes: int
    voters: int

    @property
    def share(self) -> float:
        """Of those in the part who voted on it, 0 to 1."""
        return self.votes / self.voters


class ConsensusView(_View):
    """A comment on whose side every part is. `score` is the geometric mean of the parts' shares, 0 to 1."""

    comment: str
    text: str
    language: str
    stakeholder: str
    side: str
    score: float
    parts: tuple[PartView, ...]


class BubbleView(_View):
    """At least five people of one group who vote alike; y downwards."""

    group: int
    x: int
    y: int
    radius: float
    people: int


class OutlineView(_View):
    """The outline of a group's bubbles, corners in order."""

    group: int
    corners: tuple[tuple[int, int], ...]

    @property
    def points(self) -> str:
        """Corners as SVG writes them."""
        return " ".join(f"{x},{y}" for x, y in self.corners)


class RowView(_View):
    """What the plot says of a group. `width` is the mean distance of its people from its middle."""

    group: int
    people: int
    bubbles: int
    x: int
    y: int
    width: int
    nearest: int | None
    distance: int | None


class PlotView(_View):
    """Everything drawn, in a box of `width` by `height`; `rows` say the same."""

    width: int
    height: int
    bubbles: tuple[BubbleView, ...]
    outlines: tuple[OutlineView, ...]
    rows: tuple[RowView, ...]


class GroupsView(_View):
    """Opinion groups of a consultation. Without `groups`, at least `needed` more votes are.

    `others` is how many people are in no shown group: null for one to four, whom it would tell apart, and whom `people`
    then leaves out.
    """

    consultation: str
    people: int
    votes: int
    needed: int
    groups: tuple[GroupView, ...]
    others: int | None
    across_groups: tuple[ConsensusView, ...]
    across_classes: tuple[ConsensusView, ...]
    plot: PlotView


@dataclass(frozen=True)
class Groups:
    """The groups now, and what only the person who asks may know: which of them they are in or lean to."""

    shown: GroupsView
    found: OpinionGroups

    def letter_of(self, voter: str) -> str | None:
        """The group a person is in or leans to, by letter; `None` while that cannot be told."""
        group = self.found.placed(voter)
        return None if group is None else letter(group)

    def counted(self, voter: str) -> bool:
        """Whether a person is in that group, rather than leaning to it."""
        return voter in self.found.group_of


@dataclass(frozen=True)
class GroupReads:
    """Reads the groups of a consultation."""

    opinions: LiveOpinions
    live: LiveCollections

    async def of(self, consultation: str) -> Groups:
        """The groups now. Raises `StillReadingError`, `DatabaseUnavailableError`."""
        found = await self.opinions.groups(consultation)
        return Groups(view_of(consultation, found, await self._words(_comments(found))), found)

    async def _words(self, comments: Iterable[str]) -> dict[str, Document]:
        """Comments that are shown, by id."""
        query: Document = {"_id": {"$in": list(comments)}, "standing": str(Standing.SHOWN)}
        fields = {"text": 1, "language": 1, "stakeholder": 1}
        cursor = (await self.live.of("comments")).find(query, fields)
        return {document.pop("_id"): document async for document in cursor}


def view_of(consultation: str, found: OpinionGroups, words: Mapping[str, Document]) -> GroupsView:
    """What may be shown. A comment that `words` lacks, hidden a moment ago, is left out."""
    groups = tuple(
        GroupView(
            id=group.id,
            letter=group.letter,
            people=group.people,
            share=group.share,
            representatives=tuple(
                RepresentativeView(**_told(each, words), votes=each.votes, voters=each.voters, ratio=each.ratio)
                for each in group.representatives
                if each.comment in words
            ),
        )
        for group in found.groups
    )
    return GroupsView(
        consultation=consultation,
        people=found.people,
        votes=found.votes,
        needed=0 if groups else needed(found),
        groups=groups,
        others=found.others,
        across_groups=_consensus(found.across_groups, words),
        across_classes=_consensus(found.across_classes, words),
        plot=PlotView.model_validate(found.plot),
    )


def needed(found: OpinionGroups) -> int:
    """How many more votes there must be at the least before two groups could be shown."""
    each = min(VOTES_TO_TELL, max(len(found.comments), 1))
    return max(FEWEST_PEOPLE * each - found.votes, 1)


def _comments(found: OpinionGroups) -> set[str]:
    represented = {each.comment for group in found.groups for each in group.representatives}
    return represented | {each.comment for each in (*found.across_groups, *found.across_classes)}


def _consensus(found: Iterable[Consensus], words: Mapping[str, Document]) -> tuple[ConsensusView, ...]:
    return tuple(
        ConsensusView(
            **_told(each, words), score=each.score, parts=tuple(PartView.model_validate(part) for part in each.parts)
        )
        for each in found
        if each.comment in words
    )


def _told(each: Representative | Consensus, words: Mapping[str, Document]) -> dict[str, Any]:
    return {"comment": each.comment, "side": each.side, **words[each.comment]}
