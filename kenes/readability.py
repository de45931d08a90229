"""How hard a text is to read, in Kazakh, Russian and English. It advises; it never stops anybody.

One published formula per language, all of the same shape: a text is the harder, the more words its sentences and the
more syllables its words have. About 100 is a children's book, below 30 a statute; below 50 Flesch calls a text
difficult and Ateşman hard, below 30 both call it very hard.

- English: R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948), pp. 221-233.
- Russian: I. V. Oborneva, "Avtomatizirovannaya otsenka slozhnosti uchebnykh tekstov na osnove statisticheskikh
  parametrov" (thesis, Moscow 2006): Flesch fitted to Russian, whose words are longer, on texts in both languages.
- Kazakh: E. Ateşman, "Türkçede okunabilirliğin ölçülmesi", Dil Dergisi 58 (1997), pp. 71-74, made for Turkish. No
  formula fitted to Kazakh was found; both languages build long words of suffixes, and neither is read well by a formula
  made for English. A guide, not a measure.

The numbers were compared with those that textacy, a library for text statistics, has for the same formulas.

Every vowel letter is a syllable in Kazakh and Russian, so no dictionary is needed; English is estimated.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.parts import Language

HARDEST: Final = 3
LONG: Final = 25
"""Words of a sentence that is too long whatever the words are."""
_PLAIN, _HARD = 50.0, 30.0
_FEWEST: Final = 8
"""Words below which a sentence is not called hard: the formulas are made for more."""

_FORMULAS: Final[dict[Language, tuple[float, float, float]]] = {
    "kk": (198.825, 2.610, 40.175),
    "ru": (206.835, 1.3, 60.1),
    "en": (206.835, 1.015, 84.6),
}
"""Base, weight of words per sentence, weight of syllables per word."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"»”)]*\s+|\n+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"])(?:[^\W\d_]|ст|пп|гг|им|ул|обл|руб|тг|млн|млрд|тыс|см|бап|т\.[бсдп]|Mr|Mrs|Dr|No|art)\.$"
)
_VOWELS = re.compile(r"[аәеёиоөуұүыіэюяaeiouyäöüı]", re.IGNORECASE)
_KAZAKH_GLIDE = re.compile(r"(?<=[аәеоөұүыіэ])у|\bу(?=[аәеоөұүыіэ])", re.IGNORECASE)
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)
_ENGLISH_SILENT = re.compile(r"[^aeiouyl]es?$|[^aeiouytd]ed$", re.IGNORECASE)


class Ease(StrEnum):
    """The verdict."""

    PLAIN = "plain"
    HARD = "hard"
    VERY_HARD = "very-hard"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its number of words."""

    text: str
    words: int


@dataclass(frozen=True, slots=True)
class Readability:
    """What was found. `score` is higher for easier texts, mostly 0 to 100; `hardest` are sentences to mend."""

    language: Language
    ease: Ease
    score: int
    words: int
    sentence_words: float
    hardest: tuple[Sentence, ...]


def readability(text: str, language: Language) -> Readability | None:
    """How hard `text` is; `None` where it has no words."""
    sentences = [(sentence, _WORD.findall(sentence)) for sentence in _sentences(text)]
    measured = [(_score([words], language), Sentence(sentence, len(words))) for sentence, words in sentences if words]
    if not measured:
        return None
    score = _score([words for _, words in sentences if words], language)
    hard = [(each, sentence) for each, sentence in measured if _is_hard(each, sentence)]
    hard.sort(key=lambda pair: pair[0])
    total = sum(sentence.words for _, sentence in measured)
    return Readability(
        language=language,
        ease=Ease.PLAIN if score >= _PLAIN else Ease.HARD if score >= _HARD else Ease.VERY_HARD,
        score=round(score),
        words=total,
        sentence_words=round(total / len(measured), 1),
        hardest=tuple(sentence for _, sentence in hard[:HARDEST]),
    )


def reading_ease(sentence_words: float, word_syllables: float, language: Language) -> float:
    """The formula itself: of the words of an average sentence and the syllables of an average word."""
    base, of_sentences, of_words = _FORMULAS[language]
    return base - of_sentences * sentence_words - of_words * word_syllables


def syllables(word: str, language: Language) -> int:
    """Syllables of a word, at least one."""
    if language == "en":
        spoken = _ENGLISH_SILENT.sub("x", word)
        return max(1, len(_ENGLISH_VOWELS.findall(spoken)))
    if language == "kk":
        # Beside another vowel this letter stands for a consonant: тау is one syllable, уақыт two.
        word = _KAZAKH_GLIDE.sub("", word)
    return max(1, len(_VOWELS.findall(word)))


def _is_hard(score: float, sentence: Sentence) -> bool:
    return sentence.words > LONG or (sentence.words >= _FEWEST and score < _HARD)


def _score(sentences: list[list[str]], language: Language) -> float:
    words = [word for sentence in sentences for word in sentence]
    total = sum(syllables(word, language) for word in words)
    return reading_ease(len(words) / len(sentences), total / len(words), language)


def _sentences(text: str) -> list[str]:
    """Sentences and lines; a full stop after an abbreviation ends none."""
    found: list[str] = []
    begun = ""
    for part in _parts(text):
        begun += part
        if not _ABBREVIATION.search(begun.rstrip(" ")):
            found.append(" ".join(begun.split()))
            begun = ""
    return [each for each in [*found, " ".join(begun.split())] if each]


def _parts(text: str) -> list[str]:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
