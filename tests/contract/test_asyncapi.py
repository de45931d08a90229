"""AsyncAPI 3: complete, and every reference leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from schemas.contracts import ASYNCAPI, asyncapi, document
from schemas.topics import REGISTRY, all_topics

PUBLISHED: dict[str, Any] = json.loads(ASYNCAPI.read_text(encoding="utf-8"))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(reference: str) -> Any:
    node: Any = PUBLISHED
    assert reference.startswith("#/")
    for step in reference[2:].split("/"):
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def test_the_frame_is_that_of_asyncapi_3() -> None:
    assert PUBLISHED["asyncapi"] == "3.0.0"
    assert PUBLISHED.keys() <= {
        "asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components",
    }  # fmt: skip
    assert {"title", "version"} <= PUBLISHED["info"].keys()
    for keys in (PUBLISHED["channels"], PUBLISHED["operations"], *PUBLISHED["components"].values()):
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", key) for key in keys)


def test_every_reference_resolves() -> None:
    found = list(references(PUBLISHED))

    assert len(found) > len(REGISTRY) * 3
    for each in found:
        assert resolve(each) is not None


@pytest.mark.parametrize("topic", all_topics(), ids=lambda topic: topic.name)
def test_every_topic_is_a_channel_with_all_its_messages(topic: Any) -> None:
    channel = PUBLISHED["channels"][topic.name]

    assert channel["address"] == topic.name
    assert channel["messages"].keys() == topic.types.keys()
    kafka = channel["bindings"]["kafka"]
    assert (kafka["topic"], kafka["partitions"]) == (topic.name, topic.partitions)
    kept = topic.retention
    assert kafka["topicConfiguration"]["retention.ms"] == (-1 if kept is None else kept.days * 86_400_000)
    assert topic.key in channel["description"]


def test_there_is_nothing_but_the_topics() -> None:
    assert PUBLISHED["channels"].keys() == {topic.name for topic in all_topics()}
    kinds = {kind for topic in all_topics() for kind in topic.types}
    assert PUBLISHED["components"]["messages"].keys() == kinds
    assert {each["channel"]["$ref"] for each in PUBLISHED["operations"].values()} == {
        f"#/channels/{topic.name}" for topic in REGISTRY
    }
    assert {each["action"] for each in PUBLISHED["operations"].values()} == {"receive"}


@pytest.mark.parametrize("kind", PUBLISHED["components"]["messages"])
def test_every_message_has_a_payload_in_the_format_it_names(kind: str) -> None:
    message = PUBLISHED["components"]["messages"][kind]
    payload = message["payload"]

    assert message["name"] == kind
    assert message["contentType"] == "application/json"
    assert message["summary"].endswith((".", ":"))
    assert payload["schemaFormat"] == "application/schema+json;version=draft-07"
    Draft7Validator.check_schema(payload["schema"])
    own_kind = set(PUBLISHED["components"]["schemas"]) - {"headers"}
    led = {each.removeprefix("#/components/schemas/") for each in references(payload["schema"])}
    assert led <= own_kind, "it stands alone, but for what holds its own kind"
    newer = {"prefixItems", "$defs", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "$dynamicRef"}
    assert not newer & set(keywords(payload["schema"])), "words that draft-07 would pass over"


def keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key
            if key == "properties":
                for member in value.values():
                    yield from keywords(member)
            elif key not in ("default", "examples", "enum", "const"):
                yield from keywords(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keywords(value)


def test_the_headers_are_those_that_are_written() -> None:
    from tests.contract.test_events import EVENT  # noqa: PLC0415 - one event serves both

    headers = resolve("#/components/schemas/headers")
    sent = {name for name, _ in EVENT.headers()}
    assert set(headers["required"]) <= sent
    assert sent - {"content-type"} <= headers["properties"].keys()


def test_the_document_is_committed_byte_for_byte() -> None:
    assert ASYNCAPI.read_text(encoding="utf-8") == document(asyncapi())
