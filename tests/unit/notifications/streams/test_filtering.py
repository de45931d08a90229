"""A filter lets pass what fits every member that is set."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.notifications.about import Kind, PublicEvent
from schemas.notifications.consultations import ConsultationWithdrawn
from schemas.notifications.streams import StreamFilter
from services.notifications.domain.streams_filtering import fits, passes
from tests.publicity import about, counted, origin, published, reached

VALUES = {"level": "levels", "unit": "units", "region": "regions", "body": "bodies", "category": "categories"}
WORDS = st.sampled_from(["x", "y", "z"])


@given(st.dictionaries(st.sampled_from(list(VALUES.values())), st.lists(WORDS, max_size=2)), st.data())
def test_an_event_passes_where_each_member_that_is_set_has_its_value(
    members: dict[str, list[str]], data: st.DataObject
) -> None:
    told: dict[str, Any] = {name: data.draw(WORDS) for name in VALUES}
    event = counted("p", 1, **told)
    wanted = StreamFilter.model_validate(members)
    expected = all(told[name] in members[member] for name, member in VALUES.items() if members.get(member))
    assert passes(wanted, event) is expected


@pytest.mark.parametrize(
    ("pattern", "kind", "expected"),
    [
        ("notifications.petition.*", "notifications.petition.counted.v1", True),
        ("notifications.petition.*", "notifications.consultation.opened.v1", False),
        ("notifications.*", "notifications.comment.posted.v1", True),
        ("notifications.petition.counted.v1", "notifications.petition.counted.v1", True),
        ("notifications.petition.counted.v1", "notifications.petition.counted.v10", False),
    ],
)
def test_types_are_named_whole_or_by_their_beginning(pattern: str, kind: str, expected: bool) -> None:
    assert fits(pattern, kind) is expected


def consultation(name: str) -> PublicEvent:
    return ConsultationWithdrawn(about=about(name, kind=Kind.CONSULTATION), origin=origin(0), reason="rewritten")


def test_petitions_and_consultations_are_named_beside_each_other() -> None:
    both = StreamFilter(petitions=("p",), consultations=("c",))
    assert passes(both, counted("p", 1))
    assert passes(both, consultation("c"))
    assert not passes(both, counted("c", 1))
    assert not passes(StreamFilter(petitions=("p",)), consultation("c"))
    assert passes(StreamFilter(kinds=(Kind.CONSULTATION,)), consultation("c"))


@pytest.mark.parametrize(
    ("threshold", "event", "expected"),
    [
        (1000, counted("p", 0, 999), False),
        (1000, counted("p", 0, 1000), True),
        (100_000, reached("p", 0), True),
        ("goal", counted("p", 0, 10**6), False),
        ("goal", reached("p", 0), True),
        ("goal", published("p"), True),
    ],
)
def test_a_threshold_is_about_events_that_tell_a_count(threshold: object, event: PublicEvent, expected: bool) -> None:
    assert passes(StreamFilter.model_validate({"threshold": threshold}), event) is expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": ["red"]},
        {"types": ["petition"]},
        {"types": ["notifications.p*"]},
        {"kinds": ["vote"]},
        {"threshold": 0},
    ],
)
def test_a_filter_is_closed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        StreamFilter.model_validate(wrong)
