"""Fixtures every test may ask for; the servers start when the first test does."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import EmbeddedMongo
from tests.stack import running

# How long an example takes is the machine's affair: whatever else runs on it must not fail a test.
settings.register_profile("kenes", deadline=None)
settings.load_profile("kenes")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """One real Kafka broker for the whole run: `kafka.bootstrap`. Use topics and groups of your own."""
    with running(EmbeddedKafka(tmp_path_factory.mktemp("kafka"))) as server:
        yield server


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    """One MongoDB-wire server for the whole run: `mongo.uri`. Use a database of your own.

    KENES_LOCAL_MONGO_BINARY chooses another server than the one found.
    """
    binary = os.environ.get("KENES_LOCAL_MONGO_BINARY")
    with running(EmbeddedMongo(tmp_path_factory.mktemp("mongo"), binary=binary)) as server:
        yield server
