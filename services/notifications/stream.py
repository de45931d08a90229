"""The deciders of notifications: decode, decide, emit. No rule, no HTTP."""

from dataclasses import asdict
from typing import Any

from kenes.mongo.client import Document
from kenes.mongo.decision_state import Rules
from schemas.envelope import Event
from schemas.notifications.parts import ChannelKind, Place, Priority, Wanted, ZonedQuietHours
from schemas.payload import Part, Payload
from services.notifications.domain import delivery, fan_out, publication, subscriber, subscribing
from services.notifications.domain.delivery import Delivery, Phase
from services.notifications.domain.fan_out import FanOut
from services.notifications.domain.publication import NOTHING, Told
from services.notifications.domain.subscriber import Subscriber


def publication_rules() -> Rules[Told]:
    """How it is decided what everybody is told. What was told of a subject is looked up, a batch at a time."""

    def dump(told: Told) -> Document:
        # A dot parts fields of a document.
        return {"told": [[topic, sequence] for topic, sequence in told.items()]}

    return Rules(
        name="publications",
        initial=NOTHING,
        key=lambda event: event.subject,
        decide=lambda told, request: publication.decide(told, request.data),
        evolve=lambda told, decision: publication.evolve(told, decision.data),
        dump=dump,
        load=lambda document: dict(document["told"]),
    )


def subscription_rules() -> Rules[Subscriber]:
    """How requests of subscribers are decided. Each is one document, with all that they follow."""
    return Rules(
        name="subscribers",
        initial=subscriber.NOBODY,
        key=lambda event: event.subject,
        decide=lambda state, request: subscribing.decide(state, request.data, request.time),
        evolve=lambda state, decision: subscriber.evolve(state, decision.data, decision.time),
        dump=lambda state: state.model_dump(mode="json"),
        load=Subscriber.model_validate,
    )


def fan_out_rules() -> Rules[FanOut]:
    """How it is decided how far a fan-out has come."""

    def dump(state: FanOut) -> Document:
        wanted = None if state.wanted is None else state.wanted.model_dump(mode="json")
        place = None if state.place is None else state.place.model_dump()
        return {"wanted": wanted, "place": place, "told": state.told, "ended": state.ended}

    def load(document: Document) -> FanOut:
        wanted, place = document["wanted"], document["place"]
        return FanOut(
            None if wanted is None else Wanted.model_validate(wanted),
            None if place is None else Place.model_validate(place),
            document["told"],
            document["ended"],
        )

    return Rules(
        name="fan_outs",
        initial=fan_out.UNKNOWN,
        key=lambda event: event.subject,
        decide=lambda state, request: fan_out.decide(state, request.data),
        evolve=lambda state, decision: fan_out.evolve(state, decision.data),
        dump=dump,
        load=load,
    )


def delivery_rules() -> Rules[Delivery | None]:
    """How requests on deliveries are decided. Deliveries are looked up, a batch at a time."""

    def dump(state: Delivery | None) -> Document:
        return {} if state is None else {name: _plain(value) for name, value in asdict(state).items()}

    def load(document: Document) -> Delivery:
        return Delivery(
            phase=Phase(document["phase"]),
            event=document["event"],
            interest=document["interest"],
            channel=document["channel"],
            kind=ChannelKind(document["kind"]),
            priority=Priority(document["priority"]),
            tries=document["tries"],
            quiet=None if document.get("quiet") is None else ZonedQuietHours.model_validate(document["quiet"]),
        )

    return Rules(
        name="deliveries",
        initial=None,
        key=_delivery,
        decide=lambda state, request: delivery.decide(state, request.data, request.time),
        evolve=lambda state, decision: delivery.evolve(state, decision.data),
        dump=dump,
        load=load,
    )


def _delivery(event: Event[Payload]) -> str:
    """The delivery that an event is about; what is about a whole inbox is about no delivery."""
    data: Any = event.data
    return getattr(data, "delivery", None) or event.subject


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.model_dump()
    return str(value) if isinstance(value, str) else value
