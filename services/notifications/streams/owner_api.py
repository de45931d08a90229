"""An owner's streams: made, changed, looked after. All that the pages do can be done here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from kenes.kafka.records import Receipt
from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from kenes.service.answers import ReceiptView, json_response
from kenes.service.asking import Outcome
from kenes.service.receipt_reads import awaited_receipt, stored_receipt
from kenes.web.bodies import read_json
from kenes.web.limits import Endpoint, RateClass
from kenes.web.negotiation import Preference
from kenes.web.openapi import Operation, Parameter, Writes
from kenes.web.openapi_parameters import choice, chosen
from schemas.notifications.streams import (
    Order,
    OwnerRequest,
    Result,
    StreamDeletionRequested,
    StreamPauseRequested,
    StreamResumeRequested,
    StreamTestRequested,
    Work,
)
from services.notifications.domain.streams import AgencyStream
from services.notifications.domain.streams_deciding import StreamRefusal
from services.notifications.streams.access import Access, Caller, Scope
from services.notifications.streams.answers import ANSWERS
from services.notifications.streams.asked import place_of
from services.notifications.streams.commands import StreamCommands
from services.notifications.streams.delivery_log import DeliveryLog
from services.notifications.streams.progress import LIVE, Progress
from services.notifications.streams.views import (
    AskedAnswer,
    AttemptList,
    DeadLetterList,
    ReceiptAnswer,
    ReplayBody,
    RetryBody,
    StreamBody,
    StreamChangeBody,
    StreamList,
    StreamView,
)

ACTS: Final[dict[str, tuple[type[OwnerRequest], str]]] = {
    "pause": (StreamPauseRequested, "Sends nothing for now; nothing is lost."),
    "resumption": (StreamResumeRequested, "Goes on from where it stopped, also after the stream was disabled."),
    "test": (StreamTestRequested, "Sends an event that tells nothing."),
}
"""What needs no body, by the last part of its address."""
RESULT: Final = choice("result", "Only tries that ended so.", Result)
_ORDERS: Final = (StreamRefusal.TOO_MANY_ORDERS, StreamRefusal.STREAM_UNVERIFIED)
_CURSORS: Final = ("cursor-malformed", "cursor-future", "cursor-expired", "time-malformed")
_REPLAYS: Final = (StreamRefusal.REPLAY_EMPTY, *_ORDERS, *_CURSORS)
_RETRIES: Final = ("cursor-malformed", "cursor-future", *_ORDERS)
_PAGED: Final = ("cursor-malformed", "input-invalid")
_CANCELLATIONS: Final = (StreamRefusal.REPLAY_UNKNOWN, StreamRefusal.REPLAY_ENDED)
_CHANGES: Final = (StreamRefusal.NOTHING_CHANGES,)
_USUAL: Final = (StreamRefusal.STREAM_UNKNOWN, "scope-missing")
_write: Final = Writes(AskedAnswer, _USUAL, keys=(Scope.WRITE,))


@dataclass(frozen=True)
class OwnerApi:
    """The handlers and what they need."""

    commands: StreamCommands
    progress: Progress
    attempts: DeliveryLog
    live: LiveCollections
    access: Access

    def operations(self) -> list[Operation]:
        """The operations; each needs a token or a key."""
        one = "/streams/{stream}"
        before = Parameter("before", "As the page before gave it.")
        after = Parameter("after", "As the page before gave it: the cursor of its last event.")
        return [
            _read("/streams", self.list_streams, StreamList),
            _write(
                "POST", "/streams", self.create_stream, 201, body=StreamBody, problems=("too-many-owned", *_CURSORS)
            ),
            _read("/streams/receipts/{receipt}", self.stream_receipt, ReceiptAnswer, "receipt-unknown"),
            _read(one, self.show_stream, StreamView),
            _write("PATCH", one, self.change_stream, body=StreamChangeBody, problems=_CHANGES),
            _write("DELETE", one, self.delete_stream),
            *(_write("POST", f"{one}/{name}", self.act(name), problems=(*_CHANGES, *_ORDERS)) for name in ACTS),
            _write("POST", f"{one}/rotation", self.rotate_secret),
            _write("POST", f"{one}/replay", self.replay_stream, body=ReplayBody, problems=_REPLAYS),
            _write("DELETE", f"{one}/replays/{{replay}}", self.cancel_replay, problems=_CANCELLATIONS),
            _write("POST", f"{one}/retry", self.retry_event, body=RetryBody, problems=_RETRIES),
            _read(f"{one}/attempts", self.list_attempts, AttemptList, *_PAGED, parameters=(before, RESULT)),
            _read(f"{one}/dead-letters", self.list_dead_letters, DeadLetterList, *_PAGED, parameters=(after,)),
        ]

    async def list_streams(self, request: Request) -> Response:
        """The caller's streams and those of the bodies they act for, with how far each has come."""
        caller = await self._reader(request)
        return json_response({"streams": [await self._view(each) for each in self.commands.owned(*caller.owners)]})

    async def show_stream(self, request: Request) -> Response:
        """One stream, with how far it has come."""
        return json_response(await self._view(await self._stream(request)))

    async def create_stream(self, request: Request) -> Response:
        """A stream to an address. It flows once the address has taken a test event; the secret is told here only."""
        caller, wish = await self._writer(request)
        body = await read_json(request, StreamBody)
        outcome, secret = await self.commands.create(caller.owner, body, wish.wait)
        return _answer(outcome, wish, secret=secret)

    async def change_stream(self, request: Request) -> Response:
        """Another name, address or filter. Another address must take a test event first."""
        stream, wish = await self._writable(request)
        body = await read_json(request, StreamChangeBody)
        return _answer(await self.commands.change(stream, body, wish.wait), wish)

    async def delete_stream(self, request: Request) -> Response:
        """Ends a stream and forgets its deliveries."""
        return await self._asked(request, StreamDeletionRequested)

    def act(self, name: str) -> Endpoint:
        """The handler of one act."""
        asked, says = ACTS[name]

        async def handler(request: Request) -> Response:
            return await self._asked(request, asked)

        handler.__name__, handler.__doc__ = f"{name}_of_stream", says
        return handler

    async def rotate_secret(self, request: Request) -> Response:
        """A new signing secret, told here only; the one before signs beside it for a day."""
        stream, wish = await self._writable(request)
        outcome, secret = await self.commands.rotate(stream, wish.wait)
        return _answer(outcome, wish, secret=secret)

    async def replay_stream(self, request: Request) -> Response:
        """Sends events once more, with the ids they had, beside the live flow."""
        stream, wish = await self._writable(request)
        body = await read_json(request, ReplayBody)
        return _answer(await self.commands.replay(stream, body, wish.wait), wish)

    async def cancel_replay(self, request: Request) -> Response:
        """Ends a replay before its end; what it has sent stays in the log. Asked again, it answers the same."""
        stream, wish = await self._writable(request)
        outcome = await self.commands.cancel(stream, request.path_params["replay"], wish.wait)
        return _answer(outcome, wish)

    async def retry_event(self, request: Request) -> Response:
        """Tries one event again, as a rule a dead letter."""
        stream, wish = await self._writable(request)
        body = await read_json(request, RetryBody)
        return _answer(await self.commands.retry(stream, body.cursor, wish.wait), wish)

    async def list_attempts(self, request: Request) -> Response:
        """Tries to deliver, the newest first, a page at a time."""
        stream, before = await self._stream(request), place_of(request, "before")
        found = await self.attempts.tries(stream.id, before, chosen(request, RESULT))
        return json_response({"attempts": found.attempts, "before": _text(found.before)})

    async def list_dead_letters(self, request: Request) -> Response:
        """Events that were given up after their last try, the oldest first, a page at a time."""
        stream, after = await self._stream(request), place_of(request, "after")
        found = await self.progress.dead(stream.id, after or 0)
        return json_response({"dead": [_dead(each) for each in found.letters], "after": _text(found.after)})

    async def stream_receipt(self, request: Request) -> Response:
        """What became of a request."""
        text = request.path_params["receipt"]
        await self._reader(request)
        _, receipt = ANSWERS.known_receipt(text)
        wish = self.access.callers.wish(request)
        found = await awaited_receipt(self.commands.asking.decisions, self._stored, receipt, wish.wait)
        return ANSWERS.receipt_answer(text, found)

    async def _stored(self, receipt: Receipt) -> ReceiptView | None:
        return await stored_receipt(await self.live.of("stream_receipts"), receipt)

    async def _asked(self, request: Request, asked: type[OwnerRequest]) -> Response:
        stream, wish = await self._writable(request)
        return _answer(await self.commands.ask(asked(stream=stream.id, owner=stream.owner), wish.wait), wish)

    async def _stream(self, request: Request) -> AgencyStream:
        caller = await self._reader(request)
        return self._named(request, caller)

    async def _writable(self, request: Request) -> tuple[AgencyStream, Preference]:
        caller, wish = await self._writer(request)
        return self._named(request, caller), wish

    def _named(self, request: Request, caller: Caller) -> AgencyStream:
        return self.commands.find(caller.owners, request.path_params["stream"])

    async def _reader(self, request: Request) -> Caller:
        return await self.access.owner(request, RateClass.READ, Scope.READ)

    async def _writer(self, request: Request) -> tuple[Caller, Preference]:
        caller = await self.access.owner(request, RateClass.WRITE, Scope.WRITE)
        return caller, self.access.callers.wish(request)

    async def _view(self, stream: AgencyStream) -> dict[str, Any]:
        lanes = await self.progress.lanes(stream.id)
        told = stream.model_dump(mode="json", include={"name", "endpoint", "filter", "created_at", "orders"})
        delivered = max((each["delivered_at"] for each in lanes.values()), default=0.0)
        until = stream.old_secret_until
        replays = [each for each in stream.orders if each.work is Work.REPLAY]
        return {
            "stream": stream.id,
            **told,
            "status": stream.status,
            "reason": stream.disabled,
            "delivered_at": instant(delivered) if delivered else None,
            "old_secret_until": None if until is None else until.isoformat(),
            "live": lane_view(lanes.get(LIVE), stream.start, self.commands.log.cursor),
            "replays": {str(each.number): order_view(lanes, each) for each in replays},
        }


