"""The base of everything that travels in the value of a record."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A piece of a payload. Closed and frozen for writers; readers use `Payload.read`, which is open."""

    # A process reads and writes some of the parts there are: what checks the others is never made, a few MB in each.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Payload(Part):
    """The data of one event.

    `TYPE` is the CloudEvents type, named `service.subject.verb-past.vN`. A change that old readers or old
    records would not survive needs a new class with a new `vN`.
    """

    TYPE: ClassVar[str]

    @classmethod
    def read(cls, value: bytes) -> Self:
        """Decodes the JSON of a record, ignoring members that a newer writer added.

        Raises `pydantic.ValidationError` when the JSON or a member is not of the declared shape.
        """
        return cls.model_validate_json(value, extra="ignore")

    def write(self) -> bytes:
        """The JSON of a record. What is `None` is written as null: some members must be there, known or not."""
        return self.__pydantic_serializer__.to_json(self)
