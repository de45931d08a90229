"""Requests about consumer groups: which there are, who is in them, what they have committed.

As `cluster_wire`: each class is one version of Kafka's protocol, and asks about many groups at once.
"""

from io import BytesIO
from typing import Any

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Boolean, CompactArray, CompactBytes, Int16, Int32, Int64, Schema

from kenes.kafka.cluster_wire import NO_TAGS, TAGS, TEXT


class GroupsAnswer(Response):  # type: ignore[misc]
    """ListGroups 5, flexible."""

    API_KEY = 16
    API_VERSION = 5
    SCHEMA = Schema(
        ("throttle", Int32),
        ("error", Int16),
        ("groups", CompactArray(("name", TEXT), ("protocol", TEXT), ("state", TEXT), ("kind", TEXT), TAGS)),
        TAGS,
    )


class _GroupsStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 16
    API_VERSION = 5
    RESPONSE_TYPE = GroupsAnswer
    SCHEMA = Schema(("states", CompactArray(TEXT)), ("kinds", CompactArray(TEXT)), TAGS)


class GroupsRequest(Request[_GroupsStruct]):  # type: ignore[misc]
    """The groups that a broker looks after."""

    API_KEY = 16

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request on the wire."""
        return request_struct_class([], [], NO_TAGS)


class CommittedAnswer(Response):  # type: ignore[misc]
    """OffsetFetch 8, flexible."""

    API_KEY = 9
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle", Int32),
        (
            "groups",
            CompactArray(
                ("name", TEXT),
                (
                    "topics",
                    CompactArray(
                        ("name", TEXT),
                        (
                            "partitions",
                            CompactArray(
                                ("partition", Int32),
                                ("offset", Int64),
                                ("epoch", Int32),
                                ("metadata", TEXT),
                                ("error", Int16),
                                TAGS,
                            ),
                        ),
                        TAGS,
                    ),
                ),
                ("error", Int16),
                TAGS,
            ),
        ),
        TAGS,
    )


class _CommittedStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 9
    API_VERSION = 8
    RESPONSE_TYPE = CommittedAnswer
    SCHEMA = Schema(
        (
            "groups",
            CompactArray(
                ("name", TEXT),
                ("topics", CompactArray(("name", TEXT), ("partitions", CompactArray(Int32)), TAGS)),
                TAGS,
            ),
        ),
        ("stable", Boolean),
        TAGS,
    )


class CommittedRequest(Request[_CommittedStruct]):  # type: ignore[misc]
    """Every offset that each of these groups has committed."""

    API_KEY = 9

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request on the wire."""
        return request_struct_class([(group, None, NO_TAGS) for group in self._groups], False, NO_TAGS)


class DescribedAnswer(Response):  # type: ignore[misc]
    """DescribeGroups 5, flexible."""

    API_KEY = 15
    API_VERSION = 5
    SCHEMA = Schema(
        ("throttle", Int32),
        (
            "groups",
            CompactArray(
                ("error", Int16),
                ("name", TEXT),
                ("state", TEXT),
                ("protocol", TEXT),
                ("assignor", TEXT),
                (
                    "members",
                    CompactArray(
                        ("id", TEXT),
                        ("instance", TEXT),
                        ("client", TEXT),
                        ("host", TEXT),
                        ("metadata", CompactBytes),
                        ("assignment", CompactBytes),
                        TAGS,
                    ),
                ),
                ("operations", Int32),
                TAGS,
            ),
        ),
        TAGS,
    )


class _DescribedStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 15
    API_VERSION = 5
    RESPONSE_TYPE = DescribedAnswer
    SCHEMA = Schema(("groups", CompactArray(TEXT)), ("operations", Boolean), TAGS)


class DescribeRequest(Request[_DescribedStruct]):  # type: ignore[misc]
    """State and members of groups. The library reads the answer for several groups as if it were an older one."""

    API_KEY = 15

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request on the wire."""
        return request_struct_class(self._groups, False, NO_TAGS)


class _Uuid:
    """Sixteen bytes that nothing here reads."""

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        """Takes them off."""
        return data.read(16)


_ASSIGNMENT = Schema(
    ("topics", CompactArray(("id", _Uuid), ("name", TEXT), ("partitions", CompactArray(Int32)), TAGS)), TAGS
)


class MembersAnswer(Response):  # type: ignore[misc]
    """ConsumerGroupDescribe 0, flexible."""

    API_KEY = 69
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle", Int32),
        (
            "groups",
            CompactArray(
                ("error", Int16),
                ("message", TEXT),
                ("name", TEXT),
                ("state", TEXT),
                ("epoch", Int32),
                ("assignment_epoch", Int32),
                ("assignor", TEXT),
                (
                    "members",
                    CompactArray(
                        ("id", TEXT),
                        ("instance", TEXT),
                        ("rack", TEXT),
                        ("epoch", Int32),
                        ("client", TEXT),
                        ("host", TEXT),
                        ("subscribed", CompactArray(TEXT)),
                        ("pattern", TEXT),
                        ("assigned", _ASSIGNMENT),
                        ("target", _ASSIGNMENT),
                        TAGS,
                    ),
                ),
                ("operations", Int32),
                TAGS,
            ),
        ),
        TAGS,
    )


class _MembersStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 69
    API_VERSION = 0
    RESPONSE_TYPE = MembersAnswer
    SCHEMA = Schema(("groups", CompactArray(TEXT)), ("operations", Boolean), TAGS)


class MembersRequest(Request[_MembersStruct]):  # type: ignore[misc]
    """The members of groups of the newer protocol (KIP-848), which brokers describe by a request of its own."""

    API_KEY = 69

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request on the wire."""
        return request_struct_class(self._groups, False, NO_TAGS)
