"""What the JSON API answers."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True)


class SourceView(View):
    """Something that is looked at: when it answered last, and since when it does not."""

    name: str
    seen_at: datetime | None
    failing_since: datetime | None
    reason: str


class TopicView(View):
    """A topic. Sizes in bytes, rates in events per second."""

    name: str
    partitions: int
    records: int | None
    end: int | None = Field(description="The sum of the end offsets of its partitions; null while one has no leader")
    rate: float | None
    size: int | None
    oldest_at: datetime | None
    newest_at: datetime | None
    skew: float | None = Field(description="The fullest partition by an even share: 1 is even")


class PartitionView(View):
    """A partition of a topic."""

    partition: int
    leader: int
    begin: int | None
    end: int | None
    size: int | None


class TopicDetail(TopicView):
    """A topic with its partitions."""

    settings: dict[str, str]
    per_partition: list[PartitionView]


class LagView(View):
    """How far behind: events not read that are there, and seconds since the oldest of them was written."""

    events: int | None
    lost: int = Field(description="Events deleted before they were read")
    seconds: float | None


class GroupView(View):
    """A consumer group. `state` is the broker's word, `condition` ours: fine, idle, late or stuck."""

    name: str
    state: str
    protocol: str
    condition: str
    members: int
    lag: LagView
    rebalances: int
    still_since: datetime | None


class GroupPartition(View):
    """A partition that a group reads: `committed` is the next offset, null where it has committed none.

    `end` is null while the partition has no leader.
    """

    topic: str
    partition: int
    committed: int | None
    end: int | None
    lag: LagView
    member: str | None


class MemberView(View):
    """A consumer of a group."""

    id: str
    client: str
    host: str
    partitions: int


class GroupDetail(GroupView):
    """A consumer group with its partitions and members."""

    per_partition: list[GroupPartition]
    per_member: list[MemberView]


class StandingView(View):
    """A version of a projection, by the offsets it recorded with what it wrote."""

    service: str
    name: str
    topic: str
    version: int
    live: bool
    condition: str
    lag: LagView


class AlertView(View):
    """A broken rule."""

    rule: str
    severity: str
    phase: str
    labels: dict[str, str]
    value: float
    since: datetime
    runbook: str | None


class OverviewView(View):
    """Whether anything is lost, late or stuck."""

    at: datetime
    sources: list[SourceView]
    alerts: list[AlertView]
    processes: dict[str, dict[str, Any]]


class TopicList(View):
    """All topics."""

    at: datetime
    topics: list[TopicView]


class GroupList(View):
    """All consumer groups, and the positions that projections record themselves."""

    at: datetime
    groups: list[GroupView]
    projections: list[StandingView]
