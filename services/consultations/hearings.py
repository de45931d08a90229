"""Which consultations there are, and when each hears people."""

from kenes.mongo.client import Document
from kenes.service.directory import Directory
from schemas.parts import RulePackRef
from services.consultations.domain.hearing import Hearing, hearing_after

Hearings = Directory[Hearing]
"""By consultation."""


def hearings() -> Hearings:
    """An empty directory, to be loaded from the projection of consultations."""
    fields = ("body", "rules", "versions.number", "opened_at", "closes_at", "ended_at", "reported_at")
    return Directory("consultations", fields, _hearing, hearing_after)


def _hearing(document: Document) -> Hearing:
    return Hearing(
        body=document["body"],
        rules=RulePackRef.model_validate(document["rules"]),
        version=len(document["versions"]),
        opened_at=document["opened_at"],
        closes_at=document["closes_at"],
        ended_at=document["ended_at"],
        reported_at=document["reported_at"],
    )
