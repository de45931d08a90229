"""Each fault is told with its file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.consultations.polis import PolisCounts, PolisError, PolisFolder

COMMENTS = (
    "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    '1500282615559,Mon,0,5,3,1,1,"Two\nlines"\n'
    "1500282615560,Mon,1,5,3,1,-1,One line\n"
)
VOTES = "timestamp,datetime,comment-id,voter-id,vote\n1500232652930,Mon,0,7,1\n1500232652931,Mon,1,7,-1\n"
PEOPLE = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1\n7,0,1,2,1,1,1,-1\n8,,0,0,0,0,,\n"
FILES = {"comments.csv": COMMENTS, "votes.csv": VOTES, "participants-votes.csv": PEOPLE}


def folder(path: Path, **changed: bytes | str | None) -> PolisFolder:
    """A good folder with one file changed, or taken away with `None`."""
    files: dict[str, bytes | str | None] = {**FILES, **{f"{name}.csv": text for name, text in changed.items()}}
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        if text is not None:
            (path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return PolisFolder(path)


def fault(path: Path, file: str, was: str, now: str) -> tuple[int, str, str]:
    """Line, column and reason of the fault when `was` is replaced in a file."""
    assert was in FILES[file]
    with pytest.raises(PolisError) as raised:
        folder(path, **{file.removesuffix(".csv"): FILES[file].replace(was, now, 1)}).check()
    assert raised.value.file == file
    assert str(raised.value).startswith(file)
    return raised.value.line, raised.value.column, raised.value.reason


def test_a_good_folder_has_no_fault(tmp_path: Path) -> None:
    folder(tmp_path).check()


@pytest.mark.parametrize(
    ("file", "was", "now", "line", "column", "reason"),
    [
        ("comments.csv", ",-1,One", ",5,One", 4, "moderated", "'5' is not -1, 0 or 1"),
        ("comments.csv", "1500282615560", "yesterday", 4, "timestamp", "'yesterday' is not a number of digits"),
        ("comments.csv", "1500282615560", "9" * 18, 4, "timestamp", f"'{'9' * 18}' is too late a time"),
        ("comments.csv", "Mon,1,5", "Mon,0,5", 4, "comment-id", "0 was there before"),
        ("comments.csv", "5,3,1,-1", "5,many,1,-1", 4, "agrees", "'many' is not a number of digits"),
        ("comments.csv", "One line", " ", 4, "comment-body", "the comment is empty"),
        ("comments.csv", "One line", "One, line", 4, "", "9 cells, the header has 8"),
        ("comments.csv", "One line", '"One line', 4, "", "not CSV: unexpected end of data"),
        ("comments.csv", "moderated", "state", 1, "moderated", "the column is missing"),
        ("comments.csv", "author-id", "comment-id", 1, "4", "a second column 'comment-id'"),
        ("votes.csv", "7,-1", "7,2", 3, "vote", "'2' is not -1, 0 or 1"),
        ("votes.csv", "Mon,1,7", "Mon,1,x7", 3, "voter-id", "'x7' is not a number of digits"),
        ("votes.csv", "Mon,1,7", "Mon,4,7", 3, "comment-id", "comments.csv has no comment 4"),
        ("participants-votes.csv", "1,-1\n", "1,+\n", 2, "1", "'+' is not -1, 0 or 1"),
        ("participants-votes.csv", "7,0,1", "7,first,1", 2, "group-id", "'first' is not a number of digits"),
        ("participants-votes.csv", "\n8,", "\n7,", 3, "participant", "7 was there before"),
        ("participants-votes.csv", ",0,1\n", ",0,one\n", 1, "8", "'one' is no comment's id"),
        ("participants-votes.csv", ",0,1\n", ",0,4\n", 1, "4", "comments.csv has no such comment"),
    ],
)
def test_faults_are_told_with_their_place(
    tmp_path: Path, file: str, was: str, now: str, line: int, column: str, reason: str
) -> None:
    assert fault(tmp_path, file, was, now) == (line, column, reason)


def test_the_whole_is_told_in_one_line() -> None:
    assert str(PolisError("votes.csv", 3, "vote", "wrong")) == "votes.csv, line 3, column vote: wrong"
    assert str(PolisError("votes.csv", 0, "", "wrong")) == "votes.csv: wrong"


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(PolisError, match=r"votes\.csv, line 3: not UTF-8 at byte 5"):
        folder(tmp_path, votes=VOTES.encode().replace(b"\n1500232652931", b"\n1500\xff")).check()


def test_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolisError, match=r"comments.csv, line 4: not CSV: field larger than field limit"):
        folder(tmp_path, comments=COMMENTS.replace("One line", "x" * 200_000)).check()


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (["comments"], "comments.csv: there is no such file"),
        (["votes", "participants-votes"], "participants-votes.csv: there is no such file, and no votes.csv"),
    ],
)
def test_a_file_that_is_missing_is_named(tmp_path: Path, gone: list[str], told: str) -> None:
    with pytest.raises(PolisError, match=told):
        folder(tmp_path, **dict.fromkeys(gone)).check()


def test_an_empty_file_lacks_its_columns(tmp_path: Path) -> None:
    with pytest.raises(PolisError, match=r"votes\.csv, line 1, column timestamp: the column is missing"):
        folder(tmp_path, votes="").check()


def test_without_votes_csv_they_are_those_of_the_matrix(tmp_path: Path) -> None:
    conversation = folder(tmp_path, votes=None)
    conversation.check()

    found = [(vote.participant, vote.comment, vote.value, vote.created) for vote in conversation.votes_in_time()]

    assert not conversation.dated
    assert found == [("7", "0", 1, None), ("7", "1", -1, None)]


def test_columns_may_be_in_another_order_and_a_mark_before_them(tmp_path: Path) -> None:
    votes = "\ufeffvote,voter-id,comment-id,timestamp\r\n1.0,7,0,1500232652930\r\n\r\n"

    (vote,) = folder(tmp_path, votes=votes).votes()

    assert (vote.participant, vote.comment, vote.value) == ("7", "0", 1)


def test_whole_numbers_may_be_as_other_tools_write_them(tmp_path: Path) -> None:
    people = PEOPLE.replace("7,0,1,2,1,1,1,-1", "7,3.0,1,2,1,1,1.0,-1.0")

    read = list(folder(tmp_path, **{"participants-votes": people}).participants())

    assert [(each.id, each.group, each.votes) for each in read] == [("7", 3, (("0", 1), ("1", -1))), ("8", None, ())]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_topic_is_read_with_a_mark_before_it_too(tmp_path: Path, mark: str) -> None:
    assert folder(tmp_path, summary=f"{mark}topic,Libraries and readers\nurl,https://pol.is/x\n").topic == (
        "Libraries and readers"
    )


def test_a_summary_that_is_no_csv_tells_no_topic(tmp_path: Path) -> None:
    assert folder(tmp_path, summary=f"topic,{'x' * 200_000}\n").topic == ""


def test_a_good_folder_is_counted(tmp_path: Path) -> None:
    assert folder(tmp_path).check() == PolisCounts(comments=2, votes=2, participants=2)
    assert folder(tmp_path / "matrix", votes=None).check() == PolisCounts(comments=2, votes=2, participants=2)


def test_a_number_is_written_in_one_way_only(tmp_path: Path) -> None:
    found = fault(tmp_path, "votes.csv", "Mon,1,7", "Mon,01,7")
    assert found == (3, "comment-id", "'01' is not a number of digits")


def test_a_comment_that_fits_nowhere_is_told_by_its_line(tmp_path: Path) -> None:
    long = COMMENTS.replace("One line", "a" * 12)
    with pytest.raises(PolisError, match=r"comments.csv, line 4, column comment-body: the comment has 12 letters, 11"):
        folder(tmp_path, comments=long).check(longest=11)
    folder(tmp_path, comments=long).check(longest=12)
