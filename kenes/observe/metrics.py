"""Prometheus metrics that every process shares.

Names follow https://prometheus.io/docs/practices/naming/: a `kenes_` prefix, base units (seconds), `_total` for
counters. Which process a series belongs to is the scraper's label (`job`, `instance`), so no metric repeats it.
Labels take values of closed sets only: route templates, topic names, event types, class names; never an id, an
address or a text. `BoundedLabel` holds where a set could be opened from outside.

The client's own collectors of the process (CPU, memory, file descriptors), of the platform and of garbage collection
are in the same default registry.
"""

from __future__ import annotations

import platform
from importlib.metadata import version

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import REGISTRY, CollectorRegistry

OTHER = "other"

disable_created_metrics()  # type: ignore[no-untyped-call]  # a `_created` series beside each counter doubles the scrape and nobody reads it

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets, in seconds: from a request that is only looked up to one that times out."""
_RECORDS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)

HTTP_DURATION = Histogram(
    "kenes_http_request_duration_seconds",
    "Time from the request's first byte to the answer's last, by route template.",
    ("method", "route", "status"),
    buckets=_SECONDS,
)
HTTP_IN_PROGRESS = Gauge("kenes_http_requests_in_progress", "Requests being answered, streams included.")
LIVE_CLIENTS = Gauge("kenes_live_clients", "Connections that follow live changes now.")

RECORDS_PRODUCED = Counter("kenes_kafka_records_produced_total", "Records the broker acknowledged.", ("topic",))
PRODUCE_ERRORS = Counter("kenes_kafka_produce_errors_total", "Records the broker did not acknowledge.", ("topic",))
RECORDS_CONSUMED = Counter("kenes_kafka_records_consumed_total", "Records read and handled.", ("topic",))
DEAD_LETTERS = Counter("kenes_dead_letters_total", "Records put aside, by the reason's code.", ("topic", "reason"))

DECISIONS = Counter(
    "kenes_decisions_total",
    "Decision events emitted, by event type; the outcome is `accepted` or a refusal's code.",
    ("type", "outcome"),
)
CLOCK_TICKED = Gauge(
    "kenes_clock_last_tick_timestamp_seconds", "When a clock last ended a round of its work, since 1970.", ("clock",)
)
CLOCK_EVERY = Gauge("kenes_clock_interval_seconds", "The pause a clock makes between two rounds.", ("clock",))

BATCH_RECORDS = Histogram("kenes_batch_records", "Records in one handled batch.", ("stage",), buckets=_RECORDS)
BATCH_DURATION = Histogram(
    "kenes_batch_duration_seconds", "Time to handle one batch to its commit.", ("stage",), buckets=_SECONDS
)

_CONSUMED = ("consumer", "topic", "partition")
TOPIC_END = Gauge("kenes_topic_end_offset", "The broker's offset after the newest record.", ("topic", "partition"))
CONSUMER_POSITION = Gauge("kenes_consumer_position_offset", "The offset a consumer recorded as its next.", _CONSUMED)
LAG_RECORDS = Gauge("kenes_consumer_lag_records", "Records a consumer has yet to take.", _CONSUMED)
LAG_SECONDS = Gauge(
    "kenes_consumer_lag_seconds",
    "Time since there first was a record that a consumer has yet to take; 0 when it has taken all.",
    _CONSUMED,
)
LAG_CHECKED = Gauge(
    "kenes_consumer_lag_checked_timestamp_seconds",
    "When broker and consumer were last asked for the lag, since 1970.",
    ("consumer", "topic"),
)

CHECK_PASSING = Gauge(
    "kenes_check_passing", "1 while what a process needs answers as it should, 0 while not, as last asked.", ("check",)
)

LOG_LINES_LOST = Counter("kenes_log_lines_lost_total", "Lines that the log did not take: a full disk, a closed pipe.")

BUILD_INFO = Gauge(
    "kenes_build_info", "Always 1; the labels say what runs.", ("service", "process", "version", "python")
)


class BoundedLabel:
    """Lets the first `limit` distinct values through and calls the rest `other`."""

    def __init__(self, limit: int = 200) -> None:
        self._limit = limit
        self._seen: set[str] = set()

    def __call__(self, value: str) -> str:
        """`value` itself, or `other` once the set is full."""
        if value in self._seen:
            return value
        if len(self._seen) >= self._limit:
            return OTHER
        self._seen.add(value)
        return value


def set_build_info(service: str, process: str) -> None:
    """Publishes which service, process and version this is."""
    BUILD_INFO.labels(service, process, version("kenes"), platform.python_version()).set(1)


def exposition(accept: str = "", registry: CollectorRegistry = REGISTRY) -> tuple[bytes, str]:
    """All metrics as `(body, content type)` in the format that the `Accept` header asks for."""
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type
