"""The operations of streams are described by a valid document, each under a name of its own."""

from __future__ import annotations

from collections import Counter
from typing import Any

from openapi_spec_validator import validate

from kenes.web.openapi import document
from services.notifications.api import PREFIX
from services.notifications.streams.keys_api import KeysApi
from services.notifications.streams.owner_api import OwnerApi
from services.notifications.streams.reading_api import ReadingApi

NOTHING: Any = None
"""No operation is called here."""
OPERATIONS = (
    *ReadingApi(NOTHING, NOTHING, NOTHING, NOTHING, 0.0).operations(),
    *OwnerApi(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, 0.0).operations(),
    *KeysApi(NOTHING, NOTHING, NOTHING).operations(),
)


def test_the_document_is_valid_and_names_are_unique() -> None:
    validate(document("Kenes notifications", "1", PREFIX, OPERATIONS))
    assert Counter(each.name for each in OPERATIONS).most_common(1)[0][1] == 1
    assert all(each.handler.__doc__ for each in OPERATIONS)


def test_what_is_no_plain_json_says_so() -> None:
    found = document("Kenes notifications", "1", PREFIX, OPERATIONS)["paths"]
    kinds = {
        path: next(iter(found[f"{PREFIX}{path}"]["get"]["responses"]["200"]["content"]))
        for path in ("/events", "/events/stream", "/files/{file}", "/streams")
    }
    assert kinds == {
        "/events": "application/cloudevents-batch+json",
        "/events/stream": "text/event-stream",
        "/files/{file}": "application/x-ndjson",
        "/streams": "application/json",
    }
