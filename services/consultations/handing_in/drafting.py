"""Files in several languages as one version: read, matched clause by clause, with the ids of the version before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kenes.web.i18n import LANGUAGES
from schemas.consultations.clauses import ClauseTree
from schemas.consultations.parts import DraftText
from schemas.parts import Language
from services.consultations.drafts.alignment import Alignment, carried
from services.consultations.drafts.errors import DraftError, Notice
from services.consultations.drafts.languages import Difference, Mismatch, parallel
from services.consultations.drafts.limits import DEFAULT, Limits
from services.consultations.drafts.reading import examine
from services.consultations.handing_in.errors import LanguagesDifferError, UnreadableDraftError

STRUCTURAL: Final = frozenset({Difference.MISSING, Difference.EXTRA, Difference.NUMBER, Difference.KIND})
"""What keeps a clause from being the same in both languages; other differences are told, and taken."""


@dataclass(frozen=True)
class DraftFile:
    """The text of a draft in one language, as a file."""

    language: Language
    name: str
    data: bytes


@dataclass(frozen=True)
class Drafted:
    """A version that can be handed in. The first text is the one that was compared with the version before.

    `alignment` is None for a first version. `notices` tell what of a file was left out, `uneven` where languages differ
    in what does not matter for anchors.
    """

    texts: tuple[DraftText, ...]
    alignment: Alignment | None
    notices: tuple[tuple[Language, Notice], ...] = ()
    uneven: tuple[Mismatch, ...] = ()


def drafted(
    files: Sequence[DraftFile], before: Mapping[str, ClauseTree], number: int, limits: Limits = DEFAULT
) -> Drafted:
    """The version `number` made of `files`, one to each language; `before` are the texts of the version before it.

    Pure; takes seconds for the largest of files. Raises `UnreadableDraftError`, `LanguagesDifferError`.
    """
    trees: dict[Language, ClauseTree] = {}
    notices: list[tuple[Language, Notice]] = []
    for file in sorted(files, key=lambda each: _preference(each.language, before)):
        try:
            reading = examine(file.name, file.data, limits)
        except DraftError as error:
            raise UnreadableDraftError(file.language, file.name, error) from error
        trees[file.language] = reading.tree
        notices += [(file.language, each) for each in reading.notices]
    lead, *others = trees
    tree, alignment = trees[lead], None
    if before:
        old = before[lead] if lead in before else next(iter(before.values()))
        tree, alignment = carried(old, tree, number)
    texts, uneven = [DraftText(language=lead, tree=tree)], list[Mismatch]()
    for language in others:
        matched = parallel(tree, trees[language])
        if broken := tuple(each for each in matched.mismatches if each.difference in STRUCTURAL):
            raise LanguagesDifferError(lead, language, broken)
        uneven += matched.mismatches
        texts.append(DraftText(language=language, tree=matched.second))
    return Drafted(tuple(texts), alignment, tuple(notices), tuple(uneven))


def _preference(language: Language, before: Mapping[str, ClauseTree]) -> tuple[bool, int]:
    """Languages of the version before come first: only in its own language can a text be compared with it."""
    return language not in before, LANGUAGES.index(language)
