"""What is told of consumer groups: outsiders write a part of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from kenes.kafka.cluster_groups import groups
from kenes.kafka.cluster_model import Layout, Place


class Cluster:
    """One broker with one group of two members."""

    def __init__(self, *assignments: bytes) -> None:
        self.members: list[Any] = [(str(n), None, "c", "/h", b"", each, {}) for n, each in enumerate(assignments)]

    async def send_all(self, requests: list[tuple[int, Any]]) -> list[Any]:
        return [await self.send(broker, request) for broker, request in requests]

    async def send(self, _broker: int, request: Any) -> Any:
        match type(request).__name__:
            case "GroupsRequest":
                return SimpleNamespace(error=0, groups=[("subscriber.odd", "consumer", "Stable", "classic", {})])
            case "CommittedRequest":
                return SimpleNamespace(groups=[("subscriber.odd", [], 0, {})])
            case _:
                told: Any = (0, "subscriber.odd", "Stable", "consumer", "range", self.members, 0, {})
                return SimpleNamespace(groups=[told])


def written(*topics: tuple[str | None, list[int] | None]) -> bytes:
    encoded = ConsumerProtocolMemberAssignment(0, list(topics), b"").encode()
    return cast("bytes", encoded)


@pytest.mark.parametrize(
    "odd",
    [
        b"x",
        b"no assignment at all",
        b"\0\0\x7f\xff\xff\xff",
        b"\0\0\xff\xff\xff\xff\0\0\0\0",
        b"\0\0\0\0\0\1\0\1\xff\0\0\0\0\0\0\0\0",
        written((None, [0])),
        written(("a", None)),
    ],
)
async def test_an_assignment_that_cannot_be_read_is_none_and_the_others_are_told(odd: bytes) -> None:
    cluster = Cluster(odd, written(("a", [1, 0])))
    (group,) = await groups(cast("Any", cluster), Layout((1,), {}))
    assert [member.assigned for member in group.members] == [(), (Place("a", 0), Place("a", 1))]
