"""Rebuilds and audits: one at a time, each step from where it may be taken, and the page offers what is allowed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.console.parts import ActRefused
from schemas.console.subjects import upkeep_subject
from schemas.console.upkeep import Order, Outcome, OutcomeNoted, UpkeepOrdered
from schemas.payload import Payload
from services.console.domain.upkeep import NOTHING, Phase, Upkeep, orders
from services.console.upkeep.projection import WORKS
from tests.unit.console.acts import LEILA, PAVEL, Log, batched, order, outcome
from tests.unit.store import Store

SUBJECT = upkeep_subject("petitions", "tallies")
FIRST = "request-0"


def upkeep_in(log: Log) -> Upkeep:
    """What the rules know."""
    known = log.known.get(SUBJECT)
    assert known is None or isinstance(known, Upkeep)
    return known or NOTHING


def test_a_rebuild_goes_from_its_start_to_its_switch() -> None:
    log = Log()
    steps: list[tuple[Payload, Phase | None]] = [
        (order(Order.REBUILD), Phase.BUILDING),
        (order(Order.PAUSE), Phase.PAUSED),
        (order(Order.RESUME), Phase.BUILDING),
        (outcome(FIRST, Outcome.BUILT), Phase.BUILT),
        (order(Order.SWITCH), Phase.SWITCHING),
        (outcome(FIRST, Outcome.SWITCHED), None),
    ]
    for request, phase in steps:
        assert isinstance(log.ask(SUBJECT, request), UpkeepOrdered | OutcomeNoted)
        rebuild = upkeep_in(log).rebuild
        assert (None if rebuild is None else rebuild.phase) == phase


def test_a_rebuild_started_twice_is_refused_and_says_by_whom_it_was_started() -> None:
    log = Log()
    log.ask(SUBJECT, order(Order.REBUILD, LEILA))
    refused = log.ask(SUBJECT, order(Order.REBUILD, PAVEL))
    assert isinstance(refused, ActRefused)
    assert (refused.code, refused.by) == ("rebuild-running", LEILA)
    assert refused.at is not None


def test_an_outcome_said_twice_or_of_another_work_is_noted_once() -> None:
    log = Log()
    log.ask(SUBJECT, order(Order.REBUILD))
    decided = log.ask_all(
        SUBJECT,
        [outcome("another", Outcome.BUILT), outcome(FIRST, Outcome.BUILT), outcome(FIRST, Outcome.BUILT)],
    )
    assert [type(each) for each in decided] == [ActRefused, OutcomeNoted, ActRefused]


def test_an_audit_goes_beside_a_rebuild() -> None:
    log = Log()
    log.ask_all(SUBJECT, [order(Order.REBUILD), order(Order.AUDIT)])
    assert isinstance(log.ask(SUBJECT, order(Order.AUDIT)), ActRefused)
    assert isinstance(log.ask(SUBJECT, outcome("request-1", Outcome.AUDITED)), OutcomeNoted)
    left = upkeep_in(log)
    assert left.audit is None
    assert left.rebuild is not None


REQUESTS = st.one_of(
    st.builds(order, st.sampled_from(Order), st.sampled_from([LEILA, PAVEL])),
    st.tuples(st.just("current"), st.sampled_from(Outcome)),
)


@given(st.lists(REQUESTS, max_size=40), st.integers(1, 7))
def test_what_is_offered_is_what_is_accepted_and_the_list_is_the_plain_fold(requests: list[object], size: int) -> None:
    log, store = Log(), Store()
    for request in requests:
        before = upkeep_in(log)
        if isinstance(request, tuple):
            audits = request[1] in (Outcome.AUDITED, Outcome.AUDIT_FAILED)
            work = before.audit if audits else before.rebuild
            log.ask(SUBJECT, outcome("none" if work is None else work.id, request[1]))
            continue
        assert hasattr(request, "order")
        decided = log.ask(SUBJECT, request)  # type: ignore[arg-type]
        assert isinstance(decided, UpkeepOrdered) == (request.order in orders(before))
    for batch in batched(log.decisions, size):
        store.apply(store.fold(WORKS, batch))
    found = store.all("works")
    assert [Upkeep.model_validate(each["upkeep"]) for each in found] == ([upkeep_in(log)] if found else [])
    started = [
        each.data.work
        for each in log.decisions
        if isinstance(each.data, UpkeepOrdered) and each.data.order is Order.REBUILD
    ]
    assert len(set(started)) == len(started)
