"""Words as queries: the word itself, its stems, its beginning while it is being typed, and likely slips of the hand.

A word that stands in the index is taken as it is; only one that does not is taken for a slip. So the dictionary is
walked for few words, and `cat` does not find every `car`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tantivy import Occur, Query, Schema, Searcher

from services.petitions.search.stemming import possible_stems, telling

MOST_WORDS: Final = 12
MOST_GUESSES: Final = 3
"""Words of one question that are taken for slips: each has the dictionary walked."""
_LIKE_SHARE: Final = 0.4
"""The share of the telling words of a text that another must have to be like it."""

_WORD_FIELDS: Final = (("title", 4.0), ("text", 1.5))
_STEM_FIELDS: Final = (("title_stem", 3.0), ("text_stem", 1.0))
"""Fields, and how much a word weighs that is found there: in the title more, as it was typed more than by its stem."""
_BEGINNING: Final = 0.5
_SLIP: Final = 0.3
"""How much a word weighs that only begins like the one typed (above), or is that one but for slips."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word's query; `petitions` is about how many hold it, 0 for one that is only guessed at."""

    query: Query
    petitions: int


def told(schema: Schema, searcher: Searcher, words: Sequence[str]) -> list[Word]:
    """The words somebody searches for; the last may be a beginning."""
    return _words(schema, searcher, words, typing=True)


def all_of(words: Sequence[Word]) -> Query:
    """Petitions that hold every word."""
    return Query.boolean_query([(Occur.Must, word.query) for word in words])


def most_of(words: Sequence[Word]) -> Query:
    """Petitions that hold half of the words or more."""
    return _some([word.query for word in words], max(1, len(words) // 2))


def like(schema: Schema, searcher: Searcher, words: Sequence[str]) -> Query | None:
    """Petitions that share what is rare in these words; `None` where the words tell nothing."""
    long = [word for word in words if len(word) > 3 or word.isdigit()]
    if not long:
        return None
    # Rare words first: they tell more. What stands nowhere, even with a slip, counts against nobody.
    found = _words(schema, searcher, long, typing=False, most=4 * MOST_WORDS)
    known = sorted((each for each in found if each.petitions), key=lambda each: each.petitions)[:MOST_WORDS]
    asked = known or found[:MOST_WORDS]
    return _some([each.query for each in asked], min(len(asked), max(2, round(len(asked) * _LIKE_SHARE))))


def _words(
    schema: Schema, searcher: Searcher, words: Sequence[str], *, typing: bool, most: int = MOST_WORDS
) -> list[Word]:
    found, guesses = list[Word](), 0
    for word in telling(words)[:most]:
        found.append(_word(schema, searcher, word, typing=typing and word == words[-1], guess=guesses < MOST_GUESSES))
        guesses += not found[-1].petitions
    return found


def _word(schema: Schema, searcher: Searcher, word: str, *, typing: bool, guess: bool) -> Word:
    forms = [(field, word, boost) for field, boost in _WORD_FIELDS]
    forms += [(field, stem, boost) for field, boost in _STEM_FIELDS for stem in possible_stems(word)]
    holding = [(field, form, boost, searcher.doc_freq(field, form)) for field, form, boost in forms]
    alternatives = [
        Query.boost_query(Query.term_query(schema, field, form, "freq"), boost)
        for field, form, boost, petitions in holding
        if petitions
    ]
    known = bool(alternatives)
    if typing and len(word) > 2:
        alternatives += _near(schema, word, 0, _BEGINNING)
    if guess and not known and (slips := _slips(word)):
        alternatives += _near(schema, word, slips, _SLIP)
    query = Query.disjunction_max_query(alternatives, 0.1) if alternatives else Query.empty_query()
    return Word(query, max(petitions for *_, petitions in holding))


def _slips(word: str) -> int:
    """How many letters of a word may be wrong."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def _near(schema: Schema, word: str, slips: int, boost: float) -> list[Query]:
    """Words that begin like this one, but for so many slips."""
    return [
        Query.boost_query(Query.fuzzy_term_query(schema, field, word, slips, True, True), boost * weight)
        for field, weight in _WORD_FIELDS
    ]


def _some(queries: Sequence[Query], least: int) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries], minimum_number_should_match=least)
