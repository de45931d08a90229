"""One child process that never outlives its parent and whose output goes to a log file."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

STOP_SECONDS: Final = 10.0
"""Seconds to stop in before a process is killed."""
KEPT_LOGS: Final = 3
_SHOWN: Final = 400
_PR_SET_PDEATHSIG: Final = 1
_LINUX: Final = sys.platform.startswith("linux")
_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None
_alive: weakref.WeakSet[ChildProcess] = weakref.WeakSet()


class ChildProcess:
    """A command in a process group of its own, started, stopped and killed as a whole.

    A SIGKILL of the parent takes the child with it on Linux (the kernel's parent-death signal); everywhere, a
    normal exit of the parent does. Output is appended to `log`, which is rotated at each `start(fresh=True)`.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.log = log
        self.env = None if env is None else dict(env)
        self.cwd = cwd
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._popen.pid if self._popen is not None and self.running else None

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def returncode(self) -> int | None:
        """Exit status (negative: the signal that ended it); None while it runs or before it was started."""
        return None if self._popen is None else self._popen.poll()

    def start(self, *, fresh: bool = True) -> None:
        """Starts the command; with `fresh`, the log of the run before is moved aside first."""
        if self.running:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            rotate(self.log)
        with self.log.open("ab") as output:
            self._popen = _spawner.run(lambda: self._spawn(output.fileno()))
        _alive.add(self)

    def _spawn(self, output: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - argv is composed by this package
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.cwd,
            # A session of its own: Ctrl-C in the terminal reaches the parent only, which stops children in order.
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()) if _LINUX else None,  # noqa: PLW1509 - touches libc only
        )

    def wait(self, seconds: float | None = None) -> int | None:
        """Waits for the process to end; its exit status, or None when it still runs after `seconds`."""
        if self._popen is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)
        return self.returncode

    def terminate(self) -> None:
        """Asks the group to stop (SIGTERM) and returns at once."""
        self._signal(signal.SIGTERM)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Asks the group to stop, waits `seconds`, then kills what is left. Harmless when it does not run."""
        self.terminate()
        self.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """Ends the whole group at once (SIGKILL) and reaps it."""
        self._signal(signal.SIGKILL)
        self.wait(STOP_SECONDS)
        _alive.discard(self)

    def _signal(self, number: int) -> None:
        # Once the leader is reaped its id may belong to someone else, so nothing is signalled after that.
        if self._popen is None or self._popen.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)

    def last_lines(self, count: int = 5) -> str:
        """The end of the log, for an error message; of a long line, its end, where a traceback tells what it was."""
        if not self.log.exists():
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return "\n".join(line if len(line) <= _SHOWN else f"... {line[-_SHOWN:]}" for line in lines)


def rotate(log: Path, keep: int = KEPT_LOGS) -> None:
    """Moves `x.log` to `x.log.1`, `x.log.1` to `x.log.2` and so on, keeping `keep` old ones."""
    if not log.exists() or log.stat().st_size == 0:
        return
    for number in range(keep, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        newer = log if number == 1 else log.with_name(f"{log.name}.{number - 1}")
        if newer.exists():
            newer.replace(older)


def _die_with(parent: int) -> Callable[[], None]:
    def in_child() -> None:
        assert _libc is not None  # noqa: S101 - only used on Linux
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died between fork and the call above
            os._exit(1)

    return in_child


class _Spawner:
    """Starts every child from one thread that lives as long as the process.

    The kernel's parent-death signal follows the *thread* that forked: a child started from a short-lived worker
    thread would die with that thread.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]]] = (
            queue.SimpleQueue()
        )
        self._owner = 0
        self._lock = threading.Lock()

    def run(self, job: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._owner != os.getpid():  # first use, or first use after a fork
                self._owner = os.getpid()
                threading.Thread(target=self._serve, name="child-spawner", daemon=True).start()
        done: Future[subprocess.Popen[bytes]] = Future()
        self._jobs.put((job, done))
        return done.result()

    def _serve(self) -> None:
        while True:
            job, done = self._jobs.get()
            try:
                done.set_result(job())
            except BaseException as error:  # noqa: BLE001 - handed to the caller, whole
                done.set_exception(error)


_spawner = _Spawner()


@atexit.register
def _stop_all() -> None:
    children = list(_alive)
    for child in children:
        child.terminate()
    for child in children:
        child.stop(2.0)
