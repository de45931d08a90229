"""Fixtures of the integration tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from kenes.kafka.producer import Producer
from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import EmbeddedMongo
from tests.integration.api import Api
from tests.integration.library import Library, open_library
from tests.integration.notifying import Deciding, Notifying
from tests.processes import Product, running_product


@pytest.fixture
async def library(kafka: EmbeddedKafka, mongo: EmbeddedMongo) -> AsyncIterator[Library]:
    """Fresh topics and a fresh database on the shared servers."""
    async with open_library(kafka, mongo) as opened:
        yield opened


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """One running product for all tests here, with a broker and a database of its own. Bring people of your own."""
    # Everybody comes from one address here; the test of the limit starts an api of its own.
    limits = {"KENES_WEB__READ_LIMIT": "1000000", "KENES_WEB__ANONYMOUS_WRITE_LIMIT": "1000000"}
    with running_product(environment=limits) as started:
        yield started


@pytest.fixture
def api(product: Product) -> Iterator[Api]:
    """The product's API as a person uses it."""
    with Api(product) as opened:
        yield opened


@pytest.fixture
def notifying(product: Product) -> Iterator[Notifying]:
    """The followers' API, for modules whose `product` is notifications."""
    with Notifying(product) as opened:
        yield opened


@pytest.fixture
async def others(product: Product) -> AsyncIterator[Deciding]:
    """The services whose decisions a `product` that is notifications tells of."""
    async with Producer(product.kafka.bootstrap, "test") as producer:
        yield Deciding(producer)
