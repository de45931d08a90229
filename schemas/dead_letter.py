"""What is kept of a record that could not be read or processed."""

from typing import ClassVar

from pydantic import Field

from schemas.payload import Part, Payload


class Origin(Part):
    """Where the record was found. `timestamp` is milliseconds since 1970-01-01 UTC."""

    topic: str
    partition: int
    offset: int
    timestamp: int


class DeadLetter(Payload):
    """A record set aside, whole, so that it can be read, mended and replayed."""

    TYPE: ClassVar[str] = "kenes.record.dead-lettered.v1"

    origin: Origin
    reason: str = Field(description="One line: what was wrong with the record.")
    stack: str = Field(description="The stack of the error, empty where the record itself was at fault.")
    consumer: str = Field(description="The process that set it aside, as `service/role`.")
    key: str | None = Field(default=None, description="The record's key, base64.")
    value: str | None = Field(default=None, description="The record's value, base64.")
    headers: dict[str, str] = Field(default_factory=dict, description="The record's headers, base64.")
