"""Bodies and answers of the API of streams. They are what OpenAPI describes."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kenes.service import answers
from schemas.notifications.streams import Endpoint, Name, Order, Result, StreamFilter
from services.notifications.domain.streams import StreamStatus
from services.notifications.streams.access import Scope


class Body(BaseModel):
    """What a client sends: unknown members are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamBody(Body):
    """A new stream. It begins at the cursor `after`, at the time `since`, or else with what comes next."""

    name: Name
    endpoint: Endpoint
    filter: StreamFilter = StreamFilter()
    after: str | None = None
    since: str | None = None


class StreamChangeBody(Body):
    """What is to be another; the rest stays."""

    name: Name | None = None
    endpoint: Endpoint | None = None
    filter: StreamFilter | None = None


class ReplayBody(Body):
    """From the cursor `after` or the time `since`, up to before the cursor `until`, or to what is newest now."""

    after: str | None = None
    since: str | None = None
    until: str | None = None


class RetryBody(Body):
    """The event with this cursor."""

    cursor: str


class KeyBody(Body):
    """A new key."""

    name: Name
    scopes: tuple[Scope, ...] = Field(default=(), max_length=len(Scope))
    days: int = Field(default=365, ge=1, le=730)


class Lane(BaseModel):
    """How far one way of a stream has come. `behind` are records of the log, `parked` events wait behind a failure."""

    cursor: str
    behind: int
    parked: int


class StreamView(BaseModel):
    """One stream as its owner sees it. `orders` are carried out beside the live flow."""

    stream: str
    name: str
    endpoint: str
    filter: StreamFilter
    status: StreamStatus
    reason: str | None
    created_at: datetime
    delivered_at: datetime | None
    old_secret_until: datetime | None
    live: Lane
    orders: tuple[Order, ...]
    replays: dict[int, Lane]


class StreamList(BaseModel):
    """An owner's streams."""

    streams: list[StreamView]


class AskedAnswer(answers.AskedAnswer):
    """What became of a request so far. Keep the receipt: it tells the decision at any time, at `href`."""

    stream: str
    secret: str | None = Field(default=None, description="Told once, when it was made.")


class ReceiptAnswer(answers.ReceiptAnswer):
    """What became of a request, for whoever holds its receipt."""

    stream: str | None = None


class AttemptView(BaseModel):
    """One try to deliver an event."""

    id: str
    at: datetime
    cursor: int
    event: str
    type: str
    subject: str
    order: int | None
    attempt: int
    result: Result
    status: int | None
    reason: str | None
    milliseconds: int
    again_at: datetime | None


class AttemptList(BaseModel):
    """Tries, the newest first. `before` asks for the ones before them; null where there are none."""

    attempts: list[AttemptView]
    before: str | None


class DeadLetterView(BaseModel):
    """An event that was given up."""

    cursor: str
    event: str
    type: str
    subject: str
    reason: str | None
    at: datetime


class DeadLetterList(BaseModel):
    """Events that were given up, the oldest first. `after` asks for those that follow; null where there are none."""

    dead: list[DeadLetterView]
    after: str | None


class KeyView(BaseModel):
    """A key without its secret; `key` is its text, told once."""

    prefix: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    key: str | None = None


class KeyList(BaseModel):
    """An owner's keys, expired ones included."""

    keys: list[KeyView]


class SnapshotView(BaseModel):
    """What stands at a cursor, by subject. `beyond` asks for the next page; go on from the first page's cursor."""

    cursor: str
    beyond: str | None
    subjects: dict[str, dict[str, Any]]


class FileView(BaseModel):
    """The file of an hour (UTC): events from cursor `start` to before `end`. A closed file never changes."""

    hour: str
    start: str
    end: str
    closed: bool
    href: str
    gzip: str
    sha256: str


class FileList(BaseModel):
    """The files of a day, and the day of the first event there is."""

    day: str
    first_day: str | None
    files: list[FileView]
