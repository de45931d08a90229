"""Who is asking: the person of a session (pages) or of a bearer token (API)."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from starlette.requests import Request

from kenes.identity.bearer import BearerVerifier
from kenes.identity.errors import TokenRefusedError
from kenes.identity.person import Person
from kenes.observe.logs import get_logger
from kenes.web.context import web
from kenes.web.limits import RateClass
from kenes.web.problems import Problem
from kenes.web.tokens import token_problem

PERSON = "person"
"""Where the login keeps the person in the data of a session."""

Authenticate = Callable[[Request], Awaitable[Person]]
"""Finds who asks; raises a problem for whoever cannot say."""


class Somebody(Protocol):
    """A person, or whoever else can say who they are."""

    @property
    def id(self) -> str:
        """What their requests are counted under."""


Known = TypeVar("Known", bound=Somebody)

_log = get_logger(__name__)


async def current_person(request: Request) -> Person | None:
    """The signed-in person of this browser, None for a visitor."""
    sessions = web(request.scope).sessions
    session = await sessions.current(request.scope) if sessions is not None else None
    if session is None or PERSON not in session.data:
        return None
    try:
        return Person.from_dict(session.data[PERSON])
    except (KeyError, TypeError, ValueError) as error:
        # Written by another version of this program: signing in again mends it.
        _log.warning("the person of a session cannot be read", reason=type(error).__name__)
        return None


async def admitted(request: Request, authenticate: Callable[[Request], Awaitable[Known]], kind: RateClass) -> Known:
    """Who asks, within their limits. Whoever cannot say who they are is counted by address, forged tokens included."""
    limiter = web(request.scope).limiter
    try:
        known = await authenticate(request)
    except Problem:
        limiter.admit(request.scope, kind)
        raise
    limiter.admit(request.scope, kind, known.id)
    return known


class Authenticator:
    """Finds the person of API requests with `verifier`."""

    def __init__(self, verifier: BearerVerifier) -> None:
        self._verifier = verifier

    async def bearer_person(self, request: Request) -> Person:
        """The person whose token is in the Authorization header (RFC 6750, section 2.1).

        Raises Problem: 401 with a challenge for no token or a bad one, 400 for a malformed header, 503 when the
        issuer's keys are out of reach.
        """
        values = request.headers.getlist("authorization")
        if not values:
            # A client that showed nothing is told how to ask, and no error (section 3.1).
            raise Problem(401, "login-required", headers={"www-authenticate": 'Bearer realm="kenes"'})
        scheme, _, token = values[0].partition(" ")
        if len(values) > 1 or scheme.lower() != "bearer" or not token.strip():
            challenge = 'Bearer realm="kenes", error="invalid_request"'
            status = 401 if scheme.lower() != "bearer" else 400
            raise Problem(status, "token-malformed", headers={"www-authenticate": challenge})
        try:
            return await self._verifier.verify(token.strip())
        except TokenRefusedError as error:
            raise token_problem(error) from error

    async def person(self, request: Request) -> Person:
        """The person of the token if there is one, else of the session. Raises Problem as `bearer_person` does.

        A bad token is never made good by a session: the client said by which identity it wants to act.
        """
        if "authorization" not in request.headers:
            signed_in = await current_person(request)
            if signed_in is not None:
                return signed_in
        return await self.bearer_person(request)
