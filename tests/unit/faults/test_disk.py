"""A disk of a drill's own is full when it is said to be, and has room again after."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.faults.disk import mounted, no_disk


def test_a_full_disk_takes_nothing_until_there_is_room(tmp_path: Path) -> None:
    if (why := no_disk()) is not None:
        pytest.skip(why)
    folder, image = tmp_path / "disk", tmp_path / "disk.image"
    with mounted(folder, image) as disk:
        (folder / "before").write_bytes(b"x" * 10_000)
        disk.fill()
        assert disk.room == 0
        with pytest.raises(OSError, match="No space") as full:
            (folder / "meanwhile").write_bytes(b"x" * 10_000)
        assert full.value.errno == errno.ENOSPC
        assert (folder / "before").read_bytes() == b"x" * 10_000
        disk.free()
        (folder / "after").write_bytes(b"x" * 10_000)
    assert not image.exists()
    assert not list(folder.iterdir())
