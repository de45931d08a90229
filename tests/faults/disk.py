"""A small disk of the drill's own: a file with a file system in it, mounted by way of a loop device.

It can be full, and it can be slow: the kernel then lets only so many writes a second through to the loop device,
whoever makes them. Both need root on Linux; slowness needs the `blkio` controller of cgroups, version 1.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1024 * 1024
SIZE: Final = 768 * MEGABYTE
"""Of the whole disk; the file takes as much as was written."""
THROTTLE: Final = Path("/sys/fs/cgroup/blkio/blkio.throttle.write_iops_device")
_LOOPS: Final = Path("/dev/loop-control")
_STATUS: Final = Path("/proc/self/status")
_CAP_SYS_ADMIN: Final = 1 << 21
_TOOLS: Final = ("mkfs.ext4", "losetup", "mount", "umount")
_STEPS: Final = (64 * MEGABYTE, MEGABYTE, 4096)
_PROBES: Final = 5


@dataclass(frozen=True)
class Disk:
    """What is mounted at `folder`."""

    folder: Path

    def fill(self) -> None:
        """Leaves no block free. What others free meanwhile they may use again until the next call."""
        with self._ballast.open("ab") as file:
            for step in _STEPS:
                with suppress(_FullError):
                    while True:
                        _grow(file.fileno(), step)

    def free(self) -> None:
        """Makes room again."""
        self._ballast.unlink(missing_ok=True)

    @property
    def room(self) -> int:
        """Free bytes."""
        return shutil.disk_usage(self.folder).free

    def slow(self, writes_per_second: int) -> None:
        """Each write waits until it is on the disk, which takes so many a second. 0 is as many as it can."""
        _run("mount", "-o", "remount,sync" if writes_per_second else "remount,async", str(self.folder))
        device = self.folder.stat().st_dev
        THROTTLE.write_text(f"{os.major(device)}:{os.minor(device)} {writes_per_second}")

    def write_seconds(self) -> float:
        """How long one small write takes until it is on the disk, the middle one of a few."""
        taken = []
        probe = self.folder / "probe"
        file = os.open(probe, os.O_CREAT | os.O_WRONLY | os.O_SYNC)
        try:
            for number in range(_PROBES):
                began = time.monotonic()
                os.pwrite(file, b"x", number)
                taken.append(time.monotonic() - began)
        finally:
            os.close(file)
            probe.unlink()
        return sorted(taken)[_PROBES // 2]

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


def no_disk() -> str | None:
    """Why no disk can be mounted here; `None` where it can."""
    if not _LOOPS.exists():
        return "no loop devices here"
    if not _may_mount():
        return "mounting a disk of its own takes root"
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    return f"missing: {', '.join(missing)}" if missing else None


def no_slow_disk() -> str | None:
    """Why no disk can be made slow here; `None` where it can."""
    without = (
        None if THROTTLE.exists() else "the kernel offers no limit of writes to a device (blkio, cgroups version 1)"
    )
    return no_disk() or without


@contextmanager
def mounted(folder: Path, image: Path) -> Iterator[Disk]:
    """A new, empty disk at `folder`, which is made, in the file `image`; gone at the end. Raises `RuntimeError`."""
    folder.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(SIZE)
    # No blocks for root alone, or what runs as root here would have room where nobody else has.
    _run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard", str(image))
    _run("mount", "-o", "loop", str(image), str(folder))
    try:
        yield Disk(folder)
    finally:
        # Whoever still has a file open here, a log perhaps, does not keep the rest from going.
        _run("umount", "--lazy", str(folder))
        image.unlink()


def _may_mount() -> bool:
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", _STATUS.read_text(encoding="utf-8"), re.MULTILINE)
    return found is not None and bool(int(found[1], 16) & _CAP_SYS_ADMIN)


class _FullError(Exception):
    """There is no room for so much more."""


def _grow(file: int, size: int) -> None:
    try:
        os.posix_fallocate(file, os.fstat(file).st_size, size)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _FullError from error


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")
