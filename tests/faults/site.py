"""A product whose processes reach broker and database only through proxies of the drill."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import EmbeddedMongo
from kenes.local.ports import free_port
from kenes.local.probe import HOST
from kenes.local.process import ChildProcess
from tests.faults.tap import Tap, tapped
from tests.processes import Product


class TappedKafka(EmbeddedKafka):
    """A broker that sends its clients to the port of a proxy."""

    def __init__(self, data: Path, log: Path, shown: int) -> None:
        super().__init__(data, log=log)
        self._shown = shown

    @property
    def bootstrap(self) -> str:
        """Where the proxy listens."""
        return f"{HOST}:{self._shown}"

    def child(self) -> ChildProcess:
        """The process, told to advertise the proxy."""
        child = super().child()
        config = Path(child.argv[-1])
        direct, shown = (f"advertised.listeners=PLAINTEXT://{HOST}:{port}" for port in (self.port, self._shown))
        config.write_text(config.read_text().replace(direct, shown))
        return child


class TappedMongo(EmbeddedMongo):
    """A database server whose address is that of a proxy."""

    def __init__(self, data: Path, log: Path, shown: int, binary: str | None) -> None:
        super().__init__(data, log=log, binary=binary)
        self._shown = shown

    @property
    def uri(self) -> str:
        """Where the proxy listens."""
        return f"mongodb://{HOST}:{self._shown}/?directConnection=true"


@dataclass(frozen=True)
class Site:
    """The product and its proxies."""

    product: Product
    kafka: Tap
    mongo: Tap


@contextmanager
def tapped_site(service: str, settings: Mapping[str, str], binary: str | None) -> Iterator[Site]:
    """A started product in a folder of its own, which is removed."""
    folder = Path(tempfile.mkdtemp(prefix="kenes-site-"))
    product = Product(folder, service=service, environment=settings, killed=True)
    kafka, mongo = free_port(), free_port()
    product.kafka = TappedKafka(folder / "kafka", product.logs / "kafka.log", kafka)
    product.mongo = TappedMongo(folder / "mongo", product.logs / "mongo.log", mongo, binary)
    try:
        with tapped(kafka, product.kafka.port) as to_kafka, tapped(mongo, product.mongo.port) as to_mongo, product:
            yield Site(product, to_kafka, to_mongo)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
