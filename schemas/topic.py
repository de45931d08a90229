"""A topic as it is registered."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from schemas.dead_letter import DeadLetter
from schemas.payload import Payload


@dataclass(frozen=True)
class Topic:
    """A topic's name, key, payloads, partitions, retention and owner.

    The partition count is part of the schema: a change is a new topic generation plus a replay.
    `retention` is `None` where records are kept for good.
    """

    name: str
    owner: str
    key: str
    payloads: tuple[type[Payload], ...]
    partitions: int
    description: str
    retention: timedelta | None = None
    config: dict[str, str] = field(default_factory=dict, hash=False)

    @cached_property
    def types(self) -> dict[str, type[Payload]]:
        """CloudEvents type to payload class."""
        return {payload.TYPE: payload for payload in self.payloads}

    @property
    def takes_requests(self) -> bool:
        """Whether things are asked for on it, as its name says; on any other stand decisions, or facts."""
        return self.name.rpartition(".")[0].endswith("-requests")

    @cached_property
    def dead_letters(self) -> "Topic":
        """Where records of this topic go that could not be read or processed; of letters, beside the letters."""
        if self.payloads == (DeadLetter,):
            return self
        return Topic(
            name=f"{self.name}.dead-letters",
            owner=self.owner,
            key="origin topic/partition/offset",
            payloads=(DeadLetter,),
            partitions=1,
            description=f"Records of {self.name} that could not be processed, with reason and origin.",
        )
