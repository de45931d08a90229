"""Webhooks by the Standard Webhooks specification, carrying CloudEvents in the structured JSON mode."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import orjson
from standardwebhooks.webhooks import Webhook

from kenes.egress.client import Poster
from kenes.egress.errors import EgressError
from kenes.observe import tracing
from services.notifications.channels.heard import retry_after
from services.notifications.channels.port import Gone, Outcome, Retry, Sent

LARGEST: Final = 20_000
"""Bytes of a body, as the specification recommends."""
CONTENT_TYPE: Final = "application/cloudevents+json"
USER_AGENT: Final = "Kenes-Webhooks/1"
_BUSY: Final = (429, 503)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where webhooks go. `secrets` sign, each as `whsec_...`, the newest first: several while one takes over."""

    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secrets:
            raise ValueError("a webhook is always signed")


@dataclass(frozen=True, slots=True)
class Hook:
    """What is sent: `id` is the same at every try, so that a receiver can tell a second one.

    `traceparent` is this try's span of the trace that the event belongs to (W3C Trace Context), where there is one.
    """

    id: str
    body: bytes
    traceparent: str | None = None


class WebhookChannel:
    """Posts signed events to receivers."""

    name: ClassVar[str] = "webhook"

    def __init__(self, egress: Poster, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._egress = egress
        self._now = now

    async def send(self, destination: Receiver, message: Hook, /) -> Outcome:
        try:
            answer = await self._egress.post(destination.url, message.body, self._headers(destination, message))
        except EgressError as error:
            return Retry(error.reason)
        if 200 <= answer.status < 300:
            return Sent(answer.status)
        if answer.status == 410:
            return Gone("gone", answer.status)
        after = retry_after(answer.headers, self._now()) if answer.status in _BUSY else None
        return Retry("refused", after, answer.status)

    def _headers(self, receiver: Receiver, hook: Hook) -> dict[str, str]:
        now = self._now()
        text = hook.body.decode()
        traced = {} if hook.traceparent is None else {"traceparent": hook.traceparent}
        return traced | {
            "content-type": CONTENT_TYPE,
            "user-agent": USER_AGENT,
            "webhook-id": hook.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(each).sign(hook.id, now, text) for each in receiver.secrets),
        }


def new_secret() -> str:
    """A signing secret as the specification writes it: 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def hook_of(event: Mapping[str, Any], dataref: str) -> Hook:
    """An event, given as the attributes of a CloudEvent with its `data`, to be sent; a new span for each call.

    Data that does not fit is left out, and `dataref` tells where the event can be read whole (CloudEvents extension
    of that name). The event's own `traceparent` stays what it was when the event came about, as the extension of that
    name demands where an event goes on over several hops.
    """
    body = orjson.dumps(dict(event))
    if len(body) > LARGEST:
        rest = {name: value for name, value in event.items() if name not in ("data", "datacontenttype")}
        body = orjson.dumps(rest | {"dataref": dataref})
    trace = tracing.parse(event.get("traceparent"))
    return Hook(str(event["id"]), body, None if trace is None else trace.child().traceparent())
