"""Memory that is free goes back to the system."""

import platform
import subprocess
import sys

import pytest

from kenes.allocation import HEAPS

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


_THREADS = """
import ctypes, re, tempfile, threading
from kenes.allocation import share_heaps

if {asked}:
    share_heaps()
libc, gate = ctypes.CDLL(None), threading.Barrier(9)
libc.malloc.restype = ctypes.c_void_p
libc.fdopen.restype = ctypes.c_void_p


def allocate():
    assert libc.malloc(2000)
    gate.wait()  # all of them are there at once
    gate.wait()


for _ in range(8):
    threading.Thread(target=allocate, daemon=True).start()
gate.wait()
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(file.fileno(), b"w"))
    assert libc.malloc_info(0, stream) == libc.fflush(stream) == 0
    file.seek(0)
    print(len(re.findall(rb"<heap nr=", file.read())))
gate.wait()
"""


def heaps(*, asked: bool) -> int:
    """How many heaps a process has while eight threads hold memory."""
    told = subprocess.run(
        [sys.executable, "-c", _THREADS.format(asked=asked)], capture_output=True, check=True, text=True
    )
    return int(told.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_threads_share_a_heap() -> None:
    assert heaps(asked=True) <= HEAPS < heaps(asked=False)
