"""The processes that a service starts beside itself do not outlive it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil

import kenes

KILLED = """
import asyncio, os, signal, time
from kenes.service.helpers import helpers

async def main():
    async with helpers(1) as pool:
        loop = asyncio.get_running_loop()
        print(await loop.run_in_executor(pool, os.getpid), flush=True)
        await loop.run_in_executor(pool, time.sleep, 60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_helper_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    with subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(Path(kenes.__file__).parents[1])},
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        helper = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    assert psutil.wait_procs([helper], timeout=30)[1] == []
