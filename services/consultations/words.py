"""A text of a body in the language nearest to a reader's."""

from dataclasses import dataclass

from schemas.consultations.parts import Title
from schemas.parts import Statement


@dataclass(frozen=True)
class Words:
    """A text in the language nearest to the reader's."""

    text: str
    language: str


def read_in(words: Title | Statement, language: str) -> Words:
    """In this language; where it is not there in English, in Russian."""
    text: str | None = getattr(words, language)
    return Words(words.ru, "ru") if text is None else Words(text, language)
