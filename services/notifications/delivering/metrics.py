"""What monitoring sees of deliveries, by kind of channel."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets, in seconds: up to what a relay may take for a letter."""

DELIVERIES_TRIED: Final = Counter(
    "kenes_deliveries_total",
    "Deliveries tried, by how that ended; one sent twice counts twice.",
    ("channel", "outcome"),
)
SENDING_TOOK: Final = Histogram(
    "kenes_delivery_duration_seconds", "Time a channel took for one letter.", ("channel",), buckets=_SECONDS
)
WAITING: Final = Gauge("kenes_deliveries_waiting", "Letters in hand, sent as soon as the channel allows.", ("channel",))
