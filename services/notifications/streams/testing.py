"""The event of a test: it is in no log, tells nothing, and shows whether a receiver takes what is signed."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.records import Recorded
from schemas.envelope import Event
from schemas.notifications.streams import StreamTest
from services.notifications.domain.streams import AgencyStream
from services.notifications.streams.line import Line

SOURCE = "/notifications"


def test_line(stream: AgencyStream, occasion: str) -> Line:
    """A test event, its id the same for all tries of one occasion."""
    now = datetime.now(UTC)
    event = Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:stream-test:{stream.id}:{stream.endpoint}:{occasion}")),
        source=SOURCE,
        subject=stream.id,
        time=now,
        data=StreamTest(stream=stream.id, name=stream.name),
    )
    return Line(Recorded(partition=0, offset=-1, time=now, key=None, event=event))
