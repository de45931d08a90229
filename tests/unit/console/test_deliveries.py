"""Deliveries: counts are those of the log in whatever batches it comes, and what waits is what has not gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.identity.access import Authenticate
from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.web.i18n import LANGUAGES
from kenes.web.language import edge_catalogs
from kenes.web.openapi import Operation
from schemas.envelope import Event
from schemas.notifications.deliveries import (
    DeliveryAbandoned,
    DeliveryDispatched,
    DeliveryPostponed,
    DeliveryQueued,
    DeliverySeen,
    DeliveryShown,
)
from schemas.notifications.parts import ChannelEnd, ChannelKind, Priority
from schemas.notifications.streams import DeliveryAttempted, Result
from schemas.notifications.subscriptions import ChannelConfirmed, ChannelEnded
from schemas.payload import Payload
from services.console.deliveries.api import DeliveryApi
from services.console.deliveries.folding import OF_DELIVERIES, OF_DESTINATIONS
from services.console.deliveries.hours import KEPT, Hours, hour_in
from services.console.deliveries.pages import DeliveryPages
from services.console.deliveries.reads import TABLES, Deliveries, DeliveryFigures, hour_of
from services.console.deliveries.webhooks import NOTHING, tallied
from services.console.pages.site import ConsoleSite
from services.console.serving import FOLDERS
from tests.unit.console.stored import Stored
from tests.unit.console.world import console
from tests.unit.store import Store, project

START: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
KINDS: Final = (ChannelKind.EMAIL, ChannelKind.TELEGRAM, ChannelKind.WEBPUSH)
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=5)
STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 900)), max_size=60)
"""Which delivery, what comes of it, and minutes since what was before."""


def recorded(number: int, at: datetime, data: Payload) -> Recorded:
    """A decision as it stands in its topic."""
    return Recorded(3, number, at, b"s", Event(str(number), "/s", "s", at, data, sequence=number, offset=number))


def queued(delivery: str, kind: ChannelKind, due_at: datetime, tries: int = 0) -> Payload:
    return DeliveryQueued(
        subscriber="s",
        delivery=delivery,
        event="e",
        interest="petition:p",
        channel="c",
        kind=kind,
        priority=Priority.NORMAL,
        due_at=due_at,
        tries=tries,
    )


def postponed(delivery: str, due_at: datetime) -> Payload:
    return DeliveryPostponed(subscriber="s", delivery=delivery, due_at=due_at, tries=1, reason="timeout")


def abandoned(delivery: str) -> Payload:
    return DeliveryAbandoned(subscriber="s", delivery=delivery, tries=1, reason="gone")


def log_of(steps: Sequence[tuple[int, int, int]]) -> list[Recorded]:
    """What a decider could have written: only what waits ends, and only what was given up is queued again."""
    log, at = list[Recorded](), START
    phases: dict[str, str] = {}
    for number, (which, what, minutes) in enumerate(steps):
        at += timedelta(minutes=minutes)
        name, due = f"d{which}", at + timedelta(minutes=what)
        data: Payload
        if phases.get(name) == "waits":
            data = (
                DeliveryDispatched(subscriber="s", delivery=name),
                postponed(name, due),
                abandoned(name),
            )[what % 3]
            phases[name] = ("sent", "waits", "given-up")[what % 3]
        elif phases.get(name) == "sent":
            data = DeliverySeen(subscriber="s", delivery=name) if what % 2 else shown(f"inbox-{number}")
        else:
            data = queued(name, KINDS[which % 3], due, tries=1 if name in phases else 0)
            phases[name] = "waits"
        log.append(recorded(number, at, data))
    return log


def shown(delivery: str) -> Payload:
    return DeliveryShown(subscriber="s", delivery=delivery, event="e", interest="petition:p")


@given(steps=STEPS, cuts=CUTS)
def test_figures_are_those_of_the_log_in_whatever_batches(steps: list[tuple[int, int, int]], cuts: list[int]) -> None:
    log = log_of(steps)
    store = project(OF_DELIVERIES, log, cuts)

    kinds, due = dict[str, str](), dict[str, datetime]()
    counts: Counter[tuple[datetime, str, str]] = Counter()
    for each in log:
        data: Any = each.data
        hour = hour_of(each.event.time)
        match data:
            case DeliveryShown():
                counts[hour, "inbox", "sent"] += 1
            case DeliveryQueued():
                kinds[data.delivery], due[data.delivery] = data.kind, data.due_at
                counts[hour, data.kind, "queued"] += 1
            case DeliveryDispatched() | DeliveryAbandoned():
                del due[data.delivery]
                came = "sent" if isinstance(data, DeliveryDispatched) else "given-up"
                counts[hour, kinds[data.delivery], came] += 1
            case DeliveryPostponed():
                due[data.delivery] = data.due_at
                counts[hour, kinds[data.delivery], "postponed"] += 1

    assert {each["_id"] for each in store.all("waiting_deliveries")} == due.keys()
    waits = Counter((str(kinds[name]), at.strftime("%Y-%m-%dT%H:%M")) for name, at in due.items())
    figures = store.all("delivery_figures")
    found = {
        (kind, at): count
        for document in figures
        for kind, minutes in document["due"].items()
        for at, count in minutes.items()
    }
    assert found == waits
    newest = max((hour for hour, _, _ in counts), default=START)
    kept = {key: count for key, count in counts.items() if key[0] >= newest - KEPT}
    assert {key: count for document in figures for key, count in flat(document["hours"]).items()} == kept


def flat(hours: Hours) -> dict[tuple[datetime, str, str], int]:
    """Counts by hour, channel and outcome."""
    return {
        (hour_in(hour), channel, outcome): count
        for hour, channels in hours.items()
        for channel, outcomes in channels.items()
        for outcome, count in outcomes.items()
    }


def test_what_was_queued_and_sent_in_one_batch_is_written_nowhere_but_in_the_counts() -> None:
    log = [
        recorded(0, START, queued("d", ChannelKind.EMAIL, START)),
        recorded(1, START, DeliveryDispatched(subscriber="s", delivery="d")),
    ]
    assert {each.collection for each in Store().fold(OF_DELIVERIES, log)} == {"delivery_figures"}


@given(ends=st.lists(st.tuples(st.sampled_from(ChannelEnd), st.integers(0, 400)), max_size=30), cuts=CUTS)
def test_destinations_that_ended_are_counted_by_cause(ends: list[tuple[ChannelEnd, int]], cuts: list[int]) -> None:
    log, at = list[Recorded](), START
    for number, (cause, minutes) in enumerate(ends):
        at += timedelta(minutes=minutes)
        log.append(recorded(2 * number, at, ChannelEnded(subscriber="s", channel="c", cause=cause)))
        log.append(recorded(2 * number + 1, at, ChannelConfirmed(subscriber="s", channel="c")))
    told = [each for each in log if isinstance(each.data, ChannelEnded)]
    kept = Counter(
        (hour_of(each.event.time), "destination", str(cause))
        for each, (cause, _) in zip(told, ends, strict=True)
        if hour_of(each.event.time) >= hour_of(at) - KEPT
    )
    found = project(OF_DESTINATIONS, log, cuts).all("ended_destinations")
    assert {key: count for document in found for key, count in flat(document["hours"]).items()} == kept


def tried(stream: str, result: Result, again_at: datetime | None = None, order: int | None = None) -> Payload:
    return DeliveryAttempted(
        stream=stream,
        cursor=1,
        event="e",
        type="t",
        subject="p",
        order=order,
        attempt=1,
        result=result,
        status=None,
        reason=None,
        milliseconds=5,
        again_at=again_at,
    )


TRIES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(Result), st.sampled_from([None, 1]), st.integers(0, 900)), max_size=40
)


@given(tries=TRIES, cuts=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), min_size=1, max_size=6))
def test_a_try_at_a_webhook_counts_once_however_often_it_comes(
    tries: list[tuple[int, Result, int | None, int]], cuts: list[tuple[int, int]]
) -> None:
    log, at = list[Recorded](), START
    for number, (stream, result, order, minutes) in enumerate(tries):
        at += timedelta(minutes=minutes)
        again = at + timedelta(minutes=1) if result is Result.FAILED else None
        log.append(recorded(number, at, tried(str(stream), result, again, order)))
    nothing: Document = {"_id": 3, **NOTHING}
    whole, document, done = tallied(nothing, log), nothing, 0
    for size, again_from in cuts * len(log):
        # A batch whose offsets were not committed comes again, with more behind it.
        document = tallied(document, log[max(0, done - again_from) : done + size])
        done = min(done + size, len(log))
    assert document == whole

    newest = hour_of(at) - KEPT
    counts = Counter(
        (hour_of(each.event.time), "webhook", str(result))
        for each, (_, result, _, _) in zip(log, tries, strict=True)
        if hour_of(each.event.time) >= newest
    )
    assert flat(whole["hours"]) == counts
    last = {(stream, order): result for stream, result, order, _ in tries}
    failing = {f"{stream}/{order or ''}" for (stream, order), result in last.items() if result is Result.FAILED}
    assert whole["again"].keys() <= failing
    if log and at - START < KEPT:
        assert whole["again"].keys() == failing


def kept(now: datetime) -> Stored:
    """Mail that is late and mail for tomorrow, one sent today and one long ago, a webhook that fails."""
    store = Store()
    log = [
        (now - timedelta(hours=60), queued("old", ChannelKind.EMAIL, now)),
        (now - timedelta(hours=60), DeliveryDispatched(subscriber="s", delivery="old")),
        (now - timedelta(hours=30), queued("a", ChannelKind.TELEGRAM, now)),
        (now - timedelta(hours=30), DeliveryDispatched(subscriber="s", delivery="a")),
        (now, queued("late", ChannelKind.EMAIL, now - timedelta(hours=20, minutes=30))),
        (now, queued("tomorrow", ChannelKind.EMAIL, now + timedelta(days=1))),
        (now, queued("lost", ChannelKind.EMAIL, now)),
        (now, abandoned("lost")),
    ]
    store.apply(store.fold(OF_DELIVERIES, [recorded(number, *each) for number, each in enumerate(log)]))
    ended = ChannelEnded(subscriber="s", channel="c", cause=ChannelEnd.GONE)
    store.apply(store.fold(OF_DESTINATIONS, [recorded(0, now, ended)]))
    failing = recorded(0, now, tried("agency", Result.FAILED, now + timedelta(hours=5, minutes=30)))
    store.collections["webhook_figures"] = {3: tallied({"_id": 3, **NOTHING}, [failing])}
    return Stored(store)


def part(stored: Stored) -> Any:
    """The pages and the API over what is stored."""

    def more(site: ConsoleSite, authenticate: Authenticate) -> tuple[Any, Sequence[Operation]]:
        deliveries = Deliveries(cast("Any", stored), cast("Any", stored))
        return DeliveryPages(site, deliveries).routes(), DeliveryApi(deliveries, authenticate).operations()

    return more


def row(page: str, name: str) -> list[str]:
    """What the cells of a row say."""
    cells = page.split(f'id="{name}"')[1].split("</tr>", maxsplit=1)[0].split('<span class="table-cell">')[1:]
    return [cell.split("</span>")[0] for cell in cells]


async def test_the_page_tells_what_waits_and_what_came_of_the_rest() -> None:
    async with console(more=part(kept(datetime.now(UTC)))) as world:
        await world.sign_in("operator")
        page = (await world.get("/deliveries")).text
        assert row(page, "waiting-email") == ["2", "1", "late by 20 h"]
        assert row(page, "waiting-webhook") == ["1", "0", "in 5 h"]
        assert row(page, "waiting-telegram") == ["0", "0", "–"]
        assert row(page, "counts-email") == ["3", "0", "0", "1"]
        assert row(page, "counts-telegram") == ["0", "0", "0", "0"]
        assert row(page, "counts-webhook") == ["0", "1", "0", "0"]
        assert row(page, "counts-destination") == ["0", "0", "1", "0"]
        assert row((await world.get("/deliveries?hours=48")).text, "counts-telegram") == ["1", "1", "0", "0"]
        assert page.count("<svg role=") == 2
        assert 'aria-current="page">24 h' in page


async def test_the_api_tells_the_same() -> None:
    now = datetime.now(UTC)
    async with console(more=part(kept(now))) as world:
        assert (await world.get("/api/console/v1/deliveries")).status_code == 401
        await world.sign_in("operator")
        answer = await world.get("/api/console/v1/deliveries", {"accept": "application/json"})
        told = DeliveryFigures.model_validate_json(answer.content)
        assert {each.channel: (each.waiting, each.due) for each in told.waiting} == {
            "email": (2, 1),
            "telegram": (0, 0),
            "webpush": (0, 0),
            "webhook": (1, 0),
        }
        assert min(each.hour for each in told.hours) == hour_of(now - timedelta(hours=30))
        described = (await world.get("/api/console/v1/openapi.json")).json()
        assert "/api/console/v1/deliveries" in described["paths"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_there_in_every_language_also_with_nothing_to_tell(language: str) -> None:
    for stored in (Stored(Store()), kept(datetime.now(UTC))):
        async with console(more=part(stored)) as world:
            await world.sign_in("operator-act")
            page = await world.get(f"/deliveries?lang={language}&hours=none")
            assert page.status_code == 200
            assert "style=" not in page.text
            assert 'href="/deliveries"' in page.text


async def test_with_the_database_away_the_page_stays_and_says_so() -> None:
    async with console(more=part(Stored(Store(), away=True))) as world:
        await world.sign_in("operator")
        page = await world.get("/deliveries")
        assert page.status_code == 503
        assert "is-error" in page.text
        assert 'id="counts' not in page.text


async def test_it_is_not_for_citizens() -> None:
    async with console(more=part(kept(datetime.now(UTC)))) as world:
        await world.sign_in("moderator")
        for path in ("/deliveries", "/api/console/v1/deliveries"):
            assert (await world.get(path)).status_code == 403


def test_there_are_words_for_every_channel_and_outcome() -> None:
    catalogs = edge_catalogs([FOLDERS.locales])
    wanted = {f"deliveries.channel.{each}" for table in TABLES for each in table.channels}
    wanted |= {f"deliveries.outcome.{each}" for table in TABLES for each in table.outcomes}
    wanted |= {f"deliveries.table.{table.name}" for table in TABLES}
    assert all(wanted <= set(catalogs.keys(language)) for language in LANGUAGES)
