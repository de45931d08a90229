"""What a comment by the API is said to be about, looked for in the text before anything is asked."""

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from kenes.web.problems import Problem
from schemas.consultations.clauses import ClauseId
from schemas.consultations.parts import Anchor, TextQuote
from services.consultations.drafts.quotes import locate, quote, surroundings
from services.consultations.drafts.tree import own_words
from services.consultations.folds.comments import WHOLE
from services.consultations.reading import Comment
from services.consultations.texts import Text

CLAUSE_UNKNOWN: Final = "clause-unknown"
CLAUSE_OF_PARENT: Final = "clause-of-parent"
PASSAGE_UNKNOWN: Final = "passage-unknown"
_CLAUSE_ID: Final = TypeAdapter[str](ClauseId)


def located(anchor: Anchor, texts: Sequence[Text]) -> Anchor:
    """The place as the version has it, of which `texts` are the languages.

    Raises `Problem` where the version has no such clause, or the clause no such passage in any language. A version
    whose text has not come to this process yet is left to the decision, which knows the versions there are; but for
    what no clause is ever called: the counts by clause have its name for a field.
    """
    clauses = [clause for text in texts if (clause := text.clause(anchor.clause)) is not None]
    if not clauses and (texts or not _may_be_clause(anchor.clause)):
        raise Problem(422, CLAUSE_UNKNOWN)
    if anchor.quote is None:
        return anchor
    # What stands around a passage is taken from the text, never from the client: anything could be published in it.
    if not clauses:
        return Anchor(clause=anchor.clause, quote=TextQuote(exact=anchor.quote.exact))
    return Anchor(clause=anchor.clause, quote=_quoted(anchor.quote, [own_words(clause) for clause in clauses]))


def on_clause_of(parent: Comment, anchor: Anchor | None) -> Anchor | None:
    """The place of a reply: the clause of what it answers. Raises `Problem` where it is said to be on another."""
    if anchor is not None and anchor.clause != parent.clause:
        raise Problem(422, CLAUSE_OF_PARENT)
    return anchor or (None if parent.clause == WHOLE else Anchor(clause=parent.clause))


def _quoted(wanted: TextQuote, texts: Iterable[str]) -> TextQuote:
    found = [(text, place) for text in texts if (place := locate(wanted, text)) is not None]
    if not found:
        raise Problem(422, PASSAGE_UNKNOWN)
    text, place = max(found, key=lambda each: surroundings(wanted, *each))
    return quote(text, place.start, place.end)


def _may_be_clause(name: str) -> bool:
    try:
        _CLAUSE_ID.validate_python(name)
    except ValidationError:
        return False
    return True
