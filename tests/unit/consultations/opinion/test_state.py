"""The groups of a consultation as votes come one by one."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.consultations.parts import Stakeholder
from services.consultations.opinion import OpinionGroups, OpinionState, Vote
from tests.conversations import adjusted_rand
from tests.unit.consultations.opinion.planted import Planted, camps, planted

TWO = planted(120, 40, 2, seen=0.6)


def truth_found(made: Planted, groups: OpinionGroups) -> float:
    """Agreement with the planted groups, over all people in a group."""
    members = list(groups.group_of.items())
    return adjusted_rand([int(made.group[int(name[1:])]) for name, _ in members], [group for _, group in members])


@pytest.mark.parametrize("groups", [2, 3, 4])
@pytest.mark.parametrize(("people", "seen"), [(50, 0.3), (50, 0.8), (200, 0.3), (200, 0.8), (1000, 0.2), (5000, 0.2)])
def test_planted_groups_are_found(people: int, groups: int, seen: float) -> None:
    made = planted(people, 100, groups, seen=seen, seed=people + groups)

    found = made.state().recompute()

    assert len(found.groups) == groups
    assert truth_found(made, found) >= 0.85


@pytest.mark.parametrize("noise", [0.0, 0.02])
@pytest.mark.parametrize(("people", "comments"), [(36, 20), (60, 12), (300, 12)])
def test_camps_are_told_apart_however_alike_their_people_vote(people: int, comments: int, noise: float) -> None:
    made = camps(people, comments, 3, noise=noise)

    found = made.state().recompute()

    assert len(found.groups) == 3
    assert truth_found(made, found) == 1.0


def test_the_same_votes_give_the_same_groups() -> None:
    assert TWO.state().recompute() == TWO.state().recompute()


@settings(max_examples=20)
@given(people=st.integers(10, 120), groups=st.integers(2, 4), seed=st.integers(0, 1000), every=st.integers(50, 400))
def test_settled_groups_follow_from_the_votes_however_they_came(
    people: int, groups: int, seed: int, every: int
) -> None:
    """Also their letters: two processes that read the same votes show everybody in the same group."""
    made = planted(people, 20, groups, seen=0.5, seed=seed)
    votes = [(f"p{p}", f"c{c}", int(made.votes[p, c])) for p, c in np.argwhere(made.seen).tolist()]
    random.Random(seed).shuffle(votes)
    state = OpinionState()
    state.withhold("never voted on")
    for number, vote in enumerate(votes):
        state.take(*vote)
        if number % every == 0:
            state.recompute()

    assert settled(state) == settled(made.state())


def settled(state: OpinionState) -> OpinionGroups:
    """The groups once asking makes no others."""
    state.recompute()
    while state.stale:
        state.recompute()
    return state.groups


def test_groups_keep_their_letters_while_votes_come() -> None:
    state = OpinionState()
    former: dict[str, int] = {}
    changed = []
    for number, (person, comment) in enumerate(np.argwhere(TWO.seen.T)[:, ::-1].tolist()):
        state.take(f"p{person}", f"c{comment}", int(TWO.votes[person, comment]))
        if number > 1000 and number % 200 == 0:
            found = dict(state.recompute().group_of)
            both = found.keys() & former.keys()
            changed.append(sum(found[name] != former[name] for name in both) / max(len(both), 1))
            former = found

    assert len(changed) > 5
    assert max(changed) < 0.1


def test_groups_are_stale_from_a_vote_to_the_next_recompute() -> None:
    state = TWO.state()
    before = state.recompute()
    settled = state.stale

    state.take("p0", "new", Vote.AGREE)
    assert (settled, state.stale) == (False, True)
    after = state.recompute()

    assert after.votes == before.votes + 1
    assert set(after.comments) - set(before.comments) == {"new"}
    assert (state.groups, state.stale) == (after, False)


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_whoever_saw_early_votes_comes_to_the_same_groups_once_votes_stop(groups: int) -> None:
    made = planted(300, 40, groups, seen=0.5)
    votes = [(f"p{p}", f"c{c}", int(made.votes[p, c])) for p, c in np.argwhere(made.seen).tolist()]
    random.Random(1).shuffle(votes)
    state = OpinionState()
    for number, vote in enumerate(votes):
        state.take(*vote)
        if number == 200:
            state.recompute()
    runs = 0
    while state.stale:
        state.recompute()
        runs += 1

    assert runs <= 4
    assert len(state.groups.groups) == groups
    assert truth_found(made, state.groups) >= 0.95


def test_comments_taken_out_shape_nothing_and_can_come_back() -> None:
    state = TWO.state()
    before = state.recompute()
    state.withhold("c0")
    without = state.recompute()
    state.withhold("c0", withheld=False)

    assert "c0" not in without.comments
    assert without.votes == before.votes - int(TWO.seen[:, 0].sum())
    assert state.recompute() == before


def test_votes_come_while_groups_are_made() -> None:
    state = TWO.state()
    ended = threading.Event()

    def recompute_often() -> None:
        while not ended.is_set():
            state.recompute()

    thread = threading.Thread(target=recompute_often)
    thread.start()
    for number in range(3000):
        state.take(f"new{number % 30}", f"c{number % 40}", (-1, 0, 1)[number % 3])
        if number % 500 == 0:
            time.sleep(0.02)
    ended.set()
    thread.join()

    # Person and comment together repeat every 120 votes.
    assert state.recompute().votes == int(TWO.seen.sum()) + 120


def test_fewer_than_five_are_no_group_and_cannot_be_told_from_those_who_voted_little() -> None:
    state = TWO.state()
    for person in range(4):
        for comment in range(40):
            # All against the first group and the second by turns: like nobody else.
            state.take(f"odd{person}", f"c{comment}", (-1, 1)[(comment // 2) % 2])
    state.take("new", "c1", Vote.AGREE)

    found = state.recompute()

    assert all(group.people >= 5 for group in found.groups)
    assert found.placed("odd0") in {group.id for group in found.groups}
    assert found.placed("new") in {group.id for group in found.groups}
    assert "new" not in found.group_of


def test_every_vote_shown_is_of_five() -> None:
    state = planted(60, 60, 3, seen=0.2).state()
    for person in range(60):
        state.take(f"p{person}", "shared", Vote.AGREE)
        state.declare(f"p{person}", list(Stakeholder)[person % 6])

    found = state.recompute()

    shown = [part for each in (*found.across_groups, *found.across_classes) for part in each.parts]
    voters = [part.voters for part in shown]
    voters += [each.voters for group in found.groups for each in group.representatives]
    assert len(voters) > 6
    assert min(voters) >= 5


def test_consensus_across_groups_and_classes() -> None:
    state = TWO.state()
    for person in range(120):
        state.take(f"p{person}", "shared", Vote.AGREE if person % 10 else Vote.PASS)
        state.declare(f"p{person}", (Stakeholder.NGO, Stakeholder.STATE, Stakeholder.EXPERT)[person % 3])

    found = state.recompute()

    assert found.across_groups[0].comment == "shared"
    assert [part.part for part in found.across_groups[0].parts] == ["A", "B"]
    assert found.across_classes[0].comment == "shared"
    assert [part.part for part in found.across_classes[0].parts] == ["expert", "ngo", "state"]


def test_others_are_not_counted_while_they_are_fewer_than_five() -> None:
    state = TWO.state()
    for number, others in ((1, None), (5, 5)):
        for newcomer in range(number):
            state.take(f"new{newcomer}", "c0", Vote.AGREE)
        assert state.recompute().others == others


@given(st.tuples(st.integers(0, 8), st.integers(0, 8)), st.integers(0, 6))
def test_few_others_cannot_be_worked_out_from_the_whole(camps: tuple[int, int], late: int) -> None:
    state = OpinionState()
    for camp, size in enumerate(camps):
        for person in range(size):
            for comment in range(8):
                state.take(f"{camp}{person}", f"c{comment}", (-1, 1)[(comment + camp) % 2])
    for person in range(late):
        state.take(f"late{person}", "c0", Vote.AGREE)

    found = state.recompute()

    grouped = sum(group.people for group in found.groups)
    assert found.others is None or found.others == 0 or found.others >= 5
    assert found.people == grouped + (found.others or 0)
    assert found.others is None or found.people == sum(camps) + late


@pytest.mark.parametrize("votes", [[], [("a", "x", 1)], [("a", "x", 1), ("b", "x", -1), ("c", "y", 0)]])
def test_there_are_no_groups_of_hardly_anybody(votes: list[tuple[str, str, int]]) -> None:
    state = OpinionState()
    for vote in votes:
        state.take(*vote)

    found = state.recompute()

    assert found.groups == ()
    assert found.plot.bubbles == ()
    assert found.group_of == {}
    assert found.people == 0
    assert found.others == (None if votes else 0)


def test_people_who_all_say_the_same_are_one_group() -> None:
    state = OpinionState()
    for person in range(30):
        for comment in range(10):
            state.take(f"p{person}", f"c{comment}", Vote.AGREE)

    found = state.recompute()

    assert [(group.people, group.representatives) for group in found.groups] == [(30, ())]
    assert {(each.comment, each.side) for each in found.across_groups} == {(f"c{at}", "agree") for at in range(5)}


def test_a_number_that_is_no_vote_is_refused() -> None:
    with pytest.raises(ValueError, match="2 is not a valid Vote"):
        OpinionState().take("a", "x", 2)


def test_a_quarter_of_a_million_votes_take_less_than_two_seconds() -> None:
    state = planted(2000, 700, 3, seen=0.16).state()
    spent = time.thread_time()

    found = state.recompute()

    assert found.votes >= 220_000
    assert time.thread_time() - spent < 2.0
