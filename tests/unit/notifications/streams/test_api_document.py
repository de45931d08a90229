"""The operations of streams are described by a valid document, each under a name of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from openapi_spec_validator import validate
from starlette.requests import Request

from kenes.web.limits import RateClass
from kenes.web.openapi import Operation, document
from kenes.web.openapi_security import WaysIn
from kenes.web.problems import Problem
from services.notifications.api import PREFIX
from services.notifications.streams.access import Access, Caller, Scope
from services.notifications.streams.keys_api import KeysApi
from services.notifications.streams.owner_api import OwnerApi
from services.notifications.streams.reading_api import ReadingApi

NOTHING: Any = None
"""No operation is called here."""
OPERATIONS = (
    *ReadingApi(NOTHING, NOTHING, NOTHING, NOTHING).operations(),
    *OwnerApi(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING).operations(),
    *KeysApi(NOTHING, NOTHING, NOTHING).operations(),
)


def test_the_document_is_valid_and_names_are_unique() -> None:
    validate(document("Kenes notifications", "1", PREFIX, OPERATIONS))
    assert Counter(each.name for each in OPERATIONS).most_common(1)[0][1] == 1
    assert all(each.handler.__doc__ for each in OPERATIONS)


WAYS = WaysIn(("https://id.example",), "__Host-kenes")


def security(method: str, path: str) -> Any:
    found = document("Kenes notifications", "1", PREFIX, OPERATIONS, WAYS)
    validate(found)
    return found["paths"][f"{PREFIX}{path}"][method]["security"]


def test_every_operation_names_what_opens_it() -> None:
    token: list[dict[str, list[str]]] = [{"bearer": []}, {"openid": []}]
    assert security("get", "/events") == [{}, *token, {"key": []}]
    assert security("get", "/streams") == [*token, {"key": ["streams:read"]}]
    assert security("delete", "/streams/{stream}/replays/{replay}") == [*token, {"key": ["streams:write"]}]
    assert security("post", "/keys") == token, "no key makes another"


def test_the_schemes_are_those_that_are_named() -> None:
    schemes = document("Kenes notifications", "1", PREFIX, OPERATIONS, WAYS)["components"]["securitySchemes"]
    assert schemes.keys() == {"bearer", "openid", "key"}
    assert schemes["openid"]["openIdConnectUrl"] == "https://id.example/.well-known/openid-configuration"
    plain = document("Kenes notifications", "1", PREFIX, KeysApi(NOTHING, NOTHING, NOTHING).operations())
    assert plain["components"]["securitySchemes"].keys() == {"bearer"}


async def test_what_a_key_opens_is_what_the_document_says() -> None:
    """Each operation of streams and keys, asked with a key that has no scope, and with keys that have one each."""
    for each in OPERATIONS:
        if each.secured:
            opened = {scope for scope in Scope if await _opens(each, frozenset({scope}))}
            assert opened == set(each.keys or ()), each.name
            assert not await _opens(each, frozenset())


async def _opens(each: Operation, scopes: frozenset[str]) -> bool:
    """Whether a key with these scopes comes past the door: what follows is not there."""
    named = dict.fromkeys(("stream", "replay", "receipt", "prefix"), "1")
    asked = Request({"type": "http", "headers": [], "path_params": named, "query_string": b""})
    access = Holder(NOTHING, NOTHING, NOTHING, Caller(("somebody",), scopes, by_key=True))
    apis = (OwnerApi(NOTHING, NOTHING, NOTHING, NOTHING, access), KeysApi(NOTHING, access, NOTHING))
    [same] = [one for api in apis for one in api.operations() if one.name == each.name]
    try:
        await same.handler(asked)
    except Problem as problem:
        return problem.code not in ("scope-missing", "key-not-enough")
    except AttributeError:
        return True
    raise AssertionError(each.name)


@dataclass(frozen=True)
class Holder(Access):
    """Whoever asks holds this key."""

    caller: Caller

    async def _admitted(self, _request: Request, _kind: RateClass) -> Caller:
        return self.caller


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
