"""What monitoring sees of streams, never by stream: there may be any number. An owner sees its own lag in the API."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0)
"""Upper bounds of the buckets, in seconds: up to what a receiver may take."""

ATTEMPTS: Final = Counter("kenes_stream_attempts_total", "Tries to deliver an event, by how they ended.", ("result",))
ATTEMPTS_TOOK: Final = Histogram(
    "kenes_stream_attempt_duration_seconds", "Time a receiver took.", ("result",), buckets=_SECONDS
)
STREAMS: Final = Gauge("kenes_streams", "Streams this process sends, by status.", ("status",))
READERS: Final = Gauge("kenes_stream_readers", "Clients that read live events from this process now.")