def _answer(outcome: Outcome, wish: Preference, **told: str) -> Response:
    return ANSWERS.answer("stream", outcome, applied=wish.applied, told=told)


def _read(
    path: str, handler: Endpoint, answer: type[BaseModel], *problems: str, parameters: tuple[Parameter, ...] = ()
) -> Operation:
    own = Operation.own(path, handler, answer, problems=(*_USUAL, *problems), parameters=parameters)
    return replace(own, keys=(Scope.READ,))


def lane_view(lane: Document | None, start: int, end: int) -> dict[str, Any]:
    """How far a lane has come on its way to `end`."""
    cursor = start if lane is None else lane["next"]
    parked = 0 if lane is None else sum(len(each["offsets"]) for each in lane["parked"])
    return {"cursor": str(cursor), "behind": max(0, end - cursor), "parked": parked}


def order_view(lanes: Mapping[str, Document], order: Order) -> dict[str, Any]:
    """How far an order has come, by the lanes of its stream."""
    return lane_view(lanes.get(f"order-{order.number}"), order.start, order.end)


def instant(epoch: float) -> str:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds")


def _text(place: int | None) -> str | None:
    return None if place is None else str(place)


def _dead(found: Document) -> dict[str, Any]:
    told = {name: found[name] for name in ("event", "type", "subject", "reason", "at")}
    return {"cursor": str(found["cursor"]), **told}
