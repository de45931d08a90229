"""The contracts as documents: a JSON Schema per event type, and AsyncAPI 3 of all topics.

Generated from the models, committed under `schemas/published/`, and compared in the checks.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.payload import Payload
from schemas.topics import REGISTRY, Topic, all_topics

PUBLISHED = Path(__file__).parent / "published"
EVENTS = PUBLISHED / "events"
ASYNCAPI = PUBLISHED / "asyncapi.json"
_SHARED = "#/components/schemas/"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

JsonSchema = dict[str, Any]


def payloads(registry: tuple[Topic, ...] = REGISTRY) -> dict[str, type[Payload]]:
    """Every payload by its event type."""
    return {kind: payload for topic in all_topics(registry) for kind, payload in topic.types.items()}


def event_schema(payload: type[Payload]) -> JsonSchema:
    """The JSON Schema (2020-12) of a payload, as readers should use it: unknown members are allowed."""
    schema = payload.model_json_schema(mode="serialization")
    _open(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kenes:event:{payload.TYPE}",
    } | schema


def _open(schema: Any) -> None:
    """Drops `additionalProperties: false`: only writers are held to it."""
    if isinstance(schema, dict):
        if schema.get("additionalProperties") is False:
            del schema["additionalProperties"]
        for value in schema.values():
            _open(value)
    elif isinstance(schema, list):
        for value in schema:
            _open(value)


def revisions(kind: str, folder: Path = EVENTS) -> list[JsonSchema]:
    """The published revisions of an event type's schema, the oldest first."""
    paths = sorted((folder / kind).glob("r*.json"), key=lambda path: int(path.stem[1:]))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def asyncapi(registry: tuple[Topic, ...] = REGISTRY) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all topics."""
    topics = all_topics(registry)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kenes events",
            "version": "1",
            "description": "CloudEvents 1.0, Kafka binary binding: attributes in ce_* headers, JSON in the value.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {f"read.{topic.name}": _operation(topic) for topic in registry},
        "components": {"messages": dict(_messages(registry)), "schemas": {"headers": _HEADERS, **_endless(registry)}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    retention = None if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    return {
        "address": topic.name,
        "description": f"{topic.description} Owner: {topic.owner}. Key: {topic.key}.",
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in topic.types},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"retention.ms": -1 if retention is None else retention},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operation(topic: Topic) -> dict[str, Any]:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{topic.name}"}, "summary": topic.description}


def _messages(registry: tuple[Topic, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, payload in payloads(registry).items():
        yield (
            kind,
            {
                "name": kind,
                "title": payload.__name__,
                "summary": (payload.__doc__ or "").strip().splitlines()[0],
                "contentType": "application/json",
                "headers": {"$ref": "#/components/schemas/headers"},
                "payload": {"schemaFormat": "application/schema+json;version=draft-07", "schema": _bundled(payload)},
            },
        )


def _bundled(payload: type[Payload]) -> JsonSchema:
    """The schema with its definitions written out in place, so that it can stand inside another document."""
    schema = event_schema(payload)
    definitions = schema.pop("$defs", {})
    schema.pop("$schema")
    bundled = resolve(schema, definitions)
    assert isinstance(bundled, dict)  # noqa: S101 - an object stays an object
    return bundled


def resolve(node: Any, definitions: dict[str, Any], within: frozenset[str] = frozenset()) -> Any:
    """`node` with each `$ref` to a definition replaced by what it names.

    A definition that holds itself has no end: `within` it stands as a reference to the schemas of the whole document.
    """
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            name = reference.rsplit("/", 1)[1]
            if name in within:
                return {"$ref": f"{_SHARED}{name}"}
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return resolve(definitions[name], definitions, within | {name}) | rest
        return {key: resolve(value, definitions, within) for key, value in node.items()}
    if isinstance(node, list):
        return [resolve(value, definitions, within) for value in node]
    return node


def _endless(registry: tuple[Topic, ...]) -> dict[str, JsonSchema]:
    """The definitions that hold themselves, by name."""
    found: dict[str, JsonSchema] = {}
    for payload in payloads(registry).values():
        definitions = event_schema(payload).get("$defs", {})
        for name, definition in definitions.items():
            written = resolve(definition, definitions, frozenset({name}))
            if f"{_SHARED}{name}" in json.dumps(written):
                found[name] = written
    return found


_HEADERS: JsonSchema = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "description": "On decisions: UUIDv5 of partition and sequence."},
        "ce_source": {"type": "string"},
        "ce_type": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_recordedtime": {
            "type": "string",
            "format": "date-time",
            "description": "When it was written; `ce_time` is the instant it tells of.",
        },
        "ce_subject": {"type": "string"},
        "ce_sequence": {
            "type": "string",
            "description": "On decisions: the offset of the request on the partition of the same number. "
            "Skip what is not greater than the last seen on the partition: the first decision counts.",
        },
        "ce_offset": {
            "type": "string",
            "description": "On decisions: where its decider expected it to stand. Skip what stands elsewhere: "
            "it was made without knowing all that came before it.",
        },
        "ce_traceparent": {"type": "string", "description": "W3C Trace Context."},
    },
}


def document(value: Any) -> str:
    """JSON as it is committed."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
