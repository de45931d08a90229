"""How streams are decided. All streams of a partition are held in memory: whoever sends them looks at them."""

from kenes.mongo.client import Document
from kenes.mongo.decision_state import Rules
from services.notifications.domain import streams, streams_deciding
from services.notifications.domain.streams import AgencyStream


def stream_rules() -> Rules[AgencyStream | None]:
    """The pure part of the decider of streams."""

    def dump(stream: AgencyStream | None) -> Document:
        return {} if stream is None else stream_document(stream)

    return Rules(
        name="streams",
        initial=None,
        key=lambda event: event.subject,
        decide=lambda stream, request: streams_deciding.decide(stream, request.data, request.time),
        evolve=lambda stream, decision: streams.evolve(stream, decision.data, decision.time),
        dump=dump,
        load=load_stream,
        resident=True,
    )


def stream_document(stream: AgencyStream) -> Document:
    """A stream as it is stored, without its id."""
    return stream.model_dump(mode="json", exclude={"id"})


def load_stream(document: Document) -> AgencyStream:
    """The stream in a document."""
    return AgencyStream.model_validate({"id": document["_id"], **document})
