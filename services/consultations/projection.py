"""Folds of decisions into what people read. Pure; rebuildable from offset 0."""

from collections.abc import Callable

from kenes.mongo.projection import Index, Projection
from schemas.topics import COMMENTS, CONSULTATIONS, VOTES
from services.consultations.folds.comments import fold_comments
from services.consultations.folds.course import fold_course
from services.consultations.folds.votes import fold_ballots, fold_tallies
from services.consultations.ledger.folding import LEDGER

OpenOwner = Callable[[str], bytes]
"""A person's index from its sealed form."""


def projections(open_owner: OpenOwner) -> tuple[Projection, ...]:
    """Everything the service keeps for readers."""
    return (
        Projection(
            name="consultations",
            topic=CONSULTATIONS,
            collections={"consultations": (Index(("status",)),), "texts": (), "course_receipts": ()},
            fold=fold_course,
        ),
        Projection(
            name="comments",
            topic=COMMENTS,
            collections={
                "comments": (
                    Index(("place",)),
                    Index(("consultation", "clause", "thread", "at")),
                    Index(("thread",)),
                    Index(("at",)),
                    Index(("standing",)),
                    Index(("consultation", "due", "_id")),
                ),
                "lines": (),
                "heard": (),
                "voices": (),
                "people": (),
                "written": (),
                "moderation_log": (Index(("at",)),),
                "comment_receipts": (),
            },
            fold=fold_comments(open_owner),
        ),
        Projection(name="tallies", topic=VOTES, collections={"tallies": ()}, fold=fold_tallies, pace=1.0),
        Projection(
            name="ballots",
            topic=VOTES,
            collections={"ballots": (Index(("consultation",)),), "vote_receipts": ()},
            fold=fold_ballots,
            pace=0.5,
        ),
        LEDGER,
    )
