"""The drill of a primary's step-down is held on an empty replica set only, and waits for another primary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from tests.faults import step_down
from tests.faults.fault import skipped, table
from tests.faults.step_down import SETTING, misfit, primary_steps_down, unfit

SET = {"setName": "rs0", "hosts": ["one:27017", "two:27017", "three:27017"]}


def test_without_a_set_the_table_says_why_it_is_skipped() -> None:
    why = unfit({})
    assert why is not None
    assert SETTING in why
    (row,) = skipped("petitions-stepdown", [primary_steps_down], why)
    assert row.document()["skipped"] == why
    assert why in table([row])[1]


def test_a_set_that_does_not_answer_is_told() -> None:
    why = unfit({SETTING: "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50"})
    assert why is not None
    assert "does not answer" in why


@pytest.mark.parametrize(
    ("hello", "databases", "said"),
    [
        ({}, [], "no replica set"),
        ({"setName": "rs0", "hosts": ["one:27017"]}, [], "no second member"),
        (SET, ["admin", "people", "petitions"], "people, petitions"),
    ],
    ids=["standalone", "alone", "full"],
)
def test_what_does_not_fit_is_never_written_to(hello: Mapping[str, Any], databases: list[str], said: str) -> None:
    assert said in (misfit(hello, databases) or "")


def test_an_empty_set_fits() -> None:
    assert misfit(SET, ["admin", "config", "local"]) is None


class Members:
    """A set whose client notices each primary in turn, one a question."""

    def __init__(self, *primaries: tuple[str, int] | None, breaks: bool = False) -> None:
        self._primaries: Iterator[tuple[str, int] | None] = iter(primaries)
        self._breaks = breaks
        self.asked: list[tuple[str, int]] = []

    @property
    def primary(self) -> tuple[str, int] | None:
        return next(self._primaries)

    @property
    def admin(self) -> Members:
        return self

    def command(self, command: str, value: int = 1, **_told: Any) -> Mapping[str, Any]:
        if command != "ping":
            self.asked.append((command, value))
            if self._breaks:
                raise AutoReconnect("the connection is closed")
        return {"ok": 1.0}


@pytest.mark.parametrize("breaks", [False, True], ids=["answered", "cut off"])
def test_it_waits_until_somebody_else_is_elected(breaks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_down, "_GLANCE", 0.0)
    one, two = ("one", 27017), ("two", 27017)
    members = Members(None, one, one, None, two, breaks=breaks)
    assert step_down.step_down(members)
    assert members.asked == [("replSetStepDown", step_down.AWAY_SECONDS)]
