"""Whether somebody wants a public event: the same filter for webhooks, pages of events, live events and files."""

from collections.abc import Collection

from schemas.notifications.about import Kind, PublicEvent
from schemas.notifications.petitions import PetitionGoalReached
from schemas.notifications.streams import StreamFilter


def passes(wanted: StreamFilter, event: PublicEvent) -> bool:
    """True where the event passes every member of the filter that is set."""
    about = event.about
    return (
        _named(wanted.types, event.TYPE)
        and _among(wanted.kinds, about.kind)
        and _among(wanted.levels, about.level)
        and _among(wanted.units, about.unit)
        and _among(wanted.regions, about.region)
        and _among(wanted.bodies, about.body)
        and _among(wanted.categories, about.category)
        and _is_subject(wanted, about.kind, about.id)
        and _reaches(wanted, event)
    )


def fits(pattern: str, kind: str) -> bool:
    """Whether an event type is the one named, or begins as a pattern with a star does."""
    return kind.startswith(pattern[:-1]) if pattern.endswith("*") else kind == pattern


def _named(patterns: Collection[str], kind: str) -> bool:
    return not patterns or any(fits(pattern, kind) for pattern in patterns)


def _among(wanted: Collection[str], value: str | None) -> bool:
    return not wanted or value in wanted


def _is_subject(wanted: StreamFilter, kind: Kind, subject: str) -> bool:
    """Petitions and consultations are named apart, and one list does not shut out what the other one names."""
    if not wanted.petitions and not wanted.consultations:
        return True
    return subject in (wanted.petitions if kind is Kind.PETITION else wanted.consultations)


def _reaches(wanted: StreamFilter, event: PublicEvent) -> bool:
    count: int | None = getattr(event, "count", None)
    if wanted.threshold is None or count is None or isinstance(event, PetitionGoalReached):
        return True
    return wanted.threshold != "goal" and count >= wanted.threshold
