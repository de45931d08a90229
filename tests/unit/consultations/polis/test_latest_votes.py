"""Of several votes of a person on a comment the last counts, whatever order they are in and whichever file has them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from services.consultations.polis import PolisFolder, PolisVote

HEAD = "timestamp,datetime,comment-id,voter-id,vote\n"
COMMENTS = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
VOTES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3), st.sampled_from([-1, 0, 1])), max_size=40
)


@given(VOTES)
def test_the_last_vote_of_each_counts(votes: list[tuple[int, int, int, int]]) -> None:
    with TemporaryDirectory() as place:
        lines = [f"{at},Mon,{comment},{voter},{side}\n" for at, comment, voter, side in votes]
        Path(place, "votes.csv").write_text(HEAD + "".join(lines))
        found = list(PolisFolder(Path(place)).latest_votes())
    last = {(voter, comment): side for _, comment, voter, side in sorted(votes, key=lambda each: each[0])}
    assert {(int(v.participant), int(v.comment)): v.value for v in found} == last
    assert len(found) == len(last)
    times = [vote.created for vote in found if vote.created is not None]
    assert times == sorted(times)


def test_votes_of_the_matrix_are_given_once_each(tmp_path: Path) -> None:
    head = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1\n"
    (tmp_path / "participants-votes.csv").write_text(head + "7,,0,2,1,1,1,-1\n8,,0,1,0,0,,0\n")
    assert list(PolisFolder(tmp_path).latest_votes()) == [
        PolisVote("7", "0", 1),
        PolisVote("7", "1", -1),
        PolisVote("8", "1", 0),
    ]


def test_the_digest_tells_folders_apart_by_what_is_in_them(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for place in (one, two):
        place.mkdir()
        (place / "comments.csv").write_text(COMMENTS)
        (place / "votes.csv").write_text(HEAD)
    assert PolisFolder(one).digest == PolisFolder(two).digest
    (two / "votes.csv").write_text(HEAD + "1,Mon,0,7,1\n")
    assert PolisFolder(one).digest != PolisFolder(two).digest
