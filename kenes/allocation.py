"""Has the C library give memory back to the system once it is free."""

import ctypes
import sys
from collections.abc import Mapping
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
"""`mallopt(3)`: free bytes at the end of a heap that are kept, the size from which a block is mapped by itself, and how
many heaps there may be."""

LARGE: Final = 1024 * 1024
HEAPS: Final = 2
"""One for the event loop, which so waits for no other thread, and one for all others."""


def give_back_freed() -> None:
    """Blocks of a mebibyte and more go back when they are freed, for the rest of the process.

    By itself glibc raises both thresholds to the largest block it ever freed, up to 32 MB, and each thread's heap keeps
    as much. Where there is another C library nothing is done.
    """
    _mallopt({_TRIM_THRESHOLD: LARGE, _MMAP_THRESHOLD: LARGE})


def share_heaps() -> None:
    """Threads that start from now on share one heap, beside the one of the first thread.

    By itself glibc gives each thread a heap of its own, up to eight for each core. Each keeps what that thread has
    freed, and the drivers of database and broker have a dozen threads that are never busy at once. Where there is
    another C library nothing is done.
    """
    _mallopt({_ARENA_MAX: HEAPS})


def _mallopt(parameters: Mapping[int, int]) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for parameter, value in parameters.items():
            mallopt(parameter, value)
