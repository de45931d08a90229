"""How laws in Kazakh, Russian, German, French, Estonian and English number their pieces."""

import re
from dataclasses import dataclass
from typing import Final

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts.ordinals import LATIN_SUFFIXES, ORDINAL, figure
from services.consultations.drafts.raised import FIGURES, lowered

UNIT_RANK: Final = 60
"""The rank of what people cite a law by: articles, and what is above has a lower one."""
UNLABELLED_RANK: Final = 55
ANNEX_RANK: Final = 1
HEADING_LENGTH: Final = 250
STOPS: Final = (".", ";", ":", ",")
"""What a sentence or a piece of one ends with, and no heading."""

_K = ClauseKind
WORDS: Final[dict[str, tuple[ClauseKind, int]]] = {
    # Kazakh
    "қосымша": (_K.ANNEX, ANNEX_RANK), "кітап": (_K.BOOK, 5), "бөлік": (_K.PART, 10), "бөлім": (_K.SECTION, 20),
    "кіші бөлім": (_K.SUBSECTION, 25), "тарау": (_K.CHAPTER, 30), "параграф": (_K.DIVISION, 40),
    "бап": (_K.ARTICLE, 60),
    # Russian
    "приложение": (_K.ANNEX, ANNEX_RANK), "книга": (_K.BOOK, 5), "часть": (_K.PART, 10), "раздел": (_K.SECTION, 20),
    "подраздел": (_K.SUBSECTION, 25), "глава": (_K.CHAPTER, 30), "статья": (_K.ARTICLE, 60),
    # German
    "anlage": (_K.ANNEX, ANNEX_RANK), "anhang": (_K.ANNEX, ANNEX_RANK), "buch": (_K.BOOK, 5), "teil": (_K.PART, 10),
    "kapitel": (_K.CHAPTER, 20),
    "abschnitt": (_K.SECTION, 30), "unterabschnitt": (_K.SUBSECTION, 35), "titel": (_K.TITLE, 40),
    "untertitel": (_K.DIVISION, 45), "artikel": (_K.ARTICLE, 60), "§": (_K.ARTICLE, 60),
    # French
    "annexe": (_K.ANNEX, ANNEX_RANK), "partie": (_K.PART, 5), "livre": (_K.BOOK, 10), "titre": (_K.TITLE, 20),
    "chapitre": (_K.CHAPTER, 30), "sous-section": (_K.SUBSECTION, 45), "paragraphe": (_K.DIVISION, 50),
    # Estonian
    "lisa": (_K.ANNEX, ANNEX_RANK), "osa": (_K.PART, 10), "peatükk": (_K.CHAPTER, 30), "jagu": (_K.SECTION, 35),
    "jaotis": (_K.SUBSECTION, 40),
    # English, and words of several languages
    "annex": (_K.ANNEX, ANNEX_RANK), "appendix": (_K.ANNEX, ANNEX_RANK), "schedule": (_K.ANNEX, ANNEX_RANK),
    "book": (_K.BOOK, 8), "part": (_K.PART, 10),
    "title": (_K.TITLE, 12), "chapter": (_K.CHAPTER, 30), "division": (_K.DIVISION, 35), "section": (_K.SECTION, 60),
    "sec.": (_K.SECTION, 60), "subsection": (_K.SUBSECTION, 65), "article": (_K.ARTICLE, 60), "art.": (_K.ARTICLE, 60),
    "clause": (_K.CLAUSE, 60), "regulation": (_K.CLAUSE, 60), "rule": (_K.CLAUSE, 60),
}  # fmt: skip
"""Each word with its kind and its rank: a piece stands below the nearest piece of a lower rank."""
SECTION_ABOVE_ARTICLES: Final = 40
"""The rank of "section" in a document that has articles too."""
PREAMBLES: Final = frozenset({"преамбула", "кіріспе", "preamble", "préambule", "präambel", "preambule"})

