"""The state of petitions and consultations as a fold of their public events: what a client that missed none arrives at.

It works on events as they are on the wire, so a client can do the same: `docs/streams.md` has it in words.
"""

from collections.abc import Mapping
from typing import Any, Final

STATUS: Final[Mapping[str, str]] = {
    "notifications.petition.discussion-opened.v1": "discussed",
    "notifications.petition.discussion-closed.v1": "handed-in",
    "notifications.petition.published.v1": "open",
    "notifications.petition.unpublished.v1": "unpublished",
    "notifications.petition.closed.v1": "closed",
    "notifications.petition.withdrawn.v1": "withdrawn",
    "notifications.petition.suspended.v1": "suspended",
    "notifications.petition.retired.v1": "retired",
    "notifications.petition.charge-taken.v1": "considered",
    "notifications.petition.answered.v1": "answered",
    "notifications.petition.archived.v1": "archived",
    "notifications.consultation.opened.v1": "open",
    "notifications.consultation.closed.v1": "closed",
    "notifications.consultation.report-published.v1": "reported",
    "notifications.consultation.withdrawn.v1": "withdrawn",
}
"""The status after an event of this type; others leave it as it was."""

RESUMED: Final = "notifications.petition.resumed.v1"
REACHED: Final = "notifications.petition.goal-reached.v1"
DISCUSSED: Final = "notifications.petition.discussion-closed.v1"
POSTED: Final = ("notifications.comment.posted.v1", "notifications.petition.commented.v1")
KEPT: Final = ("count", "until", "closes_at", "due_at", "report_due_at", "version", "stage", "outcome")
"""Members of an event's data that a subject keeps as they were told last."""


def folded(subject: Mapping[str, Any] | None, event: Mapping[str, Any]) -> dict[str, Any]:
    """The subject after a CloudEvent (its JSON, with the extension `cursor`).

    An event that the subject has already seen changes nothing, so folding one again, or from an older cursor on, is
    harmless.
    """
    data, kind, cursor = event["data"], event["type"], int(event["cursor"])
    if subject is not None and cursor <= int(subject["cursor"]):
        return dict(subject)
    before: dict[str, Any] = dict(subject) if subject is not None else {"status": "open", "goals": [], "comments": 0}
    told = {name: data[name] for name in KEPT if data.get(name) is not None}
    after = {**before, **told, "about": data["about"], "cursor": str(cursor), "at": event["time"]}
    after["status"] = STATUS.get(kind, before["status"])
    if kind == RESUMED:
        open_or_closed = "open" if data["closes_at"] is not None else "closed"
        after["status"] = "discussed" if data["discussed"] else open_or_closed
    if kind == DISCUSSED and data["then"] == "closed":
        after["status"] = "closed"
    if kind == REACHED:
        after["goals"] = [*before["goals"], data["goal"]]
    if kind in POSTED:
        after["comments"] = before["comments"] + 1
    return after
