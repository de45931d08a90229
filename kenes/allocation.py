"""Has the C library give memory back to the system once it is free."""

import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""`mallopt(3)`: free bytes at the end of a heap that are kept, and the size from which a block is mapped by itself."""

LARGE: Final = 1024 * 1024


def give_back_freed() -> None:
    """Blocks of a mebibyte and more go back when they are freed, for the rest of the process.

    By itself glibc raises both thresholds to the largest block it ever freed, up to 32 MB, and each thread's heap keeps
    as much. Where there is another C library nothing is done.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, LARGE)
        mallopt(_MMAP_THRESHOLD, LARGE)
