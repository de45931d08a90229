"""Passages: found in a clause's text when somebody pastes one, and marked in it where comments speak of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from schemas.consultations.clauses import Clause
from schemas.consultations.parts import Anchor, TextQuote
from services.consultations.domain.consultation import Consultation
from services.consultations.drafts.quotes import Passage, locate, quote, refind
from services.consultations.drafts.tree import own_words
from services.consultations.reading import Comment
from services.consultations.texts import Text, Texts

LONGEST = 1_000
"""Letters of a passage."""


@dataclass(frozen=True)
class Run:
    """A stretch of text; `comment` is one that speaks of it, the first where there are several."""

    text: str
    comment: str | None = None


def anchor_of(pasted: str, clause: Clause) -> Anchor | None:
    """Where a pasted passage stands, in the clause or in what is below it; `None` where it is not there word for word.

    Line breaks and spaces may be other than in the text: they change with the way a passage was copied. The number
    that a clause is printed with may stand before its words.
    """
    words = pasted.strip(' \n\t«»"“”').split()
    if not words or len(pasted) > LONGEST:
        return None
    for each in _with_children(clause):
        text = own_words(each)
        found = _pattern(words).search(text) or _after_label(words, each.label.split(), text)
        if found is not None:
            return Anchor(clause=each.id, quote=quote(text, found.start(), found.end()))
    return None


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, words)))


def _after_label(words: list[str], label: list[str], text: str) -> re.Match[str] | None:
    rest = words[len(label) :]
    return _pattern(rest).match(text) if label and rest and words[: len(label)] == label else None


def _with_children(clause: Clause) -> Iterator[Clause]:
    yield clause
    for child in clause.children:
        yield from _with_children(child)


def quote_of(comment: Comment) -> TextQuote | None:
    """The passage that a comment speaks of."""
    stored = comment.document["quote"]
    return None if stored is None else TextQuote.model_validate(stored)


def place_of(comment: Comment, text: Text) -> Passage | None:
    """Where the passage stands in this text of the draft; one of an earlier version by what is most like it."""
    clause, wanted = text.clause(comment.clause), quote_of(comment)
    if clause is None or wanted is None:
        return None
    words = own_words(clause)
    return locate(wanted, words) if comment.version == text.version else refind(wanted, words)


async def quoted_in(
    texts: Texts, consultation: Consultation, comments: Iterable[Comment], language: str
) -> dict[str, str]:
    """The language of the passage that each comment quotes: `language`, the reader's, where it stands in several."""
    told = dict[str, str]()
    for each in comments:
        if each.document["quote"] is None:
            continue
        known = consultation.versions[each.version - 1].languages
        read = [await texts.get(consultation.id, each.version, every) for every in known]
        held = [text.language for text in read if text is not None and place_of(each, text) is not None]
        if held:
            told[each.id] = language if language in held else held[0]
    return told


def marked(clause: Clause, places: Iterable[tuple[Passage, str]]) -> list[list[Run]]:
    """The paragraphs of a clause's text, in stretches; `places` are passages of its own words, each with a comment."""
    shift = len(clause.heading) + 1 if clause.heading else 0
    length = len(clause.text)
    spans = [
        (max(passage.start - shift, 0), min(passage.end - shift, length), comment)
        for passage, comment in places
        if passage.end > shift
    ]
    edges = sorted({0, length, *(edge for start, end, _ in spans for edge in (start, end)), *_breaks(clause.text)})
    paragraphs: list[list[Run]] = [[]]
    for start, end in pairwise(edges):
        if clause.text[start:end] == "\n":
            paragraphs.append([])
            continue
        about = next((comment for first, last, comment in spans if first <= start and end <= last), None)
        paragraphs[-1].append(Run(clause.text[start:end], about))
    return [runs for runs in paragraphs if runs]


def _breaks(text: str) -> Iterator[int]:
    for at, letter in enumerate(text):
        if letter == "\n":
            yield at
            yield at + 1
