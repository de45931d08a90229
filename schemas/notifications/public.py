"""Every public event, by its type."""

from typing import Final

from schemas.notifications.about import PublicEvent
from schemas.notifications.consultations import CONSULTATION_EVENTS
from schemas.notifications.petitions import PETITION_EVENTS

PUBLIC_TYPES: Final[dict[str, type[PublicEvent]]] = {
    event.TYPE: event for event in (*PETITION_EVENTS, *CONSULTATION_EVENTS)
}
