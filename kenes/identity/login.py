"""Signing in and out on the web: `/auth/login?next=/path`, `/auth/callback`, `/auth/logout` (POST).

A session begins when somebody has signed in, under a new session id; before that the browser keeps what is needed.
"""

import hmac
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import PERSON
from kenes.identity.attempts import AttemptCookie, Pending
from kenes.identity.bearer import BearerVerifier
from kenes.identity.discovery import IssuerUnreachableError, http_client
from kenes.identity.oidc import CALLBACK, Attempt, LoginFailedError, OidcClient, SignIn
from kenes.identity.settings import IssuerSettings, LoginSettings
from kenes.observe.logs import get_logger
from kenes.web.bodies import read_form
from kenes.web.context import web
from kenes.web.csrf import check_form
from kenes.web.language import request_language
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.sessions import Sessions

LOGIN = "/auth/login"
LOGOUT = "/auth/logout"
LONGEST_PATH = 500
"""Bytes of a path to come back to: three of them fit into the cookie of logins under way."""
LOCALES = Path(__file__).parent / "locales"
"""Messages of the problems raised here; to be given to `edge_catalogs`."""

_ID_TOKEN = "id_token"  # noqa: S105 - the name under which a session keeps it
_NO_STORE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]*")
"""A path with an optional query on this site. A second slash or a backslash would make it another host's address."""

_log = get_logger(__name__)


class Login:
    """The three routes. Needs an application with sessions; close with `aclose`."""

    def __init__(
        self,
        settings: LoginSettings,
        issuers: tuple[IssuerSettings, ...],
        verifier: BearerVerifier,
        clock: Callable[[], float] = time.time,
    ) -> None:
        issuer = settings.issuer_among(issuers)
        self._issuer = issuer.issuer
        self._clock = clock
        self._http = http_client()
        self._oidc = OidcClient(settings, issuer, verifier.keys_of(issuer.issuer), self._http, clock)
        secure = settings.public_url.startswith("https:")
        self._attempts = AttemptCookie(settings.oidc_client_secret.get_secret_value(), secure=secure)

    @property
    def origin(self) -> str:
        """Origin of the issuer: the sign-out form ends there, so `WebSettings.identity_origins` must have it."""
        parts = urlsplit(self._issuer)
        return f"{parts.scheme}://{parts.netloc}"

    def routes(self) -> list[BaseRoute]:
        """To be put among the routes of the application."""
        return [
            Route(LOGIN, limited(RateClass.READ)(self.login), methods=["GET"]),
            Route(CALLBACK, limited(RateClass.READ)(self.callback), methods=["GET"]),
            Route(LOGOUT, self.logout, methods=["POST"]),
        ]

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def login(self, request: Request) -> Response:
        """Sends the browser to the issuer, which asks for the person anew where `again` is 1.

        Raises Problem 400 for a `next` that leads off this site.
        """
        path = request.query_params.get("next", "/")
        if not _LOCAL_PATH.fullmatch(path):
            raise Problem(400, "target-malformed")
        if len(path.encode()) > LONGEST_PATH:
            path = "/"
        attempt, again = Attempt.new(), request.query_params.get("again") == "1"
        try:
            uri = await self._oidc.authorization_uri(attempt, request_language(request.scope), again=again)
        except IssuerUnreachableError as error:
            raise _unreachable(error) from error
        self._attempts.add(request.scope, Pending(attempt, path, self._clock()))
        return RedirectResponse(uri, 303, _NO_STORE)

    async def callback(self, request: Request) -> Response:
        """Takes the person the issuer sends back, begins a session and returns to where the login began."""
        given = request.query_params
        pending = self._attempts.take(request.scope, given.get("state", ""), self._clock())
        if pending is None:
            # Not begun in this browser, or used, or too old: somebody else's login must not become this person's.
            raise Problem(400, "login-expired")
        if not hmac.compare_digest(given.get("iss", self._issuer).encode(), self._issuer.encode()):
            raise Problem(400, "login-failed")
        if given.get("error") == "access_denied":
            raise Problem(403, "login-declined")
        code = given.get("code")
        if "error" in given or not code:
            _log.warning("the issuer refused a login")
            raise Problem(400, "login-failed")
        signed_in = await self._signed_in(code, pending)
        content = {PERSON: signed_in.person.as_dict(), _ID_TOKEN: signed_in.id_token}
        await _sessions(request).login(request.scope, content)
        return RedirectResponse(pending.next, 303, _NO_STORE)

    async def logout(self, request: Request) -> Response:
        """Ends the session here, then at the issuer. Raises Problem 403 unless the form came from this session."""
        sessions = _sessions(request)
        if await sessions.current(request.scope) is None:
            return RedirectResponse("/", 303, _NO_STORE)
        session = await check_form(request, await read_form(request))
        id_token = session.data.get(_ID_TOKEN, "")
        await sessions.logout(request.scope)
        try:
            uri = await self._oidc.end_session_uri(id_token, request_language(request.scope))
        except IssuerUnreachableError as error:
            # The session here is what the person meant to end, and it has ended.
            _log.warning("not signed out at the issuer", reason=str(error))
            uri = None
        return RedirectResponse(uri or "/", 303, _NO_STORE)

    async def _signed_in(self, code: str, pending: Pending) -> SignIn:
        try:
            return await self._oidc.sign_in(code, pending.attempt)
        except LoginFailedError as error:
            _log.warning("login failed", reason=str(error))
            raise Problem(400, "login-failed") from error
        except IssuerUnreachableError as error:
            raise _unreachable(error) from error


def _sessions(request: Request) -> Sessions:
    sessions = web(request.scope).sessions
    if sessions is None:
        raise RuntimeError("the login needs an application with sessions")
    return sessions


def _unreachable(error: Exception) -> Problem:
    _log.warning("login impossible", reason=str(error))
    return Problem(503, "login-unavailable", headers={"retry-after": "10"})
