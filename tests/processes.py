"""A whole product for tests: broker, MongoDB-wire server, issuer and the three processes of a service.

    with running_product() as product:
        token = product.issuer.token("aigerim")
        httpx.get(f"{product.url}/api/petitions/v1/petitions")
        product.kill("stream")          # SIGKILL; it is started again by itself
        product.wait_ready()

Everything listens on free ports of 127.0.0.1 and lives in one folder. Nothing is left running after the block.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kenes.local.environment import API_PORT, KAFKA, LOGIN, METRICS_PORT, MONGO
from kenes.local.kafka import EmbeddedKafka
from kenes.local.managed import EX_CONFIG
from kenes.local.mongo import EmbeddedMongo
from kenes.local.ports import free_port
from kenes.local.probe import HOST, http_ready
from kenes.local.process import ChildProcess
from kenes.local.services import ROLES
from tests.issuer import TestIssuer

ROOT: Final = Path(__file__).resolve().parent.parent
RULE_PACKS: Final = ROOT / "tests" / "rule_packs"
KEPT: Final = ROOT / "build" / "logs"
READY_SECONDS: Final = 120.0
# After so many seconds of silence the broker takes a process for dead: soon, where processes are killed. Where none is,
# a pause of a busy machine must not cost a process its partitions.
_SESSION: Final = "10"
_SESSION_OF_KILLED: Final = "2"
_WATCH_EVERY: Final = 0.05
# A process that ends sooner than this after its start is started again no sooner than this.
_RESTART_PAUSE: Final = 0.5
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "SYSTEMROOT", "JAVA_HOME")


class ProductError(RuntimeError):
    """A process ended or was not ready in time; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A process that ended by itself or was killed: its role, exit status and when (`time.monotonic()`)."""

    role: str
    status: int | None
    at: float


class Product:
    """One service with all it needs, in `folder`. Usable as a context manager.

    A process that ends is started again, as a supervisor would, unless it refuses its settings. `environment` is
    added to what each process gets, `killed` tells that processes will be killed, `mongo_binary` names another
    MongoDB-wire server than the one found. What is `beside` another product uses the servers of that one, which must
    run longer.
    """

    def __init__(
        self,
        folder: Path,
        *,
        service: str = "petitions",
        roles: Sequence[str] = ROLES,
        environment: Mapping[str, str] | None = None,
        killed: bool = False,
        mongo_binary: str | None = None,
        beside: Product | None = None,
    ) -> None:
        self.folder = folder
        self.service = service
        self.roles = tuple(roles)
        self.logs = folder / "logs"
        self._has_servers = beside is None
        if beside is None:
            self.kafka = EmbeddedKafka(folder / "kafka", log=self.logs / "kafka.log")
            self.mongo = EmbeddedMongo(folder / "mongo", binary=mongo_binary, log=self.logs / "mongo.log")
            self.issuer = TestIssuer()
        else:
            self.kafka, self.mongo, self.issuer = beside.kafka, beside.mongo, beside.issuer
        self.exits: list[Exit] = []
        """Processes that ended without being asked to, oldest first."""
        self._issuing = False
        self._session = _SESSION_OF_KILLED if killed else _SESSION
        self._told = dict(environment or {})
        self._ports = {role: free_port() for role in self.roles}
        self._api_port = free_port()
        self._children: dict[str, ChildProcess] = {}
        self._started: dict[str, float] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="product-watcher", daemon=True)

    @property
    def url(self) -> str:
        """Where the api process listens."""
        return f"http://{HOST}:{self._api_port}"

    def metrics_url(self, role: str) -> str:
        """Where a process answers `/healthz`, `/readyz` and `/metrics`."""
        return f"http://{HOST}:{self._ports[role]}"

    def environment(self, role: str) -> dict[str, str]:
        """What a process of this product is told; also for `rebuild` and `audit`."""
        return {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "PYTHONUNBUFFERED": "1",
            "KENES_ENVIRONMENT": "test",
            "KENES_PETITIONS_RULE_PACKS": str(RULE_PACKS),
            KAFKA: self.kafka.bootstrap,
            MONGO: self.mongo.uri,
            "KENES_MASTER_KEY": base64.b64encode(b"k" * 32).decode(),
            API_PORT: str(self._api_port),
            METRICS_PORT: str(self._ports.get(role, 0)),
            "KENES_PUBLIC_URL": self.url,
            "KENES_KAFKA_SESSION_TIMEOUT": self._session,
            LOGIN: self.issuer.url,
            "KENES_OIDC_CLIENT_ID": "kenes",
            "KENES_OIDC_CLIENT_SECRET": "only-for-tests",
            **self.issuer.environment(),
            **self._told,
        }

    def start(self) -> Self:
        """Starts servers and processes; returns when all are ready. Raises LocalStackError or ProductError."""
        try:
            if self._has_servers:
                self.issuer.__enter__()
                self._issuing = True
                self.mongo.begin()
                self.kafka.start()
                self.mongo.start()
            for role in self.roles:
                self.start_role(role)
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def start_role(self, role: str) -> None:
        """Starts a process that does not run."""
        with self._lock:
            argv = [sys.executable, "-m", f"services.{self.service}", role]
            child = ChildProcess(role, argv, self.logs / f"{role}.log", env=self.environment(role), cwd=ROOT)
            child.start(fresh=False)
            self._children[role] = child
            self._started[role] = time.monotonic()
            if self._watcher.ident is None:
                self._watcher.start()

    def running(self, role: str) -> bool:
        """Whether a process runs now."""
        child = self._children.get(role)
        return child is not None and child.running

    def pid(self, role: str) -> int:
        """The id of a role's process now; raises ProductError when it does not run."""
        child = self._children.get(role)
        pid = None if child is None else child.pid
        if pid is None:
            raise ProductError(f"{role} does not run")
        return pid

    def pids(self) -> dict[str, int]:
        """The ids of all processes that run, servers included, by role."""
        found = {role: child.pid for role, child in self._children.items()}
        found |= {"kafka": self.kafka.pid, "mongo": self.mongo.pid}
        return {role: pid for role, pid in found.items() if pid is not None}

    def kill(self, role: str) -> None:
        """Ends a process at once, as a crash would. It comes back by itself."""
        self._children[role].kill()

    def stop_role(self, role: str) -> int | None:
        """Asks a process to stop, waits for it and leaves it stopped; its exit status."""
        with self._lock:
            child = self._children.pop(role)
        child.stop()
        return child.returncode

    def wait_ready(self, roles: Sequence[str] | None = None, seconds: float = READY_SECONDS) -> None:
        """Returns when every process says so at `/readyz`. Raises ProductError."""
        deadline = time.monotonic() + seconds
        for role in roles or self.roles:
            while not self._ready(role):
                child = self._children[role]
                if child.returncode == EX_CONFIG:
                    raise ProductError(f"{role} ended with status {child.returncode}\n{child.last_lines(15)}")
                if time.monotonic() > deadline:
                    raise ProductError(f"{role} was not ready after {seconds:.0f} s\n{child.last_lines(15)}")
                time.sleep(_WATCH_EVERY)

    def run(self, *arguments: str, seconds: float = 600.0) -> tuple[int, str]:
        """Runs the service's command line (`rebuild`, `audit`) to its end; exit status and output."""
        log = self.logs / f"{'-'.join(arguments)}.log"
        argv = [sys.executable, "-m", f"services.{self.service}", *arguments]
        child = ChildProcess(arguments[0], argv, log, env=self.environment(arguments[0]), cwd=ROOT)
        child.start()
        try:
            status = child.wait(seconds)
        finally:
            child.kill()
        if status is None:
            raise ProductError(f"{' '.join(arguments)} did not end within {seconds:.0f} s\n{child.last_lines(15)}")
        return status, log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Stops everything; harmless when nothing runs. The servers are ended at once: nobody asks them any more."""
        self._stopping.set()
        if self._watcher.ident is not None:
            self._watcher.join()
        with self._lock:
            children = list(self._children.values())
            self._children = {}
        for child in children:
            child.terminate()
        for child in children:
            child.stop()
        if self._has_servers:
            self.mongo.kill()
            self.kafka.kill()
        if self._issuing:
            self._issuing = False
            self.issuer.__exit__()

    def last_lines(self, count: int = 15) -> str:
        """The end of each log, for a failing test."""
        parts = []
        for log in sorted(self.logs.glob("*.log")):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
            parts += [f"--- {log.name}", *lines]
        return "\n".join(parts)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ready(self, role: str) -> bool:
        return http_ready(f"{self.metrics_url(role)}/readyz")

    def _watch(self) -> None:
        noted: set[ChildProcess] = set()
        while not self._stopping.wait(_WATCH_EVERY):
            with self._lock:
                for role, child in list(self._children.items()):
                    if child.running or self._stopping.is_set():
                        continue
                    if child not in noted:
                        noted.add(child)
                        self.exits.append(Exit(role, child.returncode, time.monotonic()))
                    if child.returncode != EX_CONFIG and time.monotonic() - self._started[role] > _RESTART_PAUSE:
                        self.start_role(role)


@contextmanager
def running_product(
    *,
    service: str = "petitions",
    roles: Sequence[str] = ROLES,
    environment: Mapping[str, str] | None = None,
    killed: bool = False,
    mongo_binary: str | None = None,
    beside: Product | None = None,
) -> Iterator[Product]:
    """A started product in a folder of its own, which is removed; after a failure the logs are kept in build/logs."""
    folder = Path(tempfile.mkdtemp(prefix="kenes-product-"))
    product = Product(
        folder,
        service=service,
        roles=roles,
        environment=environment,
        killed=killed,
        mongo_binary=mongo_binary,
        beside=beside,
    )
    try:
        with product:
            yield product
    except BaseException:
        kept = KEPT / time.strftime("%Y%m%d-%H%M%S")
        if product.logs.exists():
            shutil.copytree(product.logs, kept, dirs_exist_ok=True)
            sys.stderr.write(f"logs of the processes are kept in {kept}\n")
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
