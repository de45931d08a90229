"""A MongoDB-wire server as a separate process: `secantusd-rs` where there is one, else `secantusd-py`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kenes.local.errors import LocalStackError
from kenes.local.ports import free_port
from kenes.local.probe import HOST, mongo_ready, wait_ready
from kenes.local.process import ChildProcess

RUST: Final = "secantusd-rs"
PYTHON: Final = "secantusd-py"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
# Without the first, an acknowledged transaction can be lost when the server is killed.
_FLAGS: Final = {
    PYTHON: ["--sync-on-commit"],
    RUST: ["--sync-on-commit", "--cache-size", "256M", "--log-file-max", "16MB"],
}


class EmbeddedMongo:
    """One MongoDB-wire server whose data and (unless `log` says where) log live under `data`.

    `port` 0 picks a free one. `binary` names the executable. Otherwise a folder that already holds data stays with
    the server that wrote it, and a new one gets the faster server that is at hand. The same object can be started,
    stopped, killed and started again: address and data stay. Usable as a context manager.
    """

    def __init__(self, data: Path, port: int = 0, *, binary: str | None = None, log: Path | None = None) -> None:
        self.data = data.absolute()
        self.port = port or free_port()
        self.log = log or self.data / "mongo.log"
        self._binary = binary
        self._child: ChildProcess | None = None

    @property
    def uri(self) -> str:
        """Connection string for clients. It is one node: no topology to discover."""
        return f"mongodb://{HOST}:{self.port}/?directConnection=true"

    @property
    def engine(self) -> str:
        """`secantusd-rs` or `secantusd-py`; benchmarks name it beside their numbers."""
        return _engine(self.executable())

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    def executable(self) -> Path:
        """The server to run. Raises LocalStackError when the named one, or every known one, is missing."""
        if self._binary:
            return _require(self._binary)
        found = {name: path for name in (RUST, PYTHON) if (path := _find(name)) is not None}
        if not found:
            raise LocalStackError(f"no MongoDB-wire server: install the `local` extra, which brings {PYTHON}")
        written = [name for name in found if (self.data / name).exists()]
        return found[written[0]] if written else next(iter(found.values()))

    def start(self) -> Self:
        """Start and wait until the server answers `hello`. Raises LocalStackError."""
        if not self.running:
            self._child = self.child()
            self._child.start()
            try:
                wait_ready(self._child, self.ready, START_SECONDS)
            except BaseException:
                self._child.kill()
                raise
        return self

    def child(self) -> ChildProcess:
        """The prepared but not started process, for a supervisor."""
        executable = self.executable()
        engine = _engine(executable)
        # The two servers do not read each other's files.
        storage = self.data / engine
        storage.mkdir(parents=True, exist_ok=True)
        # An empty configuration of its own keeps one found in the home folder out.
        config = self.data / "secantusd.toml"
        config.write_text("")
        where = ["--config", str(config), "--host", HOST, "--port", str(self.port), "--storage-path", str(storage)]
        return ChildProcess("mongo", [str(executable), *where, *_FLAGS[engine]], self.log, cwd=self.data)

    def ready(self) -> bool:
        """True when the server answers the `hello` command."""
        return mongo_ready(self.port)

    def stop(self) -> None:
        """Stop in order; kill after 10 s. Harmless when it does not run."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)

    def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> Self:
        """Stop when running, then start on the same port and data."""
        self.stop()
        return self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _find(name: str) -> Path | None:
    # The Python server is installed beside the interpreter, whose folder need not be on PATH.
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return Path(found) if found else None


def _require(binary: str) -> Path:
    found = shutil.which(binary)
    if found is None:
        raise LocalStackError(f"the MongoDB-wire server {binary} named by KENES_LOCAL_MONGO_BINARY cannot be run")
    return Path(found).absolute()


def _engine(executable: Path) -> str:
    return RUST if executable.stem == RUST else PYTHON
