"""Who says what about a draft, when, and in which words. The same at every run, as of another day."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from kenes.identity.person import Person
from kenes.service.invented import invented
from schemas.consultations.clauses import ClauseTree
from schemas.consultations.parts import Anchor, Stakeholder, TextQuote
from schemas.parts import Language
from services.consultations.commands import Speaker, Words
from services.consultations.demo.files import LANGUAGES, Argument, Comments, Known, Letter
from services.consultations.drafts.quotes import locate, quote
from services.consultations.drafts.tree import walk

OPENED: Final = 0.35
CLOSED: Final = 0.3
LISTED: Final = 0.75
VERIFIED: Final = 0.4
"""How often people say something first, say something last, show their name, and are vouched for."""
UNHEARD: Final = frozenset({"KZ-33", "KZ-62"})
"""Regions of which nobody has spoken yet."""

Texts = Mapping[tuple[int, Language], ClauseTree]
"""The texts of a draft by version and language."""


@dataclass(frozen=True)
class Said:
    """A comment as it is asked for. `under` is the key of what it replies to, `lean` what each group thinks of it."""

    key: str
    person: Person
    speaker: Speaker
    words: Words
    at: datetime
    lean: tuple[float, float, float] | None = None
    under: str | None = None


@dataclass(frozen=True)
class Days:
    """When people were heard: from, until, and when the second version came; the end itself where there is none."""

    opened: datetime
    changed: datetime
    ended: datetime


class Saying:
    """What the crowd says about one draft."""

    def __init__(self, name: str, told: Comments, texts: Texts, people: Iterable[Person], days: Days) -> None:
        self._told, self._texts, self._days = told, texts, days
        self._chance = random.Random(f"comments {name}")  # noqa: S311 - the same words each time
        heard = [person for person in people if person.region not in UNHEARD]
        self._chance.shuffle(heard)
        self._people = iter(heard)

    def comments(self) -> list[Said]:
        """All of them; what replies to another comes after it."""
        heads = [self._argument(each, at) for each in self._told.argument for at in range(len(LANGUAGES))]
        replies = list(self._replies({said.key: said for said in heads}))
        letters = [] if self._told.campaign is None else list(self._letters(self._told.campaign))
        return [*sorted([*heads, *letters], key=lambda said: said.at), *replies]

    def _argument(self, argument: Argument, place: int) -> Said:
        language, stakeholder = LANGUAGES[place], argument.who[place]
        text = self._worded(argument.said(language), stakeholder, language)
        person, speaker = self._speaker(stakeholder)
        known = self._told.known
        if known is not None and language == known.language and argument.key in known.says:
            person, speaker = _known(known, person), Speaker(stakeholder)
        listed = self._listed() or (known is not None and person.subject == known.subject)
        words = Words(text, language, argument.version, self._anchor(argument, language), None, listed)
        return Said(_key(argument.key, language), person, speaker, words, self._moment(argument.version), argument.lean)

    def _worded(self, text: str, stakeholder: Stakeholder, language: Language) -> str:
        first = self._told.opening.get(stakeholder, {}).get(language, ())
        last = self._told.closing[language]
        before = [self._chance.choice(first)] if first and self._chance.random() < OPENED else []
        after = [self._chance.choice(last)] if last and self._chance.random() < CLOSED else []
        return " ".join([*before, text, *after])

    def _anchor(self, argument: Argument, language: Language) -> Anchor | None:
        if not argument.clause:
            return None
        exact = argument.quote.get(language)
        if exact is None:
            return Anchor(clause=argument.clause)
        text = clause_text(self._texts[argument.version, language], argument.clause)
        found = locate(TextQuote(exact=exact), text)
        if found is None:
            raise ValueError(f"{argument.key}: {exact!r} is not in {argument.clause}")
        return Anchor(clause=argument.clause, quote=quote(text, found.start, found.end))

    def _replies(self, heads: Mapping[str, Said]) -> Iterator[Said]:
        for number, reply in enumerate(self._told.reply):
            head = heads[_key(reply.under, reply.language)]
            person, speaker = self._speaker(reply.who)
            # The clause is the same; the passage is not quoted again.
            anchor = None if head.words.anchor is None else Anchor(clause=head.words.anchor.clause)
            words = replace(head.words, text=reply.text, anchor=anchor, listed=self._listed())
            said = Said(f"reply {number}", person, speaker, words, self._later(head.at), None, head.key)
            yield said
            if reply.answer:
                words = replace(head.words, text=reply.answer, anchor=anchor)
                yield replace(
                    head, key=f"answer {number}", words=words, at=self._later(said.at), under=said.key, lean=None
                )

    def _letters(self, letter: Letter) -> Iterator[Said]:
        for number in range(letter.senders):
            person, speaker = self._speaker(Stakeholder.PUBLIC)
            parts = [self._chance.choice(letter.greeting), self._body(letter.body)]
            parts += [self._chance.choice(letter.own), self._chance.choice(letter.closing)]
            text = " ".join(part for part in parts if part).format(name=person.given_name)
            words = Words(text, letter.language, 1, Anchor(clause=letter.clause), None, self._listed())
            span = self._days.changed - self._days.opened
            # A letter goes round: nothing, then very many within a few days.
            at = self._days.opened + span * (0.35 + 0.6 * self._chance.random() ** 2)
            yield Said(f"letter {number}", person, speaker, words, at, (0.5, 0.8, 0.3) if number < 2 else None)

    def _body(self, body: str) -> str:
        """Some leave the last sentence out, some write it in their own way."""
        last = body.rstrip(".").rsplit(". ", 1)
        draw = self._chance.random()
        if draw < 0.15:
            return f"{last[0]}."
        return body.replace("талап етеміз", "сұраймыз") if draw < 0.4 else body

    def _speaker(self, stakeholder: Stakeholder) -> tuple[Person, Speaker]:
        """The next person of the crowd as one of this class; nobody speaks for the state on their own word."""
        person = next(self._people)
        vouched = stakeholder is Stakeholder.STATE
        if stakeholder is not Stakeholder.PUBLIC:
            vouched |= self._chance.random() < VERIFIED
        if vouched:
            person = replace(person, roles=person.roles | {f"class:{stakeholder}"})
        return person, Speaker(stakeholder, vouched)

    def _moment(self, version: int) -> datetime:
        first, last = self._days.opened, self._days.ended
        first, last = (first, self._days.changed) if version == 1 else (self._days.changed, last)
        return first + timedelta(hours=1) + (last - first - timedelta(hours=2)) * self._chance.random()

    def _later(self, at: datetime) -> datetime:
        return at + min(timedelta(hours=30), self._days.ended - at) * self._chance.uniform(0.05, 0.9)

    def _listed(self) -> bool:
        return self._chance.random() < LISTED


def clause_text(tree: ClauseTree, clause: str) -> str:
    """The text of a clause. Raises `KeyError` where there is none of this id."""
    return {place.clause.id: place.clause.text for place in walk(tree)}[clause]


def answered(said: Sequence[Said], told: Comments) -> dict[str, int]:
    """By the key of a comment, which of the body's answers it has."""
    keys = {each.key for each in said}
    found = {
        _key(answer.to, language): number for number, answer in enumerate(told.answer) for language in answer.languages
    }
    if missing := found.keys() - keys:
        raise ValueError(f"answers to what nobody said: {', '.join(sorted(missing))}")
    return found


def _key(argument: str, language: Language) -> str:
    return f"{argument} {language}"


def _known(known: Known, instead: Person) -> Person:
    born = 1990 if instead.birth_date is None else instead.birth_date.year
    return invented(instead.issuer, known.subject, known.given, known.family, known.region, born)
