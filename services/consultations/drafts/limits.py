"""How much a document may ask of the reader."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Upper bounds, each inclusive. Sizes are in bytes, lengths in characters."""

    bytes: int = 10_000_000
    """Of the file as sent."""
    text_bytes: int = 4_000_000
    """Of a file that is text or XML, and of each XML part inside a packed one."""
    unpacked_bytes: int = 60_000_000
    """Of everything inside a packed file."""
    ratio: int = 200
    """Unpacked to packed, of any entry over 100 kB."""
    entries: int = 500
    """Files inside a packed file."""
    clauses: int = 5_000
    depth: int = 16
    """Clauses within clauses, lists within lists."""
    text: int = 200_000
    """Characters of one clause's own text."""


DEFAULT = Limits()
