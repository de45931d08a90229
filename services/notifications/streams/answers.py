"""How the API of streams answers."""

from typing import Final

from kenes.service.answers import Answers
from schemas.notifications.streams import StreamCreated
from schemas.notifications.topics import STREAMS
from services.notifications.api import PREFIX
from services.notifications.domain.streams_deciding import StreamRefusal

STREAMS_PREFIX: Final = f"{PREFIX}/streams"

ANSWERS: Final = Answers(
    prefix=STREAMS_PREFIX,
    kinds={"stream": STREAMS},
    subject="stream",
    statuses={
        StreamRefusal.STREAM_UNKNOWN: 404,
        StreamRefusal.REPLAY_UNKNOWN: 404,
        StreamRefusal.REPLAY_EMPTY: 422,
    },
    made={StreamCreated: "/{stream}"},
)
