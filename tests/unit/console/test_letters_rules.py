"""Dead letters: who comes second is told, what fails again comes back, and the list says what the rules say."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.console.letters import (
    BatchEnded,
    BatchEndRequested,
    BatchRequested,
    BatchStarted,
    BatchStopped,
    BatchStopRequested,
    LetterDiscarded,
    LetterFilter,
    LetterNoted,
    Replayed,
    ReplayFailed,
    ReplayOrdered,
    SentRequested,
    UnsentRequested,
)
from schemas.console.parts import ActRefused
from schemas.console.subjects import batch_subject, letter_subject
from schemas.console.upkeep import Order
from schemas.payload import Payload
from schemas.topics import REGISTRY
from services.console.domain.acts import MismatchError
from services.console.domain.letters import Case, Standing
from services.console.letters.projection import LETTERS, load_case
from tests.unit.console.acts import LEILA, PAVEL, TOPIC, Log, batched, discard, note, order, replay
from tests.unit.store import Store

CASE = f"{TOPIC}/3/17"
SUBJECT = letter_subject(CASE)
SENT = SentRequested(case=CASE, tries=1, partition=3, offset=40)
UNSENT = UnsentRequested(case=CASE, tries=1, error="no letter")


def code(decision: Payload) -> str:
    """Why it was refused."""
    assert isinstance(decision, ActRefused), decision
    return decision.code


def test_a_letter_is_noted_once_however_often_it_is_found() -> None:
    first, again = Log().ask_all(SUBJECT, [note(), note()])
    assert isinstance(first, LetterNoted)
    assert code(again) == "letter-known"


def test_the_second_of_two_operators_is_told_who_came_first() -> None:
    log = Log()
    log.ask(SUBJECT, note())
    assert isinstance(log.ask(SUBJECT, replay(by=LEILA)), ReplayOrdered)
    for late in (replay(by=PAVEL), discard(by=PAVEL)):
        refusal = log.ask(SUBJECT, late)
        assert code(refusal) == "already-acted"
        assert isinstance(refusal, ActRefused)
        assert refusal.by == LEILA
        assert refusal.at is not None


def test_what_fails_again_comes_back_with_the_count_of_tries_and_may_be_replayed_again() -> None:
    log = Log()
    decided = log.ask_all(SUBJECT, [note(), replay(), SENT, note(tries=1), replay(tries=0), replay(tries=1)])
    assert isinstance(decided[2], Replayed)
    assert code(decided[4]) == "already-acted"
    last = decided[5]
    assert isinstance(last, ReplayOrdered)
    assert (last.tries, last.letter.tries) == (2, 1)


def test_a_letter_that_is_back_before_its_sending_was_noted_stays_open() -> None:
    log = Log()
    decided = log.ask_all(SUBJECT, [note(), replay(), note(tries=1), SENT])
    assert code(decided[3]) == "not-ordered"
    case = log.known[SUBJECT]
    assert isinstance(case, Case)
    assert (case.standing, case.tries) == (Standing.OPEN, 1)


def test_a_replay_that_was_not_carried_out_may_be_ordered_again() -> None:
    log = Log()
    decided = log.ask_all(SUBJECT, [note(), replay(), UNSENT, replay(tries=1), UNSENT])
    assert isinstance(decided[2], ReplayFailed)
    last = decided[3]
    assert isinstance(last, ReplayOrdered)
    assert last.tries == 2
    assert code(decided[4]) == "not-ordered", "it is told of the try before"


def test_what_was_written_is_not_said_to_have_failed() -> None:
    decided = Log().ask_all(SUBJECT, [note(), replay(), SENT, UNSENT])
    assert code(decided[3]) == "not-ordered"


def test_a_batch_leaves_open_what_could_not_be_carried_out_for_it() -> None:
    log, store = Log(), Store()
    started = BatchRequested(batch="one", filter=LetterFilter(topic=TOPIC), total=1, operator=LEILA)
    log.ask(SUBJECT, note())
    log.ask(batch_subject(TOPIC), started)
    log.ask_all(SUBJECT, [replay(batch="one"), UNSENT])
    store.apply(store.fold(LETTERS, log.decisions))
    [case], [batch] = store.all("cases"), store.all("batches")
    assert case["standing"] == Standing.OPEN
    assert case["noted"] > batch["at"]


def test_a_late_letter_of_an_earlier_try_opens_nothing() -> None:
    log = Log()
    log.ask_all(SUBJECT, [note(), replay(), SENT, note(consumer="notifications/stream")])
    case = log.known[SUBJECT]
    assert isinstance(case, Case)
    assert case.standing is Standing.REPLAYED


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_discarding_needs_a_reason(reason: str) -> None:
    log = Log()
    log.ask(SUBJECT, note())
    assert code(log.ask(SUBJECT, discard(reason=reason))) == "reason-missing"
    assert isinstance(log.ask(SUBJECT, discard(reason="a test of ours")), LetterDiscarded)
    assert code(log.ask(SUBJECT, replay())) == "already-acted"


def test_a_decision_is_never_written_again() -> None:
    log = Log()
    log.ask(SUBJECT, note(consumer="petitions/tallies"))
    assert code(log.ask(SUBJECT, replay())) == "not-replayable"


def test_of_a_letter_nobody_has_noted_nothing_can_be_done() -> None:
    assert [code(each) for each in Log().ask_all(SUBJECT, [replay(), discard(), SENT])] == ["letter-unknown"] * 3


def test_one_batch_of_a_topic_runs_at_a_time() -> None:
    log, subject = Log(), batch_subject(TOPIC)

    def start(name: str, total: int = 3) -> BatchRequested:
        return BatchRequested(batch=name, filter=LetterFilter(topic=TOPIC), total=total, operator=LEILA)

    assert code(log.ask(subject, start("none", total=0))) == "nothing-to-replay"
    assert isinstance(log.ask(subject, start("one")), BatchStarted)
    assert code(log.ask(subject, start("two"))) == "batch-running"
    assert code(log.ask(subject, BatchEndRequested(batch="two"))) == "no-batch"
    assert isinstance(log.ask(subject, BatchStopRequested(batch="one", operator=PAVEL)), BatchStopped)
    assert isinstance(log.ask(subject, start("two")), BatchStarted)
    assert isinstance(log.ask(subject, BatchEndRequested(batch="two")), BatchEnded)
    assert code(log.ask(subject, BatchEndRequested(batch="two"))) == "no-batch"


def test_a_request_about_another_kind_of_thing_is_set_aside() -> None:
    log = Log()
    log.ask(SUBJECT, note())
    with pytest.raises(MismatchError):
        log.ask(SUBJECT, BatchEndRequested(batch="one"))
    with pytest.raises(MismatchError):
        log.ask(SUBJECT, order(Order.REBUILD))


CASES = [f"{TOPIC}/{partition}/0" for partition in range(3)]
TRIES = st.integers(0, 3)
REQUESTS = st.one_of(
    st.builds(note, st.sampled_from(CASES), TRIES),
    st.builds(replay, st.sampled_from(CASES), TRIES, batch=st.sampled_from([None, "one"])),
    st.builds(discard, st.sampled_from(CASES), TRIES),
    st.builds(
        SentRequested,
        case=st.sampled_from(CASES),
        tries=st.integers(1, 3),
        partition=st.just(0),
        offset=st.integers(0, 99),
    ),
    st.builds(UnsentRequested, case=st.sampled_from(CASES), tries=st.integers(1, 3), error=st.just("no")),
)


@given(st.lists(REQUESTS, max_size=40), st.integers(1, 7))
def test_the_list_is_the_plain_fold_in_whatever_batches_it_comes(requests: list[Payload], size: int) -> None:
    log, store = Log(), Store()
    started = BatchRequested(batch="one", filter=LetterFilter(topic=TOPIC), total=3, operator=LEILA)
    log.ask(batch_subject(TOPIC), started)
    for request in requests:
        log.ask(letter_subject(str(getattr(request, "case", ""))), request)
    for batch in batched(log.decisions, size):
        store.apply(store.fold(LETTERS, batch))
    cases = {each["_id"]: load_case(each) for each in store.all("cases")}
    assert cases == {case: log.known[letter_subject(case)] for case in cases}
    assert len(cases) == sum(isinstance(each, Case) for each in log.known.values())
    assert (
        sum(each["open"] for each in store.all("open_letters"))
        == Counter(case.standing for case in cases.values())[Standing.OPEN]
    )
    ordered = [each.data for each in log.decisions if isinstance(each.data, ReplayOrdered)]
    assert store.all("batches")[0]["done"] == sum(each.batch == "one" for each in ordered)
    # Nobody was ever let in twice on the same try.
    assert max(Counter((each.case, each.tries) for each in ordered).values(), default=1) == 1


def test_topics_on_which_things_are_asked_for_say_so_by_their_names() -> None:
    asking = re.compile(r"[.-](requested|reported)\.v\d+$")
    for topic in REGISTRY:
        assert {asking.search(payload.TYPE) is not None for payload in topic.payloads} == {topic.takes_requests}
        assert not topic.dead_letters.takes_requests
