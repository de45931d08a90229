"""Why a version is not taken, and the problem that says so in the person's language."""

from collections.abc import Mapping
from typing import Any, Final

from kenes.web.i18n import Catalogs, Translator
from kenes.web.problems import Problem
from schemas.parts import Language
from services.consultations.drafts.errors import WHOLE, DraftError
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
    """What is wrong with a draft."""

    def __init__(self, code: str, values: Mapping[str, object], members: Mapping[str, Any]) -> None:
        super().__init__(422, code, values=values, members=members)


class UnreadableProblem(DraftProblem):
    """Where a file cannot be read and why, in the person's language. `line` and `part` are null where there is none."""

    def __init__(self, error: UnreadableDraftError) -> None:
        cause = error.cause
        members = {
            "language": error.language,
            "file": error.name,
            "part": cause.part or None,
            "line": cause.line or None,
            "element": cause.element,
            "reason": cause.reason.value,
            "technical": cause.detail,
        }
        super().__init__("draft-unreadable", {}, members)
        self._error = error

    def members(self, language: str, catalogs: Catalogs) -> dict[str, object]:
        return {**super().members(language, catalogs), "explanation": why(self._error, Translator(catalogs, language))}

    def said(self, language: str, catalogs: Catalogs) -> Mapping[str, object]:
        t = Translator(catalogs, language)
        return {"where": where(self._error, t), "why": why(self._error, t)}


class DifferProblem(DraftProblem):
    """Each of the differences with its own words."""

    def members(self, language: str, catalogs: Catalogs) -> dict[str, object]:
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
        case UnreadableDraftError():
            return UnreadableProblem(error)
        case LanguagesDifferError(first=first, second=second, mismatches=mismatches):
            differences = [_difference(each) for each in mismatches[:TOLD]]
            members = {"languages": [first, second], "differences": differences, "count": len(mismatches)}
            first_of_all = differences[0]["clause"]
            return DifferProblem("draft-languages-differ", {"count": len(mismatches), "clause": first_of_all}, members)
        case DraftTooLargeError(size=size, most=most):
            kilobytes = {"size": size // 1024, "limit": most // 1024}
            return DraftProblem("draft-too-large", kilobytes, {"size": size, "limit": most})
        case _:
            raise TypeError(f"{type(error).__name__} has no problem of its own")


def where(error: UnreadableDraftError, t: Translator) -> str:
    """The file and the place in it: "draft.docx, paragraph 7 (altChunk)"."""
    cause = error.cause
    lines = "draft.at.line" if cause.part or not error.name.casefold().endswith(".docx") else "draft.at.paragraph"
    place = [
        error.name,
        t("draft.at.part", part=cause.part) if cause.part else "",
        t(lines, line=cause.line) if cause.line else "",
    ]
    element = f" ({cause.element})" if cause.element != WHOLE else ""
    return ", ".join(filter(None, place)) + element


def why(error: UnreadableDraftError, t: Translator) -> str:
    """What is wrong there."""
    return t(f"draft.fault.{error.cause.reason.value}", detail=error.cause.detail)


def _difference(mismatch: Mismatch) -> dict[str, str]:
    return {"reason": mismatch.difference.value, "clause": clause_of(mismatch)}


def clause_of(mismatch: Mismatch) -> str:
    """Where two languages differ: the clause with those around it."""
    return " › ".join(part for part in mismatch.path if part)
