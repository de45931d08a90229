"""The topics of the operators' console."""

from datetime import timedelta

from schemas.console import letters, upkeep
from schemas.console.parts import ActRefused
from schemas.topic import Topic

ACT_REQUESTS = Topic(
    name="console.act-requests.v1",
    owner="console",
    key="what is acted on: a dead letter's case, a batch of them, or a projection of a service",
    payloads=(
        letters.NoteRequested,
        letters.ReplayRequested,
        letters.DiscardRequested,
        letters.SentRequested,
        letters.UnsentRequested,
        letters.BatchRequested,
        letters.BatchStopRequested,
        letters.BatchEndRequested,
        upkeep.UpkeepRequested,
        upkeep.OutcomeRequested,
    ),
    partitions=1,
    retention=timedelta(days=30),
    description="What operators want done, and what became of it.",
)
ACTS = Topic(
    name="console.acts.v1",
    owner="console",
    key="what is acted on: a dead letter's case, a batch of them, or a projection of a service",
    payloads=(
        letters.LetterNoted,
        letters.ReplayOrdered,
        letters.LetterDiscarded,
        letters.Replayed,
        letters.ReplayFailed,
        letters.BatchStarted,
        letters.BatchStopped,
        letters.BatchEnded,
        upkeep.UpkeepOrdered,
        upkeep.OutcomeNoted,
        ActRefused,
    ),
    partitions=ACT_REQUESTS.partitions,
    description="What was decided of the acts of operators, in one order: the trail is a fold of this topic.",
)
