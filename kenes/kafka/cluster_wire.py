"""Requests of Kafka's protocol that the client library has not, or has in versions that tell less.

Fields and versions: https://kafka.apache.org/41/protocol.html. Each class is one version, known since Kafka 3.7.
"""

from typing import Any, Final

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Array,
    Boolean,
    CompactArray,
    CompactString,
    Int8,
    Int16,
    Int32,
    Int64,
    Schema,
    String,
    TaggedFields,
)

TEXT: Final = CompactString("utf-8")
TAGS: Final = ("tags", TaggedFields)
NO_TAGS: Final[dict[int, bytes]] = {}


class OffsetsAnswer(Response):  # type: ignore[misc]  # the base has no type information
    """ListOffsets 7, flexible."""

    API_KEY = 2
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle", Int32),
        (
            "topics",
            CompactArray(
                ("name", TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("error", Int16),
                        ("timestamp", Int64),
                        ("offset", Int64),
                        ("epoch", Int32),
                        TAGS,
                    ),
                ),
                TAGS,
            ),
        ),
        TAGS,
    )


class _OffsetsStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 2
    API_VERSION = 7
    RESPONSE_TYPE = OffsetsAnswer
    SCHEMA = Schema(
        ("replica", Int32),
        ("isolation", Int8),
        (
            "topics",
            CompactArray(
                ("name", TEXT),
                ("partitions", CompactArray(("partition", Int32), ("epoch", Int32), ("timestamp", Int64), TAGS)),
                TAGS,
            ),
        ),
        TAGS,
    )


class OffsetsRequest(Request[_OffsetsStruct]):  # type: ignore[misc]
    """The offset of each partition at a time: milliseconds, or -1 the end, -2 the begin, -3 the newest time."""

    API_KEY = 2

    def __init__(self, partitions: dict[str, list[int]], timestamp: int) -> None:
        self._partitions, self._timestamp = partitions, timestamp

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request on the wire."""
        asked = [
            (topic, [(number, -1, self._timestamp, NO_TAGS) for number in numbers], NO_TAGS)
            for topic, numbers in self._partitions.items()
        ]
        return request_struct_class(-1, 0, asked, NO_TAGS)


class LogDirsAnswer(Response):  # type: ignore[misc]
    """DescribeLogDirs 1."""

    API_KEY = 35
    API_VERSION = 1
    SCHEMA = Schema(
        ("throttle", Int32),
        (
            "dirs",
            Array(
                ("error", Int16),
                ("path", String("utf-8")),
                (
                    "topics",
                    Array(
                        ("name", String("utf-8")),
                        (
                            "partitions",
                            Array(("partition", Int32), ("size", Int64), ("lag", Int64), ("future", Boolean)),
                        ),
                    ),
                ),
            ),
        ),
    )


class _LogDirsStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 35
    API_VERSION = 1
    RESPONSE_TYPE = LogDirsAnswer
    SCHEMA = Schema(("topics", Array(("name", String("utf-8")), ("partitions", Array(Int32)))))


class LogDirsRequest(Request[_LogDirsStruct]):  # type: ignore[misc]
    """The bytes that every partition takes on a broker."""

    API_KEY = 35

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request on the wire."""
        return request_struct_class(None)  # of every topic
