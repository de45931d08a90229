"""The embedded servers as tests use them: on ports of their own, in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import EmbeddedMongo


@contextmanager
def kafka_server(folder: Path) -> Iterator[EmbeddedKafka]:
    """A running broker that is gone, with its data left to the caller, at the end of the block."""
    with EmbeddedKafka(folder) as server:
        yield server


@contextmanager
def mongo_server(folder: Path) -> Iterator[EmbeddedMongo]:
    """A running MongoDB-wire server; KENES_LOCAL_MONGO_BINARY chooses another than the one found."""
    with EmbeddedMongo(folder, binary=os.environ.get("KENES_LOCAL_MONGO_BINARY")) as server:
        yield server
