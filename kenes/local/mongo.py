"""A MongoDB-wire server as a separate process: `secantusd-rs` where there is one, else `secantusd-py`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from kenes.local.errors import LocalStackError
from kenes.local.probe import HOST, mongo_ready
from kenes.local.process import ChildProcess
from kenes.local.server import EmbeddedServer

RUST: Final = "secantusd-rs"
PYTHON: Final = "secantusd-py"
START_SECONDS: Final = 60.0
"""Seconds to answer in: enough for a full folder on a slow machine."""
STOP_SECONDS: Final = 10.0
"""Seconds to write out what it holds in memory."""
# Without the first, an acknowledged transaction can be lost when the server is killed. As a standalone the Python
# server keeps no change log, which nobody here follows: writes cost half, and transactions meet no conflict over it.
_FLAGS: Final = {
    PYTHON: ["--sync-on-commit", "--standalone"],
    RUST: ["--sync-on-commit", "--cache-size", "256M", "--log-file-max", "16MB"],
}


class EmbeddedMongo(EmbeddedServer):
    """One MongoDB-wire server.

    `binary` names the executable. Otherwise a folder that already holds data stays with the server that wrote it,
    and a new one gets the faster server that is at hand.
    """

    name = "mongo"
    start_seconds = START_SECONDS
    stop_seconds = STOP_SECONDS

    def __init__(self, data: Path, port: int = 0, *, binary: str | None = None, log: Path | None = None) -> None:
        super().__init__(data, port, log)
        self._binary = binary

    @property
    def uri(self) -> str:
        """Connection string for clients. It is one node: no topology to discover."""
        return f"mongodb://{HOST}:{self.port}/?directConnection=true"

    @property
    def engine(self) -> str:
        """`secantusd-rs` or `secantusd-py`; benchmarks name it beside their numbers."""
        return _engine(self.executable())

    def executable(self) -> Path:
        """The server to run. Raises LocalStackError when the named one, or every known one, is missing."""
        if self._binary:
            return _require(self._binary)
        found = {name: path for name in (RUST, PYTHON) if (path := _find(name)) is not None}
        if not found:
            raise LocalStackError(f"no MongoDB-wire server: install the `local` extra, which brings {PYTHON}")
        written = [name for name in found if (self.data / name).exists()]
        return found[written[0]] if written else next(iter(found.values()))

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
