"""Interests as people write them: one form of each, and nothing else is followed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kenes.web.problems import Problem
from services.notifications.following.naming import (
    follow_name,
    followed_interest,
    read_channel,
    read_follow,
    read_interest,
)


@pytest.mark.parametrize(
    ("written", "interest"),
    [
        ("petition:4f0c", "petition:4f0c"),
        ("clause:c/art_1", "clause:c/art_1"),
        ("body:akimat:KZ-75", "body:akimat:KZ-75"),
        ("search: Мектеп  автобусы!", "search:автобусы мектеп"),
        ("search:кітапхана", "search:китапхана"),
        ("search:bus BUS bus.", "search:bus"),
    ],
)
def test_what_can_be_followed(written: str, interest: str) -> None:
    assert read_interest(written) == interest
    assert read_follow(follow_name(interest)) == interest


@pytest.mark.parametrize(
    "written",
    [
        "",
        "petition",
        "petition:",
        "planet:mars",
        "author:petition:p",
        "said:c/art",
        "search:",
        "search:а !",
        "petition:a\nb",
        "petition:$x",
    ],
)
def test_what_cannot(written: str) -> None:
    with pytest.raises(Problem) as refused:
        read_interest(written)
    assert (refused.value.status, refused.value.code) == (422, "interest-unknown")


@given(st.text(max_size=40))
@example(follow_name("petition:4f0c"))
def test_what_has_no_such_name_is_not_found(name: str) -> None:
    if found := found_by(name):
        assert follow_name(found) == name


def found_by(name: str) -> str | None:
    """The interest that an address calls so, where it calls one."""
    try:
        return read_follow(name)
    except Problem:
        return None


def test_what_no_destination_is_called_is_not_there() -> None:
    assert read_channel("Aa0_-") == "Aa0_-"
    for name in ("", "a b", "±¨Ç·>]", "a\n", "x" * 65):
        with pytest.raises(Problem) as refused:
            read_channel(name)
        assert (refused.value.status, refused.value.code) == (404, "channel-unknown")


@pytest.mark.parametrize(
    "text", ["", "petition", "a\nb", "petition:$where", "petition:\x01", "petition:\ufffe", "petition:" + "x" * 300]
)
def test_what_nobody_can_follow_cannot_be_ended(text: str) -> None:
    with pytest.raises(Problem) as refused:
        followed_interest(text)
    assert (refused.value.status, refused.value.code) == (404, "not-followed")


def test_what_is_followed_because_of_an_act_can_be_ended() -> None:
    assert followed_interest("said:c/art_1") == "said:c/art_1"
