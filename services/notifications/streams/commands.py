"""What owners ask about their streams: checked where the log must be asked, written, and waited for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from kenes.egress.client import Egress
from kenes.egress.errors import EgressError
from kenes.identity.sealing import Box
from kenes.service.asking import Asking, Outcome
from kenes.service.directory import Directory
from kenes.web.problems import FieldError, InvalidInput, Problem
from schemas.notifications.streams import (
    StreamCancellationRequested,
    StreamChangeRequested,
    StreamCreateRequested,
    StreamReplayRequested,
    StreamRequest,
    StreamRetryRequested,
    StreamRotationRequested,
)
from services.notifications.channels.webhook import new_secret
from services.notifications.domain.streams import AgencyStream, StreamStatus, evolve
from services.notifications.streams.asked import check_types, checked, cursor_of, instant_of, place_in
from services.notifications.streams.deciding import load_stream
from services.notifications.streams.entitlements import Entitlements
from services.notifications.streams.log import PublicLog
from services.notifications.streams.views import ReplayBody, StreamBody, StreamChangeBody

Streams = Directory[AgencyStream]
"""Every stream, by id."""
_FIELDS: Final = tuple(name for name in AgencyStream.model_fields if name != "id")


def streams_directory() -> Streams:
    """An empty directory, to be loaded from the projection of streams."""
    return Directory("streams", _FIELDS, load_stream, evolve)


@dataclass(frozen=True)
class StreamCommands:
    """Raises `BrokerUnavailableError` and problems. `wait` is in seconds.

    `being_made` has the owners of streams that this process asked for and that `streams` may not have yet, by stream.
    """

    asking: Asking
    streams: Streams
    log: PublicLog
    egress: Egress
    box: Box
    entitlements: Entitlements
    being_made: dict[str, str] = field(default_factory=dict)

    def owned(self, *owners: str) -> list[AgencyStream]:
        """The streams of these owners, the oldest first."""
        return [each for each in self.ever_owned(*owners) if each.status is not StreamStatus.DELETED]

    def ever_owned(self, *owners: str) -> list[AgencyStream]:
        """The same with those that were deleted: what they were stays known."""
        mine = [entry.known for _, entry in self.streams if entry.known.owner in owners]
        return sorted(mine, key=lambda each: each.created_at)

    def find(self, owners: tuple[str, ...], stream: str) -> AgencyStream:
        """A stream of one of these owners; raises the problem of there being none."""
        entry = self.streams.get(stream)
        if entry is None or entry.known.owner not in owners or entry.known.status is StreamStatus.DELETED:
            raise Problem(404, "stream-unknown")
        return entry.known

    async def create(self, owner: str, body: StreamBody, wait: float) -> tuple[Outcome, str]:
        """A new stream; the outcome and its signing secret."""
        stream, secret = str(uuid4()), new_secret()
        with self._counted(owner, stream):
            check_types(body.filter, "/filter")
            await self._check_endpoint(body.endpoint)
            request = StreamCreateRequested(
                stream=stream,
                owner=owner,
                name=body.name,
                endpoint=body.endpoint,
                filter=body.filter,
                secret=self.box.seal(secret, stream),
                start=await self._place(body.after, body.since, self.log.cursor),
            )
            return await self.ask(request, wait), secret

    @contextmanager
    def _counted(self, owner: str, stream: str) -> Iterator[None]:
        """Counts a stream as its owner's, unless the block fails; raises the problem of their having as many as may be.

        Each process counts what it asked for itself: several may together let as many more pass.
        """
        for made in [made for made in self.being_made if self.streams.get(made) is not None]:
            del self.being_made[made]
        most = self.entitlements.of(owner).streams
        if len(self.owned(owner)) + list(self.being_made.values()).count(owner) >= most:
            raise Problem(409, "too-many-owned", values={"limit": most})
        self.being_made[stream] = owner
        try:
            yield
        except BaseException:
            self.being_made.pop(stream, None)
            raise

    async def change(self, stream: AgencyStream, body: StreamChangeBody, wait: float) -> Outcome:
        """Another name, address or filter."""
        if body.filter is not None:
            check_types(body.filter, "/filter")
        if body.endpoint is not None:
            await self._check_endpoint(body.endpoint)
        return await self.ask(StreamChangeRequested(stream=stream.id, owner=stream.owner, **_members(body)), wait)

    async def rotate(self, stream: AgencyStream, wait: float) -> tuple[Outcome, str]:
        """A new signing secret: the outcome and the secret."""
        secret = new_secret()
        sealed = self.box.seal(secret, stream.id)
        request = StreamRotationRequested(stream=stream.id, owner=stream.owner, secret=sealed)
        return await self.ask(request, wait), secret

    async def replay(self, stream: AgencyStream, body: ReplayBody, wait: float) -> Outcome:
        """Events once more, beside the live flow."""
        first, _ = await self.log.bounds()
        start = await self._place(body.after, body.since, first)
        end = self.log.cursor if body.until is None else await checked(self.log, cursor_of(body.until))
        request = StreamReplayRequested(stream=stream.id, owner=stream.owner, start=start, end=end)
        return await self.ask(request, wait)

    async def cancel(self, stream: AgencyStream, replay: str, wait: float) -> Outcome:
        """Ends a replay before its end. `replay` is its number."""
        order = replay_number(replay)
        return await self.ask(StreamCancellationRequested(stream=stream.id, owner=stream.owner, order=order), wait)

    async def retry(self, stream: AgencyStream, cursor: str, wait: float) -> Outcome:
        """One event once more, as a rule a dead letter: the one with this cursor."""
        place = cursor_of(cursor)
        if not 1 <= place <= self.log.cursor:
            raise Problem(400, "cursor-future" if place else "cursor-malformed")
        return await self.ask(StreamRetryRequested(stream=stream.id, owner=stream.owner, cursor=place), wait)

    async def ask(self, request: StreamRequest, wait: float) -> Outcome:
        """Sends a request as it is."""
        return await self.asking.ask(request.stream, request.stream, request, wait)

    async def _place(self, after: str | None, since: str | None, otherwise: int) -> int:
        return await place_in(
            self.log,
            None if after is None else cursor_of(after),
            None if since is None else instant_of(since),
            otherwise,
        )

    async def _check_endpoint(self, endpoint: str) -> None:
        """Tells at once what would never be delivered; each delivery is checked again."""
        try:
            await self.egress.check(endpoint)
        except EgressError as error:
            raise InvalidInput([FieldError("/endpoint", _REFUSED.get(error.reason, "endpoint-refused"))]) from None


_REFUSED: Final = {"not-https": "endpoint-not-https", "private-address": "endpoint-not-public"}
"""What is said of an address, by why it may not be asked; the rest comes to the same for whoever typed it."""


def replay_number(replay: str) -> int:
    """The number of a replay; raises the problem of there being none."""
    if not (replay.isascii() and replay.isdigit() and len(replay) <= 9 and int(replay)):
        raise Problem(404, "replay-unknown")
    return int(replay)


def _members(body: StreamChangeBody) -> dict[str, object]:
    return {name: getattr(body, name) for name in StreamChangeBody.model_fields}
