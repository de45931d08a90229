"""What the embedded servers have in common: one process that can be started, stopped, killed and started again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from kenes.local.ports import free_port
from kenes.local.probe import wait_ready
from kenes.local.process import ChildProcess


class EmbeddedServer(ABC):
    """One server whose data and (unless `log` says where) log live under `data`; `port` 0 picks a free one.

    Address and data stay over stops, kills and starts. Usable as a context manager.
    """

    name: ClassVar[str]
    start_seconds: ClassVar[float]
    stop_seconds: ClassVar[float]

    def __init__(self, data: Path, port: int, log: Path | None) -> None:
        self.data = data.absolute()
        self.port = port or free_port()
        self.log = log or self.data / f"{self.name}.log"
        self._child: ChildProcess | None = None

    @abstractmethod
    def child(self) -> ChildProcess:
        """The prepared but not started process, for a supervisor. Raises LocalStackError."""

    @abstractmethod
    def ready(self) -> bool:
        """True when the server answers its own protocol."""

    @property
    def running(self) -> bool:
        """True while the process lives."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int | None:
        """The process's id, once it was started."""
        return None if self._child is None else self._child.pid

    def start(self) -> Self:
        """Starts and waits until the server takes clients. Raises LocalStackError."""
        child = self._begun()
        try:
            wait_ready(child, self.ready, self.start_seconds)
        except BaseException:
            child.kill()
            raise
        return self

    def begin(self) -> None:
        """Starts and does not wait, so that servers start beside each other; `start` waits. Raises LocalStackError."""
        self._begun()

    def stop(self) -> None:
        """Stops in order; kills after `stop_seconds`. Harmless when it does not run."""
        if self._child is not None:
            self._child.stop(self.stop_seconds)

    def kill(self) -> None:
        """Ends it at once with SIGKILL, as a crash would."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> Self:
        """Stops when running, then starts on the same port and data."""
        self.stop()
        return self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _begun(self) -> ChildProcess:
        """The process, started when it does not run."""
        if self._child is None or not self._child.running:
            self._child = self.child()
            self._child.start()
        return self._child
