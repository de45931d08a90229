"""An owner's API keys. Whoever signed in makes them; no key makes another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.api_keys import ApiKey, ApiKeys
from kenes.service.answers import json_response
from kenes.web.bodies import read_json
from kenes.web.limits import RateClass
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from services.notifications.streams.access import Access, Scope
from services.notifications.streams.entitlements import Entitlements
from services.notifications.streams.views import KeyBody, KeyList, KeyView

GRACE: Final = timedelta(hours=24)
"""For so long a key that was rotated still works."""


@dataclass(frozen=True)
class KeysApi:
    """The handlers and what they need."""

    keys: ApiKeys
    access: Access
    entitlements: Entitlements

    def operations(self) -> list[Operation]:
        one, unknown = "/keys/{prefix}", ("key-not-enough", "key-unknown")
        return [
            Operation.own("/keys", self.list_keys, KeyList, problems=unknown[:1]),
            Operation(
                "POST",
                "/keys",
                self.issue_key,
                {201: KeyView},
                body=KeyBody,
                problems=("key-not-enough", "too-many-owned"),
                secured=True,
            ),
            Operation("POST", f"{one}/rotation", self.rotate_key, {201: KeyView}, problems=unknown, secured=True),
            Operation("DELETE", one, self.revoke_key, {204: None}, problems=unknown, secured=True),
        ]

    async def list_keys(self, request: Request) -> Response:
        """The keys of the caller and the bodies they act for: never their texts, but when each was used last."""
        caller = await self.access.person(request, RateClass.READ)
        return json_response({"keys": [key_view(each) for each in await owned_keys(self.keys, caller.owners)]})

    async def issue_key(self, request: Request) -> Response:
        """A new key; its text is told here only."""
        caller = await self.access.person(request, RateClass.WRITE)
        body = await read_json(request, KeyBody)
        lifetime = timedelta(days=body.days)
        text, key = await new_key(self.keys, self.entitlements, caller.owner, body.name, body.scopes, lifetime)
        return json_response(key_view(key) | {"key": text}, 201)

    async def rotate_key(self, request: Request) -> Response:
        """A key in place of one, which works for another day."""
        caller = await self.access.person(request, RateClass.WRITE)
        issued = await rotated(self.keys, caller.owners, request.path_params["prefix"])
        if issued is None:
            raise Problem(404, "key-unknown")
        text, key = issued
        return json_response(key_view(key) | {"key": text}, 201)

    async def revoke_key(self, request: Request) -> Response:
        """Ends a key at once."""
        caller = await self.access.person(request, RateClass.WRITE)
        if not await revoked(self.keys, caller.owners, request.path_params["prefix"]):
            raise Problem(404, "key-unknown")
        return Response(status_code=204, headers={"cache-control": "no-store"})


async def new_key(
    keys: ApiKeys, entitlements: Entitlements, owner: str, name: str, scopes: Iterable[Scope], lifetime: timedelta
) -> tuple[str, ApiKey]:
    """A new key and its text; raises the problem of an owner who has as many as may be.

    Those that have expired or been rotated do not count. The new one is among those that are counted: of many that are
    asked for at once none is over the limit.
    """
    most = entitlements.of(owner).keys
    text, key = await keys.issue(owner, name, frozenset(map(str, scopes)), lifetime)
    if len(await keys.lasting(owner)) > most:
        await keys.revoke(owner, key.prefix)
        raise Problem(409, "too-many-owned", values={"limit": most})
    return text, key


async def owned_keys(keys: ApiKeys, owners: Iterable[str]) -> list[ApiKey]:
    """The keys of these owners, the oldest first."""
    found = [each for owner in owners for each in await keys.owned(owner)]
    return sorted(found, key=lambda each: each.created_at)


async def rotated(keys: ApiKeys, owners: Iterable[str], prefix: str) -> tuple[str, ApiKey] | None:
    """A key in place of one of these owners', and of the same owner; `None` as `ApiKeys.rotate`."""
    for owner in owners:
        if (issued := await keys.rotate(owner, prefix, GRACE)) is not None:
            return issued
    return None


async def revoked(keys: ApiKeys, owners: Iterable[str], prefix: str) -> bool:
    """Ends a key of one of these owners at once; false where there is none."""
    for owner in owners:
        if await keys.revoke(owner, prefix):
            return True
    return False


def key_view(key: ApiKey) -> dict[str, Any]:
    """A key as its owner sees it."""
    return {
        "prefix": key.prefix,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "used_at": key.used_at,
    }
