"""The path of a draft in words: what happened, why, and what comes next."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from kenes.web.i18n import Translator
from services.consultations.domain.consultation import STAGE_STEP, Consultation, StageMade, Status, Step
from services.consultations.domain.stages import next_stages
from services.consultations.words import read_in


def path(consultation: Consultation, t: Translator) -> list[dict[str, Any]]:
    """The timeline, oldest first, for `blocks.timeline`."""
    stages, version, told = iter(consultation.stages), 0, []
    for step in consultation.path:
        if step.what.startswith(STAGE_STEP):
            told.append(_stage(step, next(stages), t))
            continue
        version += step.what == "version-added"
        told.append(_told(step, version, consultation, t))
    return [*told, *_ahead(consultation, t)]


def _told(step: Step, version: int, consultation: Consultation, t: Translator) -> dict[str, Any]:
    line: dict[str, Any] = {"title": t(f"path.{step.what}"), "when": step.at, "body": step.reason or ""}
    if step.what == "version-added":
        line["title"] = t("path.version-added", number=version)
        note = consultation.versions[version - 1].note
        if note is not None:
            words = read_in(note, t.language)
            line |= {"body": words.text, "body_lang": _foreign(words.language, t)}
        if version > 1:
            href = f"/consultations/{consultation.id}/versions"
            line |= {"href": href, "link": t("path.compare")}
    return line


def _stage(step: Step, made: StageMade, t: Translator) -> dict[str, Any]:
    line: dict[str, Any] = {"title": t(f"path.{step.what}"), "when": date.fromisoformat(made.on)}
    if made.note is not None:
        words = read_in(made.note, t.language)
        line |= {"body": words.text, "body_lang": _foreign(words.language, t)}
    return line | ({"href": made.link, "link": t("path.document")} if made.link else {})


def _foreign(language: str, t: Translator) -> str | None:
    return None if language == t.language else language


def _ahead(consultation: Consultation, t: Translator) -> Iterator[dict[str, Any]]:
    match consultation.status:
        case Status.PREPARATION:
            yield {"title": t("path.next.open"), "state": "next"}
        case Status.OPEN:
            yield {"title": t("path.now.open"), "state": "current"}
            yield {"title": t("path.next.close"), "when": consultation.closes_at, "state": "next"}
        case Status.ANSWERING:
            yield {"title": t("path.now.answering"), "state": "current"}
            due = consultation.duty.due_at if consultation.duty is not None else None
            yield {"title": t("path.next.report"), "when": due, "state": "next"}
        case _:
            pass
    if consultation.status in (Status.OPEN, Status.ANSWERING):
        yield {"title": t("path.next.on"), "state": "next"}
    elif next_stages(consultation):
        yield {"title": t("path.next.stage"), "state": "next"}
