"""Live votes: a frame of a consultation tells the comments that were voted on last, and never too many."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kenes.web.live import LiveHub
from schemas.consultations.parts import Stakeholder, Vote
from schemas.consultations.votes import Voted
from schemas.topics import VOTES
from services.consultations.live import TOLD, LiveVotes
from tests.unit.consultations.hearings import recorded


@given(st.lists(st.integers(0, TOLD + 20), max_size=200))
def test_a_frame_tells_the_votes_of_the_comments_that_moved_last(comments: list[int]) -> None:
    votes = LiveVotes(LiveHub(event="votes"))
    log = [
        Voted(
            consultation="c",
            comment=f"comment-{comment}",
            voter=f"person-{number}",
            stakeholder=Stakeholder.PUBLIC,
            vote=Vote.AGREE,
            before=None,
            act=1,
        )
        for number, comment in enumerate(comments)
    ]
    for decision in recorded(VOTES, log):
        votes.take(decision)
    frame = orjson.loads(votes.frame("c"))
    latest = list(dict.fromkeys(f"comment-{comment}" for comment in reversed(comments)))[:TOLD]
    assert frame["votes"] == len(comments)
    assert set(frame["comments"]) == set(latest)
    for comment, told in frame["comments"].items():
        said = sum(f"comment-{each}" == comment for each in comments)
        assert told == {"version": said, "agree": said, "disagree": 0, "pass": 0}


def test_a_quiet_consultation_has_a_frame_too() -> None:
    assert orjson.loads(LiveVotes(LiveHub(event="votes")).frame("c")) == {
        "consultation": "c",
        "votes": 0,
        "comments": {},
    }
