"""The unchanging part of words. Russian and English have Snowball stemmers; Kazakh endings are taken off here."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import tantivy

from kenes.words import fold, is_cyrillic

SHORTEST_STEM: Final = 3

_KAZAKH_ENDINGS: Final = frozenset(
    fold(
        # Plural; possessive; the cases; personal endings; participles and converbs; the verbal noun with its cases.
        "лар лер дар дер тар тер "
        "ымыз іміз мыз міз ыңыз іңіз ңыз ңіз сы сі ым ім ың ің ын ін "
        "ның нің дың дің тың тің ға ге қа ке на не ны ні ды ді ты ті да де та те нда нде дан ден тан тен нан нен "
        "мен бен пен мын мін сың сің "
        "ған ген қан кен атын етін йтын йтін ып іп ғы гі қы кі сын сін уға уге уды уді удың удің "
        "дағы дегі тағы тегі ндағы ндегі "
    )
) | frozenset("аеиынпу")
_LONGEST_ENDING: Final = max(map(len, _KAZAKH_ENDINGS))
_VOWELS: Final = tuple("аеиоуыэюя")
_VOICED: Final = {"б": "п", "г": "к"}
"""What п, к and қ become before an ending that begins with ы or і: мектеп, мектебі."""

_SNOWBALL: Final = {
    language: tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer(name)).build()
    for language, name in (("ru", "russian"), ("en", "english"))
}
_COMMON: Final = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    .filter(tantivy.Filter.stopword("russian"))
    .filter(tantivy.Filter.stopword("english"))
    .filter(
        tantivy.Filter.custom_stopword(
            fold(
                "және мен бен пен үшін бойынша туралы бұл осы сол әр да де та те болып болады болсын керек еді емес "
                "немесе бірақ яғни тек ғана өте"
            )
        )
    )
    .build()
)


def stems(words: Sequence[str], language: str) -> list[str]:
    """The stems of folded words of a text in `kk`, `ru` or `en`, in order."""
    if language == "kk":
        return [_kazakh(word) for word in words]
    return _SNOWBALL[language].analyze(" ".join(words))


def possible_stems(word: str) -> list[str]:
    """The stems of a folded word whose language nobody told."""
    languages: Iterable[str] = ("ru", "kk") if is_cyrillic(word) else ("en",)
    return list(dict.fromkeys(stem for language in languages for stem in stems([word], language)))


def telling(words: Sequence[str]) -> list[str]:
    """Distinct folded words without those that every text has; all of them if there are no others."""
    return list(dict.fromkeys(_COMMON.analyze(" ".join(words)) or words))


@lru_cache(maxsize=1 << 14)
def _kazakh(word: str) -> str:
    """The word without its endings: the longest first, one after another, while three letters stay."""
    longest = min(_LONGEST_ENDING, len(word) - SHORTEST_STEM)
    for length in range(longest, 0, -1):
        stem, ending = word[:-length], word[-length:]
        # Behind a vowel the г is of the word: тамағы is of тамақ. Where it is not, the ending before it is known, too.
        if ending in _KAZAKH_ENDINGS and not (ending in ("гы", "ги") and stem.endswith(_VOWELS)):
            if ending.startswith(("ы", "и")):
                stem = stem[:-1] + _VOICED.get(stem[-1], stem[-1])
            return _kazakh(stem)
    return word
