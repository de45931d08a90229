"""Pieces of the payloads of streams: what one is called, where it leads, and what is done beside its live flow."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.payload import Part

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Endpoint = Annotated[str, Field(min_length=1, max_length=2000)]


class Work(StrEnum):
    """What an owner can have done beside the live flow."""

    REPLAY = "replay"
    RETRY = "retry"
    TEST = "test"


class Order(Part):
    """Events from cursor `start` to before `end` are sent once more; a test sends one that tells nothing."""

    number: int
    work: Work
    start: int = 0
    end: int = 0
