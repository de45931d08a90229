"""Folds of decisions into what people and machines read. Pure; rebuildable from offset 0."""

from kenes.mongo.projection import Projection
from services.notifications.feeds.folding import FEEDS
from services.notifications.folds.clause_names import CLAUSE_NAMES
from services.notifications.following.projections import PROJECTIONS as FOLLOWING
from services.notifications.publishing.counts import COUNTS
from services.notifications.streams.projection import PROJECTIONS as STREAMS


def projections() -> tuple[Projection, ...]:
    """Everything the service keeps for readers."""
    return (COUNTS, FEEDS, CLAUSE_NAMES, *STREAMS, *FOLLOWING)
