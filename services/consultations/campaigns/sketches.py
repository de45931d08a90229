"""Sketches of texts: exact fingerprints, shingles as numbers, and MinHash bands that near-duplicates share.

Two texts of similarity s share a band with the likelihood 1 - (1 - s^ROWS)^BANDS: 99.2 % at 0.6, 99.99 % at 0.75,
2 % at 0.1. All that share one are compared exactly, so bands decide only what may be missed, never what is found.

Letters that people half write themselves share bands and are not near. So a band leads to its first `CROWD` texts and
to no more: what one comment is compared with has a bound, however many come.
"""

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from rensa import RMinHash  # type: ignore[import-untyped]

from services.consultations.campaigns.similarity import shingles

BANDS: Final = 20
ROWS: Final = 3
_SEED: Final = 42
CROWD: Final = 64
"""Texts in one band: more than the representatives of a cluster, so those of one campaign alone never fill it."""
SCHEME: Final = f"minhash-{RMinHash.ALGORITHM_VERSION}/{BANDS}x{ROWS}/{_SEED}"
"""What stored sketches were made by. Under another scheme the projection must be rebuilt: bands would not meet."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """`shingles` are 64-bit hashes; `bands` are signed 64-bit numbers, equal only within one consultation and band."""

    shingles: frozenset[int]
    bands: tuple[int, ...]

    def findable(self, crowds: Mapping[int, int]) -> "Sketch":
        """The sketch with those of its bands that have room; `crowds` are the texts that each has already."""
        return Sketch(self.shingles, tuple(band for band in self.bands if crowds.get(band, 0) < CROWD))


def text_id(consultation: str, normalised: str) -> str:
    """The id of a text within a consultation: equal for texts that are equal when normalised (128-bit hash)."""
    return f"{consultation}/{blake2b(normalised.encode(), digest_size=16).hexdigest()}"


def sketch(texts: Sequence[tuple[str, str]]) -> list[Sketch]:
    """Sketches of (consultation, normalised text), in order; many at once cost less than one by one."""
    hashes: list[list[int]] = RMinHash.hash_token_sets([list(shingles(text)) for _, text in texts])
    rows = RMinHash.digest_matrix_from_token_hash_sets(hashes, BANDS * ROWS, _SEED).to_rows() if texts else []
    return [
        Sketch(frozenset(hashed), _bands(consultation, row))
        for (consultation, _), hashed, row in zip(texts, hashes, rows, strict=True)
    ]


def _bands(consultation: str, row: Sequence[int]) -> tuple[int, ...]:
    salt = f"{SCHEME}/{consultation}/".encode()
    packed = struct.pack(f"<{len(row)}I", *row)
    width = 4 * ROWS
    return tuple(
        _signed(blake2b(salt + bytes((band,)) + packed[band * width : (band + 1) * width], digest_size=8).digest())
        for band in range(BANDS)
    )


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest, "little", signed=True)


def pack(numbers: Collection[int]) -> bytes:
    """Unsigned 64-bit numbers as bytes, in their order of size."""
    return struct.pack(f"<{len(numbers)}Q", *sorted(numbers))


def unpack(packed: bytes) -> frozenset[int]:
    """The numbers that `pack` packed."""
    return frozenset(struct.unpack(f"<{len(packed) // 8}Q", packed))
