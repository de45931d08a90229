"""Memory that is free goes back to the system."""

import platform
import subprocess
import sys

import pytest

_GROWN = """
import psutil
from kenes.allocation import give_back_freed

if {asked}:
    give_back_freed()
bytearray(30 << 20)  # freed at once: from now on glibc would keep blocks up to this size
resident = psutil.Process().memory_info().rss
blocks = [bytearray(4 << 20) for _ in range(10)]
del blocks
print(psutil.Process().memory_info().rss - resident)
"""


def kept(*, asked: bool) -> int:
    """Bytes that a process still has of 40 MB in large blocks that it has freed."""
    told = subprocess.run(
        [sys.executable, "-c", _GROWN.format(asked=asked)], capture_output=True, check=True, text=True
    )
    return int(told.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_large_blocks_go_back_when_they_are_freed() -> None:
    assert kept(asked=True) < 4 << 20 <= kept(asked=False)
