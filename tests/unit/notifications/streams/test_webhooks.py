"""A stream's one try by webhook, and what its owner is entitled to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from kenes.egress.client import Answer
from kenes.identity.sealing import Keyring
from schemas.notifications.streams import Result
from services.notifications.channels.webhook import WebhookChannel, new_secret
from services.notifications.domain.streams import AgencyStream, SealedSecret
from services.notifications.settings import Settings
from services.notifications.streams.entitlements import EntitlementsError, read_entitlements
from services.notifications.streams.sending import Tried
from services.notifications.streams.webhooks import SECRETS, WebhookSender
from tests.unit.notifications.streams.lines import line
from tests.unit.notifications.streams.test_courier import URL, stream

BOX = Keyring(b"k" * 32).box(SECRETS)


class Posted:
    """Answers every request alike, and keeps the last one."""

    def __init__(self, status: int, **headers: str) -> None:
        self._answer = Answer(status, {name.replace("_", "-"): value for name, value in headers.items()})
        self.url, self.body, self.headers = "", b"", dict[str, str]()

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        self.url, self.body, self.headers = url, content, dict(headers)
        return self._answer


def sealed(*secrets: tuple[str, datetime | None]) -> AgencyStream:
    kept = tuple(SealedSecret(sealed=BOX.seal(secret, "s"), until=until) for secret, until in secrets)
    return stream(secrets=kept)


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        (Posted(204), Tried(Result.DELIVERED, 204)),
        (Posted(410), Tried(Result.GONE, 410, "gone")),
        (Posted(302, location="http://10.0.0.1/"), Tried(Result.FAILED, 302, "refused")),
        (Posted(503, retry_after="120"), Tried(Result.FAILED, 503, "refused", 120.0)),
    ],
)
async def test_an_answer_is_delivered_gone_or_failed(posted: Posted, expected: Tried) -> None:
    sender = WebhookSender(WebhookChannel(posted), BOX, "https://kenes.example/events")
    assert await sender.send(sealed((new_secret(), None)), line(3)) == expected
    assert posted.url == URL


async def test_secrets_that_still_sign_do_and_those_whose_time_is_over_do_not() -> None:
    now = datetime.now(UTC)
    new, old = new_secret(), new_secret()
    posted = Posted(204)
    sender = WebhookSender(WebhookChannel(posted), BOX, "https://kenes.example/events")
    await sender.send(sealed((new, None), (old, now + timedelta(hours=1))), line(3))
    for secret in (new, old):
        Webhook(secret).verify(posted.body, posted.headers)
    await sender.send(sealed((new, None), (old, now - timedelta(seconds=1))), line(3))
    assert len(posted.headers["webhook-signature"].split()) == 1


def test_a_try_is_followed_by_the_schedule_and_hears_the_receiver() -> None:
    sender = WebhookSender(WebhookChannel(Posted(204)), BOX, "https://kenes.example/events")
    failed = Tried(Result.FAILED, 503, "refused", 100.0)
    assert sender.again_after(1, failed) == 100.0
    assert sender.again_after(10, failed) is None


def test_owners_may_have_what_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "entitlements.toml"
    file.write_text(
        "[person]\nstreams=1\nkeys=0\n[agency]\nstreams=2\nkeys=2\n[agencies.transport]\nstreams=9\nkeys=9\n"
    )
    found = read_entitlements(file)
    owners = ("pseudonym", "agency:culture", "agency:transport")
    assert [found.of(owner).streams for owner in owners] == [1, 2, 9]
    assert read_entitlements(Settings.model_fields["stream_entitlements"].default).agency.streams > 0


@pytest.mark.parametrize(
    ("text", "told"),
    [("[person]\nstreams=-1\nkeys=0", "person.streams"), ("person", "entitlements.toml"), (None, "No such file")],
)
def test_a_wrong_file_is_named_with_its_place(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "entitlements.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(EntitlementsError, match=told):
        read_entitlements(file)
