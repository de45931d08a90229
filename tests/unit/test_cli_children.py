"""What a service's own command ends with, and what it clears away, is not lost on the way to the shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kenes import cli
from kenes.local.services import Service
from kenes.local.stack import Stack

KILLED = "import os, signal, sys\nif sys.argv[1:] == ['audit']: os.kill(os.getpid(), signal.SIGKILL)\n"
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
CLEARING = LISTENING + (
    "import time\n"
    "try:\n"
    "    print('begun', flush=True)\n"
    "    time.sleep(60)\n"
    "finally:\n"
    "    time.sleep(1)\n"
    "    print('cleared', flush=True)\n"
)
WAITING = LISTENING + "import os; from kenes import cli; cli._wait_for(['clearing'], os.environ)"


def test_an_audit_that_was_killed_is_not_clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "killed.py").write_text(KILLED)
    (tmp_path / "clean.py").write_text("")
    services: Sequence[Service] = [Service(name, tmp_path / name) for name in ("clean", "killed")]
    monkeypatch.setattr(Service, "module", property(lambda self: self.name))
    monkeypatch.setattr(cli, "find_services", lambda: services)
    monkeypatch.setattr(Stack, "environment", lambda *_: os.environ | {"PYTHONPATH": str(tmp_path)})

    done = CliRunner().invoke(cli.main, ["audit"])

    assert done.exit_code == 128 + signal.SIGKILL


def test_what_is_cleared_away_on_ctrl_c_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "clearing.py").write_text(CLEARING)
    path = os.pathsep.join([str(tmp_path), str(Path(cli.__file__).parents[1])])
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    ) as shell:
        assert shell.stdout is not None
        assert shell.stdout.readline() == "begun\n"
        os.killpg(shell.pid, signal.SIGINT)
        assert shell.stdout.read() == "cleared\n"
    assert shell.returncode
