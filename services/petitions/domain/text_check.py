"""What a petition's text must mend before it can be handed in, and what its author should know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Final, Literal

from schemas.petitions.v1 import Language, PetitionText, Wording
from schemas.prose import hidden
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack, Subject
from services.petitions.domain.text_letters import disguises, unstressed
from services.petitions.domain.text_links import Link, links

Field = Literal["title", "text", "proposal"]
FIELDS: Final[tuple[Field, ...]] = ("title", "proposal", "text")
MOST: Final = 5
"""Remarks of one kind about one field: more help nobody."""
_AROUND: Final = 20


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the text. With `refused` it cannot be handed in as it is; without, it is a warning.

    `language` names the wording and `field` the part of it; `start` and `end` count its characters (Unicode code
    points, `end` not included); `excerpt` is what stands there. `detail` is what the code's words need: the subject's
    code, the word as it should be, the greatest number allowed, or the name of a character.
    """

    code: Refusal
    refused: bool
    language: Language
    field: Field | None = None
    start: int = 0
    end: int = 0
    excerpt: str = ""
    detail: str = ""


def check(text: PetitionText, pack: RulePack) -> tuple[Remark, ...]:
    """Every remark about a text under a rule pack: refusals first, then warnings. Pure; a few milliseconds at most."""
    found = [*_languages(text, pack)]
    for wording in text.wordings:
        found += _lengths(wording, pack)
        for field in FIELDS:
            written = getattr(wording, field)
            about = Remark(Refusal.HIDDEN_CHARACTERS, refused=True, language=wording.language, field=field)
            found += islice(_hidden(written, about), MOST)
            found += islice(_letters(written, about), MOST)
        found += _links(wording, pack)
        found += _subjects(wording, pack)
    return tuple(sorted(found, key=lambda remark: not remark.refused))


def refusal(text: PetitionText, pack: RulePack) -> Refusal | None:
    """The first reason why the text cannot be handed in, or `None`."""
    found = check(text, pack)
    return found[0].code if found and found[0].refused else None


def _languages(text: PetitionText, pack: RulePack) -> Iterator[Remark]:
    written = {wording.language for wording in text.wordings}
    for language in pack.texts.languages if pack.texts else ():
        if language not in written:
            yield Remark(Refusal.LANGUAGE_MISSING, refused=True, language=language)
    for wording in text.translations:
        for field in ("text", "proposal"):
            if _same(getattr(wording, field), getattr(text, field)):
                yield Remark(Refusal.TRANSLATION_COPIED, refused=True, language=wording.language, field=field)


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _lengths(wording: Wording, pack: RulePack) -> Iterator[Remark]:
    for field in FIELDS if pack.texts else ():
        most, written = getattr(pack.texts.longest, field) if pack.texts else None, getattr(wording, field)
        if most is not None and len(written) > most:
            about = Remark(Refusal.TEXT_TOO_LONG, refused=True, language=wording.language, field=field)
            yield replace(about, start=most, end=len(written), excerpt=written[most : most + _AROUND], detail=str(most))


def _hidden(written: str, about: Remark) -> Iterator[Remark]:
    for start, end in hidden(written):
        before, after = written[max(0, start - _AROUND) : start], written[end : end + _AROUND]
        name = f"U+{ord(written[start]):04X}"
        yield replace(about, start=start, end=end, excerpt=f"{before}▯{after}", detail=name)


def _letters(written: str, about: Remark) -> Iterator[Remark]:
    told = set()
    for each in disguises(written):
        if each.word not in told:
            told.add(each.word)
            place = replace(about, start=each.start, end=each.end, excerpt=each.word, detail=each.plain)
            yield replace(place, code=Refusal.LETTERS_MIXED, refused=not each.usual)


def _links(wording: Wording, pack: RulePack) -> Iterator[Remark]:
    most = pack.texts.links if pack.texts else None
    number = 0
    for field in FIELDS:
        for link in links(getattr(wording, field)):
            number += 1
            if link.shortened:
                yield _about(link, wording, field, Refusal.LINK_SHORTENED)
            if most is not None and number == most + 1:
                code = Refusal.TOO_MANY_LINKS if most else Refusal.LINK_NOT_ALLOWED
                yield replace(_about(link, wording, field, code), detail=str(most))


def _about(link: Link, wording: Wording, field: Field, code: Refusal) -> Remark:
    about = Remark(code, refused=True, language=wording.language, field=field, detail=link.host)
    return replace(about, start=link.start, end=link.end, excerpt=link.written[:80])


def _subjects(wording: Wording, pack: RulePack) -> Iterator[Remark]:
    """Each prohibited subject once, where the first of its hints stands."""
    fields = {field: unstressed(getattr(wording, field)) for field in FIELDS}
    for subject in pack.prohibited:
        # Only those of its language: a word of one may be another of the next, such as суда, a court or in the water.
        pattern = _hints(subject.hints.get(wording.language, ()))
        for field in FIELDS:
            plain, places = fields[field]
            if (match := pattern.search(plain)) is not None:
                yield _touched(wording, field, subject, places[match.start()], places[match.end()])
                break


def _touched(wording: Wording, field: Field, subject: Subject, start: int, end: int) -> Remark:
    about = Remark(Refusal.SUBJECT_PROHIBITED, refused=subject.refuse, language=wording.language, field=field)
    return replace(about, start=start, end=end, excerpt=getattr(wording, field)[start:end], detail=subject.code)


@lru_cache(maxsize=512)
def _hints(hints: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the hints: whole words, those with a `*` with any ending. Without hints, a pattern that is never found."""
    phrases = [r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in hint.split()) for hint in hints]
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases) or '(?!)'})(?!\w)", re.IGNORECASE)
