"""Petitions in any number, in three languages, with words as unevenly spread as people's are."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from schemas.petitions.v1 import Category, Goal, PetitionText, RulePackRef
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Milestone, Status
from tests.issuer import REGIONS
from tests.load.records import petition_ids

_SYLLABLES: Final = {
    "kk": "қа ла ның бі рі мек теп ау да ны жо лы ба ға ші құ лы сы өз ен кө ше та за су ел ді ме кен ты ныш",
    "ru": "го ро да шко ла по ли кли ни ка до ро га во да па рк дет са д уни вер си тет ме сто жи ль ё ос ве ще ние",
    "en": "ci ty wa ter school ro ad cli nic gar den li ght bus sta tion pub lic ai r park lib ra ry ta x hou se",
}
_WORDS: Final = 12_000
"""Different words of each language."""
_RULES: Final = RulePackRef(id="kz-republic", version="test")
_GOALS: Final = (Goal(signatures=50_000, effect="consideration"),)


class Library:
    """The same petitions each time. The newest come first."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(_WORDS)))
        self.words = {language: self._vocabulary(told.split()) for language, told in _SYLLABLES.items()}

    def petitions(self, count: int, now: datetime) -> Iterator[Petition]:
        """Petitions that opened one minute after another until `now`; three of four collect."""
        languages = ("kk", "ru", "en")
        for number, petition_id in enumerate(petition_ids(count)):
            opened = now - timedelta(minutes=number + 1)
            status = Status.CLOSED if number % 4 == 3 else Status.COLLECTING
            yield Petition(
                id=petition_id,
                author="author",
                text=self._text(languages[number % 3], number),
                rules=_RULES,
                goals=_GOALS,
                sealed="sealed",
                owner="owner",
                status=status,
                created_at=opened - timedelta(days=3),
                opened_at=opened,
                closes_at=opened + timedelta(days=180),
                closed_at=now if status is Status.CLOSED else None,
                timeline=(Milestone(what="created", at=opened - timedelta(days=3)),),
            )

    def some(self, language: str, count: int) -> list[str]:
        """Words as people use them: some often, most seldom."""
        return self._random.choices(self.words[language], cum_weights=self._weights, k=count)

    def category(self) -> Category:
        """Any category."""
        return self._random.choice(list(Category))

    def page(self) -> int:
        """The number of a page of a list as people look at them: most at the first ones."""
        return self._random.choices(range(1, 51), weights=[1 / number for number in range(1, 51)])[0]

    def slip(self, word: str) -> str:
        """A word with two neighbouring letters swapped."""
        at = self._random.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    def _text(self, language: str, number: int) -> PetitionText:
        return PetitionText.model_validate(
            {
                "language": language,
                "title": " ".join(self.some(language, 7)),
                "text": " ".join(self.some(language, 150)),
                "proposal": " ".join(self.some(language, 25)),
                "category": list(Category)[number % len(Category)],
                "region": REGIONS[number % len(REGIONS)] if number % 2 else None,
            }
        )

    def _vocabulary(self, syllables: Sequence[str]) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < _WORDS:
            word = "".join(self._random.choices(syllables, k=self._random.randint(2, 5)))
            if len(word) > 3:
                words[word] = None
        return list(words)


def minute() -> datetime:
    """The running minute, UTC."""
    return datetime.now(UTC).replace(second=0, microsecond=0)
