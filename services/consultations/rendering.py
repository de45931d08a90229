"""Consultations and comments as JSON."""

from collections.abc import Iterator
from typing import Any

from kenes.mongo.client import Document
from services.consultations.domain.comment import Standing
from services.consultations.domain.consultation import STAGE_STEP, Consultation
from services.consultations.live import LiveVotes
from services.consultations.reading import Comment


def consultation_view(consultation: Consultation, heard: Document, votes: LiveVotes) -> dict[str, Any]:
    """As `ConsultationView`."""
    summary = consultation.summary
    return {
        "id": consultation.id,
        "body": consultation.body,
        "pack": f"{consultation.rules.id} {consultation.rules.version}",
        "kind": consultation.kind,
        "status": consultation.status,
        "title": consultation.title.model_dump(),
        "summary": None if summary is None else summary.model_dump(),
        "version": consultation.version,
        "opened_at": consultation.opened_at,
        "closes_at": consultation.closes_at,
        "comments": heard["comments"],
        "votes": votes.acts(consultation.id),
        "path": list(path_view(consultation)),
    }


def path_view(consultation: Consultation) -> Iterator[dict[str, str | None]]:
    """Each step; a stage also with the day on which the draft came to it, and its document."""
    stages = iter(consultation.stages)
    for step in consultation.path:
        line: dict[str, str | None] = {"what": step.what, "at": step.at.isoformat(), "reason": step.reason}
        if step.what.startswith(STAGE_STEP):
            stage = next(stages)
            line |= {"on": stage.on, "link": stage.link or None}
        yield line


def comment_view(comment: Comment, votes: LiveVotes) -> dict[str, Any]:
    """As `CommentView`."""
    document = comment.document
    shown = comment.standing is Standing.SHOWN
    hidden, reply = document["hidden"], document["reply"]
    return {
        "id": comment.id,
        "consultation": comment.consultation,
        "clause": comment.clause,
        "quote": document["quote"] if shown else None,
        "version": comment.version,
        "parent": comment.parent,
        "depth": comment.depth,
        "stakeholder": comment.stakeholder,
        "verified": comment.verified,
        "language": comment.language,
        "text": comment.text if shown else "",
        "at": comment.at,
        "standing": comment.standing,
        "hidden": None if hidden is None else {name: str(hidden[name]) for name in ("reason", "explanation")},
        "reply": None if reply is None else reply_view(reply),
        "replies": document["replies"],
        "votes": votes.of(comment.consultation, comment.id).view(),
    }


def reply_view(reply: Document) -> dict[str, Any]:
    """The body's answer; `campaign` says that it was given to everybody who says the same."""
    return {name: reply[name] for name in ("outcome", "statement", "at")} | {"campaign": "comment" in reply}
