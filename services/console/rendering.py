"""From what was seen to what the JSON API answers, and the pages show."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kenes.kafka.cluster_model import Group, Place
from kenes.mongo.standings import ProjectionStanding
from services.console.alerting.evaluating import Alert, Alerts
from services.console.sampling.history import History
from services.console.sampling.lag import Lag, PartitionLag
from services.console.sampling.readings import Reading
from services.console.sampling.snapshot import Snapshot, TopicFigures
from services.console.sampling.watch import Sight
from services.console.views import (
    AlertView,
    GroupDetail,
    GroupPartition,
    GroupView,
    LagView,
    MemberView,
    PartitionView,
    SourceView,
    StandingView,
    TopicDetail,
    TopicView,
)


def sources(seen: Snapshot) -> list[SourceView]:
    """The broker, then each service's database."""
    sights: Mapping[str, Sight[Any]] = {
        "broker": seen.broker,
        **{f"database {n}": s for n, s in seen.databases.items()},
    }
    return [
        SourceView(name=name, seen_at=each.at, failing_since=each.failing_since, reason=each.reason)
        for name, each in sights.items()
    ]


def topic_view(topic: TopicFigures, history: History, now: datetime) -> TopicView:
    """A topic in a list."""
    return TopicView(
        name=topic.name,
        partitions=topic.partitions,
        records=topic.records,
        end=topic.end,
        rate=history.rate_now(f"topic/{topic.name}/end", now),
        size=topic.size,
        oldest_at=_moment(topic.oldest),
        newest_at=_moment(topic.newest),
        skew=topic.skew,
    )


def topic_detail(topic: TopicFigures, seen: Snapshot, history: History) -> TopicDetail:
    """A topic with its partitions."""
    figures = seen.broker.value
    partitions = [
        PartitionView(
            partition=place.partition,
            leader=leader,
            begin=figures.slow.begins.get(place),
            end=figures.ends.get(place),
            size=figures.slow.sizes.get(place),
        )
        for place, leader in sorted(figures.layout.leaders.items())
        if place.topic == topic.name
    ]
    return TopicDetail(
        **topic_view(topic, history, seen.at).model_dump(),
        settings=dict(figures.slow.settings.get(topic.name, {})),
        per_partition=partitions,
    )


def lag_view(lag: Lag | PartitionLag, now: datetime) -> LagView:
    """A lag, in events and in seconds."""
    return LagView(events=lag.events, lost=lag.lost, seconds=lag.seconds(now))


def group_view(reading: Reading[Group], now: datetime) -> GroupView:
    """A group in a list."""
    group = reading.who
    return GroupView(
        name=group.name,
        state=group.state,
        protocol=group.kind,
        condition=reading.state,
        members=len(group.members),
        lag=lag_view(reading.lag, now),
        rebalances=reading.rebalances,
        still_since=reading.still_since,
    )


def group_detail(reading: Reading[Group], now: datetime) -> GroupDetail:
    """A group with its partitions and members."""
    group = reading.who
    owners = {place: member for member in group.members for place in member.assigned}
    return GroupDetail(
        **group_view(reading, now).model_dump(),
        per_partition=[_group_partition(each, owners, now) for each in reading.lag.partitions],
        per_member=[
            MemberView(id=each.id, client=each.client, host=each.host, partitions=len(each.assigned))
            for each in group.members
        ],
    )


def _group_partition(each: PartitionLag, owners: Mapping[Place, Any], now: datetime) -> GroupPartition:
    owner = owners.get(each.place)
    return GroupPartition(
        topic=each.place.topic,
        partition=each.place.partition,
        committed=each.next,
        end=each.end,
        lag=lag_view(each, now),
        member=None if owner is None else owner.id,
    )


def projection_view(reading: Reading[ProjectionStanding], now: datetime) -> StandingView:
    """A version of a projection."""
    who = reading.who
    return StandingView(
        service=reading.service,
        name=who.name,
        topic=who.topic,
        version=who.version,
        live=who.live,
        condition=reading.state,
        lag=lag_view(reading.lag, now),
    )


def alert_view(alert: Alert, alerts: Alerts) -> AlertView:
    """A broken rule. A rule may be gone while its alert is still told."""
    rule = alerts.rule(alert.rule)
    return AlertView(
        rule=alert.rule,
        severity="" if rule is None else rule.severity,
        phase=alert.phase,
        labels=dict(alert.labels),
        value=alert.value,
        since=alert.since,
        runbook=None if rule is None else rule.runbook,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
