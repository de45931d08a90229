"""The clock's heap says the same as a look at everything, whatever changed in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from kenes.mongo.decision_state import KeyedState
from kenes.service.terms import Terms

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("one", "two", "three")
Turn = tuple[dict[str, int | None], int]
"""New terms of some keys in minutes, `None` for one that has no state any more; and how many minutes pass."""

turns = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(KEYS), st.none() | st.integers(0, 60)), st.integers(0, 30)), max_size=8
)


def at(minutes: int) -> datetime:
    return BEGINNING + timedelta(minutes=minutes)


class Held:
    """See KeyedState: what is held is when the term ends."""

    def __init__(self) -> None:
        self.states: dict[str, datetime] = {}
        self.noted: set[str] = set()

    def put(self, key: str, term: int | None) -> None:
        self.noted.add(key)
        self.states.pop(key, None)
        if term is not None:
            self.states[key] = at(term)

    def changed(self) -> set[str]:
        noted, self.noted = self.noted, set()
        return noted

    def state(self, key: str) -> datetime | None:
        return self.states.get(key)


@given(turns)
async def test_what_is_over_is_found_however_terms_move(turns: list[Turn]) -> None:
    held = Held()
    terms = Terms(cast("KeyedState[datetime | None]", held), lambda state: state)
    now = 0
    for changes, passed in turns:
        now += passed
        for key, term in changes.items():
            held.put(key, term)

        found = await terms.over(at(now))

        assert {each.key: each.at for each in found} == {
            key: term for key, term in held.states.items() if term <= at(now)
        }
        assert all(each.state is held.state(each.key) for each in found)
