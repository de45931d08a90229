"""What a comment by the API is said to be about, looked for in the text before anything is asked."""

from typing import Final

from pydantic import TypeAdapter, ValidationError

from kenes.web.i18n import LANGUAGES
from kenes.web.problems import Problem
from schemas.consultations.clauses import ClauseId
from schemas.consultations.parts import Anchor
from services.consultations.drafts.quotes import locate
from services.consultations.drafts.tree import own_words
from services.consultations.texts import Texts

CLAUSE_UNKNOWN: Final = "clause-unknown"
PASSAGE_UNKNOWN: Final = "passage-unknown"
_CLAUSE_ID: Final = TypeAdapter[str](ClauseId)


async def refuse_astray(texts: Texts, consultation: str, version: int, anchor: Anchor) -> None:
    """Raises `Problem` where the version has no such clause, or the clause no such passage in any language.

    A version whose text has not come to this process yet is left to the decision, which knows the versions there are;
    but for what no clause is ever called: the counts by clause have its name for a field.
    """
    found = [text for language in LANGUAGES if (text := await texts.get(consultation, version, language)) is not None]
    clauses = [clause for text in found if (clause := text.clause(anchor.clause)) is not None]
    if not clauses and (found or not _may_be_clause(anchor.clause)):
        raise Problem(422, CLAUSE_UNKNOWN)
    quote = anchor.quote
    if clauses and quote is not None and all(locate(quote, own_words(clause)) is None for clause in clauses):
        raise Problem(422, PASSAGE_UNKNOWN)


def _may_be_clause(name: str) -> bool:
    try:
        _CLAUSE_ID.validate_python(name)
    except ValidationError:
        return False
    return True
