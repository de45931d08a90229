"""Who asks: a body or a person, by bearer token (client credentials included) or by an API key of theirs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from starlette.requests import Request

from kenes.identity.access import admitted
from kenes.identity.api_keys import SCHEME, ApiKeyRefusedError, ApiKeys
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.service.callers import Callers
from kenes.web.context import web
from kenes.web.limits import RateClass
from kenes.web.problems import Problem
from services.notifications.streams.entitlements import AGENCY

CHALLENGE: Final = {"www-authenticate": 'Bearer realm="kenes", error="invalid_token"'}
OWNERS: Final = "streams"
"""The subject that people's pseudonyms as owners are of."""


class Scope(StrEnum):
    """What a key lets do. Reading public events needs none: a key only says who reads."""

    READ = "streams:read"
    WRITE = "streams:write"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose streams and keys are asked about, and what may be done with them. `by_key`: not somebody who signed in."""

    owners: tuple[str, ...]
    scopes: frozenset[str]
    by_key: bool

    @property
    def owner(self) -> str:
        """Whose what they make will be."""
        return self.owners[0]

    @property
    def id(self) -> str:
        """What the caller's requests are counted under: one owner's keys share a limit."""
        return self.owner


def owners_of(keyring: Keyring, person: Person) -> tuple[str, ...]:
    """Whose streams and keys somebody looks after: those of every body they act for, and their own.

    What they make is of the first. Their own come last: who begins to act for a body can still end what they have.
    """
    bodies = sorted(role for role in person.roles if role.startswith(AGENCY))
    return (*bodies, own_streams_of(keyring, person))


def own_streams_of(keyring: Keyring, person: Person) -> str:
    """The pseudonym that somebody's own streams and keys are under, for whomever they act now."""
    return keyring.pseudonym(OWNERS, person.id)


def body_of(owner: str) -> str | None:
    """The body that an owner is; `None` where it is a person."""
    return owner.removeprefix(AGENCY) if owner.startswith(AGENCY) else None


@dataclass(frozen=True)
class Access:
    """Finds the caller of a request; `callers` are those who show a token instead of a key."""

    keys: ApiKeys
    keyring: Keyring
    callers: Callers

    async def owner(self, request: Request, kind: RateClass, scope: Scope) -> Caller:
        """The caller, within their limits. Raises a problem for a stranger, or a key without this scope."""
        caller = await self._admitted(request, kind)
        if scope not in caller.scopes:
            raise Problem(403, "scope-missing", values={"scope": scope})
        return caller

    async def person(self, request: Request, kind: RateClass) -> Caller:
        """A caller who signed in: keys are not made by keys."""
        caller = await self._admitted(request, kind)
        if caller.by_key:
            raise Problem(403, "key-not-enough")
        return caller

    async def reader(self, request: Request) -> None:
        """Admits whoever reads what is public: by name where one is given, else by address."""
        if "authorization" in request.headers:
            await self._admitted(request, RateClass.READ)
        else:
            web(request.scope).limiter.admit(request.scope, RateClass.READ)

    async def _admitted(self, request: Request, kind: RateClass) -> Caller:
        return await admitted(request, self._caller, kind)

    async def _caller(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip().startswith(SCHEME):
            person = await self.callers.authenticate(request)
            return Caller(owners_of(self.keyring, person), frozenset(Scope), by_key=False)
        try:
            key = await self.keys.verify(token.strip())
        except ApiKeyRefusedError:
            raise Problem(401, "key-refused", headers=CHALLENGE) from None
        return Caller((key.owner,), key.scopes, by_key=True)
