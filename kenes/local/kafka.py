"""Real Apache Kafka as one KRaft node: broker and controller in one Java process on the loopback address."""

from __future__ import annotations

import base64
import functools
import os
import subprocess
import uuid
from pathlib import Path
from typing import Final

from kenes.local.errors import LocalStackError
from kenes.local.jars import cache_folder, ensure_jars
from kenes.local.java import find_java
from kenes.local.ports import free_port
from kenes.local.probe import HOST, kafka_ready
from kenes.local.process import ChildProcess
from kenes.local.server import EmbeddedServer

# An unclean end costs a log recovery at the next start: seconds, and minutes on a busy machine. A broker that is ended
# before it is through begins anew.
START_SECONDS: Final = 600.0
# Broker and controller stop within a second or two.
STOP_SECONDS: Final = 15.0

_JVM: Final = [
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
]

# One node: every replication factor is 1. The rest makes a newcomer's machine and the tests quick.
_PROPERTIES: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # After a kill the broker's former self must time out before it may register again: 9 s unless told.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.threads": "1",
    "log.cleaner.dedupe.buffer.size": "16777216",
}


class EmbeddedKafka(EmbeddedServer):
    """One Kafka broker. `port` is the client listener and `controller_port` the KRaft one.

    To start it fetches the jars when they are missing and formats the data folder when it is new.
    """

    name = "kafka"
    start_seconds = START_SECONDS
    stop_seconds = STOP_SECONDS

    def __init__(
        self,
        data: Path,
        port: int = 0,
        *,
        controller_port: int = 0,
        cache: Path | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(data, port, log)
        self.controller_port = controller_port or free_port()
        self._cache = cache

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self.port}"

    def child(self) -> ChildProcess:
        """The prepared but not started process, for a supervisor: jars at hand, folder formatted."""
        java = [str(find_java()), *_JVM, "-cp", self._class_path()]
        config = self._configure()
        self._format(java, config)
        return ChildProcess("kafka", [*java, "kafka.Kafka", str(config)], self.log, cwd=self.data)

    def ready(self) -> bool:
        """True when the broker answers and has registered itself."""
        return kafka_ready(self.port)

    def _class_path(self) -> str:
        return os.pathsep.join(str(jar) for jar in ensure_jars(self._cache or cache_folder()))

    def _configure(self) -> Path:
        properties = _PROPERTIES | {
            "listeners": f"PLAINTEXT://{HOST}:{self.port},CONTROLLER://{HOST}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            # Voters by configuration, not in the metadata log: the ports may change between two starts.
            "controller.quorum.voters": f"1@{HOST}:{self.controller_port}",
            # A properties file reads a backslash as an escape, so Windows paths are written with slashes.
            "log.dirs": (self.data / "log").as_posix(),
        }
        self.data.mkdir(parents=True, exist_ok=True)
        config = self.data / "server.properties"
        config.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
        return config

    def _format(self, java: list[str], config: Path) -> None:
        if (self.data / "log" / "meta.properties").exists():
            return
        done = subprocess.run(  # noqa: S603 - argv is composed here
            [*java, "kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(config)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LocalStackError(f"Kafka could not format {self.data / 'log'}: {done.stdout}{done.stderr}")


@functools.cache
def cluster_id() -> str:
    """A name for a new broker's data, the same for all that this process makes."""
    # Kafka's own form: 16 bytes in URL-safe base64 without padding, and not starting with a dash.
    while True:
        name = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        if not name.startswith("-"):
            return name
