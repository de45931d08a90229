"""How invented people vote: each belongs to a group of opinion, and thinks for themselves as well."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kenes.identity.person import Person
from schemas.consultations.parts import Stakeholder, Vote
from services.consultations.commands import Speaker
from services.consultations.demo.saying import Said

GROUPS: Final = (0.42, 0.34, 0.24)
"""The share of voters who put a free press first, language and order first, and count what it costs."""
_CLASSES: Final = (
    (Stakeholder.JOURNALIST, Stakeholder.NGO, Stakeholder.EXPERT, Stakeholder.PUBLIC, Stakeholder.PUBLIC),
    (Stakeholder.PUBLIC, Stakeholder.PUBLIC, Stakeholder.PUBLIC, Stakeholder.NGO),
    (Stakeholder.BUSINESS, Stakeholder.BUSINESS, Stakeholder.EXPERT, Stakeholder.PUBLIC),
)
_PASSES: Final = 0.1
"""How often somebody passes on what divides the groups most; twice as often where nothing does."""
_LEAST, _MOST = 0.15, 0.55
"""Nobody votes on everything; the share of comments that people vote on."""


@dataclass(frozen=True)
class Voting:
    """One vote as it is asked for."""

    person: Person
    speaker: Speaker
    comment: Said
    vote: Vote
    at: datetime


def votes(name: str, people: Iterable[Person], said: Sequence[Said], until: datetime) -> Iterator[Voting]:
    """The votes of all these people on comments that have a `lean`; nobody's on their own."""
    chance = random.Random(f"votes {name}")  # noqa: S311 - the same votes each time
    asked = [each for each in said if each.lean is not None]
    for person in people:
        (group,) = chance.choices(range(len(GROUPS)), weights=GROUPS)
        speaker = Speaker(chance.choice(_CLASSES[group]))
        count = round(len(asked) * chance.uniform(_LEAST, _MOST))
        for comment in chance.sample(asked, count):
            vote = _vote(chance, comment, group)
            at = comment.at + (until - comment.at) * chance.random()
            if comment.person.id != person.id:
                yield Voting(person, speaker, comment, vote, at)


def _vote(chance: random.Random, comment: Said, group: int) -> Vote:
    lean = 0.0 if comment.lean is None else comment.lean[group]
    if chance.random() < _PASSES * (2 - abs(lean)):
        return Vote.PASS
    return Vote.AGREE if chance.random() < 0.5 + 0.46 * lean else Vote.DISAGREE
