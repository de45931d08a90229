"""What is running, for other shells: a lock only a living `up` holds, and a file that tells its processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from kenes.local.errors import LocalStackError

_SAME_START: Final = 1.0
"""Seconds by which two readings of one process's start may differ: the system rounds it."""


class RunningProcess(BaseModel):
    """A process by id *and* start time (seconds since the epoch): an id alone may have been given to another."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: str
    pid: int | None = None
    created: float | None = None
    port: int | None = None
    restarts: int = 0

    def find(self) -> psutil.Process | None:
        """The living process, or None when it has ended, whoever has its id now."""
        if self.pid is None or self.created is None:
            return None
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created) < _SAME_START:
                return process if process.status() != psutil.STATUS_ZOMBIE else None
        return None


class StackState(BaseModel):
    """One run of the stack: the supervisor, its processes and the addresses to open."""

    model_config = ConfigDict(frozen=True)

    supervisor: RunningProcess
    started: float
    processes: tuple[RunningProcess, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()


class StateFile:
    """`stack.json` and `stack.lock` in the data folder.

    The lock belongs to the living supervisor and is dropped by the system when it dies, however it dies; so the file
    may be stale, the lock never is.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._file = data / "stack.json"
        self._lock = data / "stack.lock"

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Takes the lock for the block; yields False when a living `up` has it.

        Raises LocalStackError where the data folder cannot be written.
        """
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            lock = self._lock.open("ab")
        except OSError as error:
            raise self._refused(error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def is_held(self) -> bool:
        """True while a supervisor lives."""
        if not self._lock.exists():
            return False
        with self.held() as free:
            return not free

    def write(self, state: StackState) -> None:
        """Puts the state in the place of the last one. Raises LocalStackError where it cannot be written."""
        part = self._file.with_suffix(f".{os.getpid()}.part")
        try:
            part.write_text(state.model_dump_json(indent=2))
            part.replace(self._file)
        except OSError as error:
            raise self._refused(error) from error

    def read(self) -> StackState | None:
        """The last state written, or None when there is none that can be read."""
        try:
            return StackState.model_validate_json(self._file.read_text())
        except (FileNotFoundError, ValidationError):
            return None

    def clear(self) -> None:
        self._file.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> LocalStackError:
        return LocalStackError(
            f"the data folder {self._data} cannot be written ({error.strerror}): choose another with KENES_LOCAL_DATA"
        )


def me() -> RunningProcess:
    """This process, as the supervisor."""
    process = psutil.Process()
    return RunningProcess(name="kenes up", state="ready", pid=process.pid, created=process.create_time())


def leftovers(state: StackState) -> list[tuple[str, psutil.Process]]:
    """Living children of a supervisor that is gone."""
    found = ((process.name, process.find()) for process in state.processes)
    return [(name, process) for name, process in found if process is not None]


def end(processes: list[psutil.Process], seconds: float = 10.0) -> None:
    """Asks the processes to stop, waits, then kills those that have not."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=seconds)
