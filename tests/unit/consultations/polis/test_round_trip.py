"""What is written is read again as it was."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.prose import shows
from services.consultations.polis import (
    Moderation,
    PolisComment,
    PolisFolder,
    PolisParticipant,
    PolisVote,
    comments_writer,
    participants_writer,
    votes_writer,
)
from tests.conversations import BOWLING_GREEN, BREXIT

TICK = timedelta(milliseconds=1)
IDS = st.integers(0, 10**18 - 1).map(str)
TIMES = st.integers(0, 10**13).map(lambda milliseconds: datetime(1970, 1, 1, tzinfo=UTC) + milliseconds * TICK)
# Everything UTF-8 can hold; a comment is not blank.
BODIES = st.text(st.characters(codec="utf-8"), min_size=1).filter(shows)
COMMENTS = st.lists(
    st.builds(
        PolisComment,
        IDS,
        IDS,
        TIMES,
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.sampled_from(Moderation),
        BODIES,
    ),
    unique_by=lambda comment: comment.id,
)
VOTES = st.lists(st.builds(PolisVote, IDS, IDS, st.sampled_from([-1, 0, 1]), TIMES))
ASKED = ["0", "1", "7"]
PEOPLE = st.lists(
    st.builds(
        PolisParticipant,
        IDS,
        st.none() | st.integers(0, 4),
        st.integers(0, 99),
        st.lists(st.tuples(st.sampled_from(ASKED), st.sampled_from([-1, 0, 1])), unique_by=lambda vote: vote[0]).map(
            lambda votes: tuple(sorted(votes))
        ),
    ),
    unique_by=lambda person: person.id,
)


@settings(max_examples=60)
@given(COMMENTS, VOTES, PEOPLE)
def test_anything_comes_back(
    comments: list[PolisComment], votes: list[PolisVote], people: list[PolisParticipant]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, comments, votes, people)
        read = PolisFolder(folder)

        assert list(read.comments()) == comments
        assert list(read.votes()) == votes
        assert list(read.participants()) == people
        assert list(read.votes_in_time()) == sorted(votes, key=when)
        assert sorted(path.name for path in folder.iterdir()) == ["comments.csv", "participants-votes.csv", "votes.csv"]


def when(vote: PolisVote) -> datetime:
    """Its time."""
    assert vote.created is not None
    return vote.created


def write(folder: Path, comments: list[PolisComment], votes: list[PolisVote], people: list[PolisParticipant]) -> None:
    with comments_writer(folder) as add_comment:
        for comment in comments:
            add_comment(comment)
    with votes_writer(folder) as add_vote:
        for vote in votes:
            add_vote(vote)
    with participants_writer(folder, ASKED) as add_person:
        for person in people:
            add_person(person)


@pytest.mark.skipif(not BREXIT.is_dir(), reason="the polis conversations are not on this machine")
@pytest.mark.parametrize("folder", [BREXIT, BOWLING_GREEN], ids=["brexit", "bowling-green"])
def test_a_conversation_of_polis_is_read_whole_and_written_as_it_was(folder: Path, tmp_path: Path) -> None:
    original = PolisFolder(folder)
    original.check()
    lines = (folder / "participants-votes.csv").read_text("utf-8")

    with participants_writer(tmp_path, lines.splitlines()[0].split(",")[6:]) as add:
        for person in original.participants():
            add(person)
    with comments_writer(tmp_path) as add_comment:
        for comment in original.comments():
            add_comment(comment)

    assert (tmp_path / "participants-votes.csv").read_text("utf-8") == lines
    assert list(PolisFolder(tmp_path).comments()) == list(original.comments())
    assert len(list(original.votes())) == {"brexit-consensus": 5_312}.get(folder.name, 225_524)


def test_times_are_told_as_polis_tells_them(tmp_path: Path) -> None:
    with votes_writer(tmp_path) as add:
        add(PolisVote("3", "8", -1, datetime(2017, 7, 17, 9, 10, 15, 559_000, tzinfo=UTC)))

    written = (tmp_path / "votes.csv").read_text("utf-8")
    assert written == (
        "timestamp,datetime,comment-id,voter-id,vote\n1500282615559,Mon Jul 17 09:10:15 UTC 2017,8,3,-1\n"
    )


def test_a_file_that_could_not_be_written_whole_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, [], [], [])
    before = (tmp_path / "participants-votes.csv").read_text("utf-8")

    with pytest.raises(KeyError, match="99"):
        write(
            tmp_path,
            [],
            [],
            [PolisParticipant("1", None, 0, (("0", 1),)), PolisParticipant("2", None, 0, (("99", 1),))],
        )

    assert (tmp_path / "participants-votes.csv").read_text("utf-8") == before
    assert len(list(tmp_path.iterdir())) == 3


def test_a_vote_in_votes_csv_has_a_time(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has a time"), votes_writer(tmp_path) as add:
        add(PolisVote("1", "2", 1))

    assert list(tmp_path.iterdir()) == []