_BACKWARD: Final = frozenset({
    "қосымша", "кітап", "бөлік", "бөлім", "кіші бөлім", "тарау", "параграф", "бап",
    "buch", "teil", "kapitel", "abschnitt", "unterabschnitt", "titel", "untertitel",
    "раздел", "часть", "глава", "partie", "part", "chapter", "book", "osa", "peatükk", "jagu", "jaotis",
})  # fmt: skip
"""Words that may stand behind their number: "5-бап", "Erster Abschnitt"."""


def _any(words: frozenset[str] | dict[str, tuple[ClauseKind, int]]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


_LATIN = "|".join(LATIN_SUFFIXES)
_NUMBER = (
    rf"(?:[LRDA]\.?\s?\*?\d+(?:[-–.]\d+)*|\d+(?:[-–.^]\d+|{FIGURES})*(?:\s?(?:{_LATIN}|er|ère)\b|[a-zа-я]\b)?"
    rf"|Ier\b|[IVXLC]+(?:[-–]\d+)?(?:\s(?:{_LATIN})\b)?(?!\w)|{ORDINAL})"
)
_FORWARD: Final = re.compile(
    rf"(?P<label>(?P<word>{_any(WORDS)})\s*(?:№\s*)?(?P<number>{_NUMBER}))(?P<rest>.*)", re.IGNORECASE
)
_BEHIND: Final = re.compile(
    rf"(?P<label>(?P<number>\d+(?:[-–^]\d+|{FIGURES})*|[IVXLC]+|{ORDINAL})(?:\.?\s|[-–]\s?|\.)(?P<word>{_any(_BACKWARD)}))(?!\w)(?P<rest>.*)",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"(?P<label>(?P<word>article|artikel|статья)\s+(?P<number>[^\W\d]+))", re.IGNORECASE)
_CAPITAL = r"(?-i:[A-ZА-ЯӘҒҚҢӨҰҮҺІЁ])"
_BARE: Final = re.compile(
    r"(?P<label>(?:приложение|қосымша|anlage|anhang|annexe?|appendix|schedule|lisa)"
    rf"(?:\s+(?P<number>{_CAPITAL}))?)(?!\w)(?P<rest>.*)",
    re.IGNORECASE,
)
_ANNEXED: Final = re.compile(
    rf"(?:(?P<rest>.{{1,250}}[ғгқкн][ае])\s+)?(?P<label>(?:(?P<number>\d+|{_CAPITAL})(?:[-–]|\s)\s?)?қосымша(?:сы)?)",
    re.IGNORECASE,
)
_LETTERS = "a-zа-яәғқңөұүһіё"
_SEPARATOR: Final = re.compile(rf"\s*(?:[.:]\s+|[.:]$|\s[-–—]\s*|[–—](?![{_LETTERS}\d])|$)")

_INSERTED = rf"(?:[-–.^]\d{{1,3}}|{FIGURES})*"
_ENUMERATORS: Final = (
    ("(1)", re.compile(rf"\((?P<n>\d{{1,3}}{_INSERTED}[{_LETTERS}A-Z]?)\)(?:\s+|$)")),
    ("(a)", re.compile(rf"\((?P<n>[ivxlc]{{1,6}}|[{_LETTERS}]|([a-z])\2)\)(?:\s+|$)")),
    ("(A)", re.compile(r"\((?P<n>[IVXL]{1,6}|[A-Z])\)(?:\s+|$)")),
    ("1)", re.compile(rf"(?P<n>\d{{1,3}}{_INSERTED}[{_LETTERS}]?)\)(?:\s+|$)")),
    ("a)", re.compile(rf"(?P<n>[ivxlc]{{1,6}}|[{_LETTERS}]|([a-z])\2)\)(?:\s+|$)")),
    ("1.1", re.compile(r"(?P<n>\d{1,3}(?:\.\d{1,3})+)\.?(?:\s+|$)")),
    ("1.", re.compile(rf"(?P<n>\d{{1,3}}(?:[-–^]\d{{1,3}}|{FIGURES})?[a-z]?)\.(?:\s+|$)")),
    ("1°", re.compile(r"(?P<n>\d{1,3})°(?:\s+|$)")),
    ("I.", re.compile(r"(?P<n>[IVXL]{1,6})\.(?:\s*[-–—]?\s+|\s*[-–—]?$)")),
    ("A.", re.compile(r"(?P<n>[A-Z])\.(?:\s*[-–—]?\s+|\s*[-–—]?$)")),
    ("a.", re.compile(r"(?P<n>[a-z])\.(?:\s+|$)")),
    ("-", re.compile(r"(?P<n>)(?:[-–—•*·]\s+|[-–—](?=[^\W\d_]))")),
)


@dataclass(frozen=True)
class Label:
    """A structural number at the start of a line. `separated` tells that a stop, colon or line's end follows it."""

    kind: ClauseKind
    rank: int
    label: str
    number: str
    rest: str
    separated: bool


@dataclass(frozen=True)
class Enumerator:
    """A number of a row within a text: "(1)", "а)", "1.2.3", a dash."""

    style: str
    label: str
    number: str
    rest: str


def structural(line: str) -> Label | None:
    """Reads "Статья 5. …", "5-бап. …", "§ 12 …", "Titre premier : …", "Erster Abschnitt - …"; None for other lines."""
    found = _FORWARD.match(line) or _BEHIND.match(line)
    if found is None or (found["rest"][:1].isalnum() or found["rest"][:1] in {"_", ")"}):
        return _bare(line)
    kind, rank = WORDS[" ".join(found["word"].casefold().split())]
    separator = _SEPARATOR.match(found["rest"])
    rest = found["rest"][separator.end() :] if separator else found["rest"]
    return Label(kind, rank, found["label"].strip(), figure(found["number"]), rest.strip(), separator is not None)


def named(heading: str) -> Label | None:
    """Reads a heading that names its article by a word, as "Article PREAMBULE"."""
    if (found := _NAMED.fullmatch(heading)) is None:
        return None
    kind, rank = WORDS[found["word"].casefold()]
    return Label(kind, rank, found["label"], found["number"], "", separated=True)


def annexed(paragraph: str) -> Label | None:
    """Reads "… туралы Заңға 1-қосымша": Kazakh has the number of an annex behind what it belongs to."""
    if (found := _ANNEXED.fullmatch(paragraph)) is None:
        return None
    return Label(
        ClauseKind.ANNEX, ANNEX_RANK, found["label"], found["number"] or "", found["rest"] or "", separated=True
    )


def enumerator(line: str) -> Enumerator | None:
    """Reads the number of a row at the start of a line; None where there is none."""
    for style, pattern in _ENUMERATORS:
        if found := pattern.match(line):
            number = lowered(found["n"]).replace("–", "-")
            return Enumerator(_depth(style, number), found.group().strip(), number, line[found.end() :].strip())
    return None


def number_of(label: str) -> str:
    """What a printed label comes to: "Статья 5." is "5", "(1)" is "1"; else the label without stops and brackets."""
    if (structure := structural(label) or named(label) or annexed(label)) and not structure.rest:
        return structure.number
    if (row := enumerator(f"{label} ")) and not row.rest:
        return row.number
    return figure(label)


def is_number(text: str) -> bool:
    """Whether it is the number of a piece or a row and nothing else, as "Статья 5." and "1)" are."""
    if (structure := structural(text.strip()) or named(text.strip())) is not None:
        return not structure.rest
    return (row := enumerator(f"{text} ")) is not None and not row.rest


def _bare(line: str) -> Label | None:
    if (found := _BARE.match(line)) is None:
        return None
    separator = _SEPARATOR.match(found["rest"])
    rest = found["rest"][separator.end() :] if separator else found["rest"]
    return Label(
        ClauseKind.ANNEX, ANNEX_RANK, found["label"], found["number"] or "", rest.strip(), separator is not None
    )


def _depth(style: str, number: str) -> str:
    """Each depth of "1.2.3" is a row of its own."""
    return f"1.{number.count('.')}" if style == "1.1" else style
