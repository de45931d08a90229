"""Why a version is not taken, and the problem that says so in the person's language."""

from collections.abc import Mapping
from typing import Any, Final

from kenes.web.i18n import Catalogs
from kenes.web.problems import Problem
from schemas.parts import Language
from services.consultations.drafts.errors import DraftError
from services.consultations.drafts.languages import Mismatch

TOLD: Final = 20
"""Differences between languages that are told one by one."""


class HandingInError(ValueError):
    """The files do not make a version; nothing was made of them."""


class UnreadableDraftError(HandingInError):
    """A file cannot be read."""

    def __init__(self, language: Language, name: str, cause: DraftError) -> None:
        super().__init__(f"{language}: {cause}")
        self.language, self.name, self.cause = language, name, cause


class LanguagesDifferError(HandingInError):
    """The languages do not have the same clauses."""

    def __init__(self, first: Language, second: Language, mismatches: tuple[Mismatch, ...]) -> None:
        super().__init__(f"{first} and {second} differ in {len(mismatches)} places")
        self.first, self.second, self.mismatches = first, second, mismatches


class DraftTooLargeError(HandingInError):
    """All languages together are more than one record holds. Sizes are in bytes."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"{size} bytes, over {most}")
        self.size, self.most = size, most


class DraftProblem(Problem):
    """What is wrong with a draft: `explained` members are keys of messages, said in the person's language."""

    def __init__(
        self, code: str, values: Mapping[str, object], members: Mapping[str, Any], explained: Mapping[str, str]
    ) -> None:
        super().__init__(422, code, values=values, members=members)
        self._explained = dict(explained)

    def members(self, language: str, catalogs: Catalogs) -> dict[str, object]:
        """See `Problem`."""
        told = {name: catalogs.translate(language, key) for name, key in self._explained.items()}
        return {**super().members(language, catalogs), **told}


class DifferProblem(DraftProblem):
    """Each of the differences with its own words."""

    def members(self, language: str, catalogs: Catalogs) -> dict[str, object]:
        """See `Problem`."""
        found: dict[str, Any] = dict(super().members(language, catalogs))
        said = [
            each
            | {"explanation": catalogs.translate(language, f"draft.differs.{each['reason']}", clause=each["clause"])}
            for each in found["differences"]
        ]
        return found | {"differences": said}


def problem_of(error: HandingInError) -> Problem:
    """The problem of a version that is not taken."""
    match error:
        case UnreadableDraftError(language=language, name=name, cause=cause):
            place = {"file": name, "line": cause.line, "element": cause.element}
            told = {"language": language, **place, "reason": cause.reason.value, "technical": cause.detail}
            return DraftProblem("draft-unreadable", place, told, {"explanation": f"draft.fault.{cause.reason.value}"})
        case LanguagesDifferError(first=first, second=second, mismatches=mismatches):
            differences = [_difference(each) for each in mismatches[:TOLD]]
            members = {"languages": [first, second], "differences": differences, "count": len(mismatches)}
            where = differences[0]["clause"]
            return DifferProblem("draft-languages-differ", {"count": len(mismatches), "clause": where}, members, {})
        case DraftTooLargeError(size=size, most=most):
            kilobytes = {"size": size // 1024, "limit": most // 1024}
            return DraftProblem("draft-too-large", kilobytes, {"size": size, "limit": most}, {})
        case _:
            raise TypeError(f"{type(error).__name__} has no problem of its own")


def _difference(mismatch: Mismatch) -> dict[str, str]:
    return {"reason": mismatch.difference.value, "clause": clause_of(mismatch)}


def clause_of(mismatch: Mismatch) -> str:
    """Where two languages differ: the clause with those around it."""
    return " › ".join(part for part in mismatch.path if part)
