"""Our names for polis's numbers, from which the numbers can be read again.

Made from the consultation and the number alone, so that the same import names the same things however often it runs.
They are UUIDs of version 8 (RFC 9562, section 5.8): sixty bits tell the consultation and whether a comment or a person
is meant, sixty hold the number.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_NUMBER: Final = (1 << 60) - 1
_LOW: Final = (1 << 64) - 1


@dataclass(frozen=True)
class PolisNames:
    """The names within one consultation. Numbers are of up to eighteen digits, without leading zeros."""

    consultation: str

    def comment(self, number: str) -> str:
        """The id of a comment."""
        return str(self._name("comment", int(number)))

    def person(self, number: str) -> str:
        """A person's pseudonym, of the same shape as everybody's. Only polis's number is in it."""
        return base64.urlsafe_b64encode(self._name("person", int(number)).bytes).rstrip(b"=").decode()

    def number_of_comment(self, comment: str) -> str | None:
        """The number in a comment's id; `None` for a comment that was not imported."""
        try:
            return self._number("comment", UUID(comment))
        except ValueError:
            return None

    def number_of_person(self, pseudonym: str) -> str | None:
        """The number in a pseudonym; `None` for a person who was not imported."""
        try:
            return self._number("person", UUID(bytes=base64.urlsafe_b64decode(pseudonym + "==")))
        except (ValueError, binascii.Error):
            return None

    def _name(self, kind: str, number: int) -> UUID:
        digest = hashlib.sha256(f"{self.consultation}/{kind}".encode()).digest()
        high = int.from_bytes(digest[:8], "big")
        return UUID(int=(_versioned(high) << 64) | (0b10 << 62) | (number & _NUMBER))

    def _number(self, kind: str, name: UUID) -> str | None:
        number = name.int & _NUMBER
        return str(number) if name == self._name(kind, number) else None


def _versioned(high: int) -> int:
    """The upper half of a UUID with version 8 in its place."""
    return (high & ~(0xF << 12) & _LOW) | (8 << 12)
