"""The ledger counts what is owed exactly, however the log is cut, and one answer closes a campaign."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.consultations.comments import CampaignReplied, Posted, Replied, Retracted
from schemas.consultations.parts import ReplyOutcome
from schemas.topics import COMMENTS
from services.consultations.ledger.accounts import load_dues, overdue
from services.consultations.ledger.folding import LEDGER
from tests.unit.consultations.hearings import NOW, STATEMENT, recorded
from tests.unit.consultations.ledger.logs import BASE, TEXTS, clusters, log_of, posted, stored
from tests.unit.store import Store

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "retract", "reply", "campaign", "hide"]),
        st.integers(0, 24),
        st.integers(0, len(TEXTS) - 1),
    ),
    max_size=60,
)
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@settings(max_examples=120)
@given(STEPS, CUTS)
def test_any_batches_make_the_same_documents(steps: list[tuple[str, int, int]], cuts: list[int]) -> None:
    log = log_of(steps)

    assert stored(log, cuts).collections == stored(log, [1]).collections


@settings(max_examples=150)
@given(STEPS, CUTS)
def test_sums_are_what_a_plain_recount_finds(steps: list[tuple[str, int, int]], cuts: list[int]) -> None:
    log = log_of(steps)
    store = stored(log, cuts)
    where = clusters(store)
    told: dict[type, set[str]] = {kind: set() for kind in (Posted, Replied, Retracted, CampaignReplied)}
    for each in log:
        told.get(type(each.data), set()).add(getattr(each.data, "comment", ""))
    gone, answered = told[Retracted], {where[comment] for comment in told[CampaignReplied]}
    due = {each.data.comment: each.data.due_at for each in log if isinstance(each.data, Posted)}
    late = NOW + timedelta(days=1, hours=12)

    for consultation in {each.event.subject for each in log}:
        mine = {comment for comment in told[Posted] if comment.startswith(consultation)}
        replied = {each for each in mine if each in told[Replied] or where[each] in answered} - gone
        owed = {each for each in mine - replied - gone if due[each] is not None}
        found = store.collections["ledgers"][consultation]
        assert (found["comments"], found["owed"], found["answered"], found["retracted"]) == (
            len(mine),
            len(owed),
            len(replied),
            len(mine & gone),
        )
        days = {each: due[each].date() for each in owed}  # type: ignore[union-attr]
        assert overdue(load_dues(found["dues"]), late) == sum(day <= late.date() for day in days.values())
        for key, account in accounts(store, consultation).items():
            wait = [due[each] for each in owed if where[each] == key]
            assert account["owed"] == len(wait)
            assert (account["due"] is None) is (not wait)
            assert min(account[name] for name in ("open", "free", "replied", "retracted")) >= 0


def accounts(store: Store, consultation: str) -> dict[str, Any]:
    """Those that have not joined another."""
    found = store.collections["accounts"]
    return {key: each for key, each in found.items() if each["joined"] is None and each["consultation"] == consultation}


def reply(comment: str) -> CampaignReplied:
    return CampaignReplied(consultation="c", comment=comment, outcome=ReplyOutcome.PARTLY, statement=STATEMENT)


def test_one_answer_closes_all_that_say_the_same_and_those_to_come() -> None:
    same = [posted(number, BASE) for number in range(0, 40, 5)]
    log = recorded(COMMENTS, [*same[:5], posted(1, TEXTS[6]), reply("c-10"), *same[5:]])
    store = stored(log, [3])

    ledger = store.collections["ledgers"]["c"]
    assert (ledger["comments"], ledger["owed"], ledger["answered"]) == (9, 1, 8)
    assert [each["outcome"] for each in (each["reply"] for each in accounts(store, "c").values()) if each] == [
        ReplyOutcome.PARTLY
    ]


def test_an_answer_costs_the_same_for_few_and_for_many() -> None:
    def written(senders: int) -> int:
        store = stored(recorded(COMMENTS, [posted(number, BASE) for number in range(senders)]), [100])
        decision = recorded(COMMENTS, [reply("c-0")])
        return len(store.fold(LEDGER, decision))

    assert written(3) == written(300) == 2


def test_when_campaigns_join_an_answer_to_one_is_an_answer_to_all() -> None:
    words = [f"слово{number}" for number in range(30)]
    one, other = " ".join(words[:20]), " ".join(words[6:26])
    bridge = " ".join(words[3:23])
    apart = [posted(0, one), posted(1, other), reply("c-0")]
    store = stored(recorded(COMMENTS, apart), [1])
    assert (len(accounts(store, "c")), store.collections["ledgers"]["c"]["owed"]) == (2, 1)

    store = stored(recorded(COMMENTS, [*apart, posted(2, bridge)]), [1])
    assert (len(accounts(store, "c")), store.collections["ledgers"]["c"]["owed"]) == (1, 0)


def test_an_answer_to_a_comment_nobody_made_is_refused() -> None:
    store = stored(recorded(COMMENTS, [posted(0, BASE)]), [1])
    with pytest.raises(Exception, match="c-9"):
        store.fold(LEDGER, recorded(COMMENTS, [reply("c-9")]))
