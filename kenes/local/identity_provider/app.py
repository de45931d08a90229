"""The HTTP surface of the provider: OpenID Connect Core, Discovery and RP-Initiated Logout, and short cuts."""

import base64
import binascii
from json import JSONDecodeError
from typing import Any
from urllib.parse import unquote_plus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kenes.local.identity_provider import pages
from kenes.local.identity_provider.grants import AuthorizationRequest, Codes, OAuthError, answer_uri
from kenes.local.identity_provider.machines import BY_CLIENT, MACHINES
from kenes.local.identity_provider.people import BY_KEY, PEOPLE, TestPerson, crowd_person
from kenes.local.identity_provider.settings import ProviderSettings
from kenes.local.identity_provider.tokens import ACCESS_LIFETIME, MACHINE_SCOPE, TokenMaker
from kenes.local.identity_provider.vault import Vault

_MOST_AT_ONCE = 2000
_CROWD_LIFETIME = 24 * 3600
_NO_STORE = {"cache-control": "no-store"}


class Provider:
    """Endpoints of one issuer."""

    def __init__(self, issuer: str, settings: ProviderSettings) -> None:
        self.issuer = issuer
        self._settings = settings
        self._vault = Vault(settings)
        self._tokens = TokenMaker(issuer, self._vault.key)
        self._codes = Codes()

    def app(self) -> Starlette:
        """The ASGI application. It answers to loopback names only, so no web page can reach it by a name of its own."""
        routes = [
            Route("/", self.home),
            Route("/.well-known/openid-configuration", self.configuration),
            Route("/jwks", self.jwks),
            Route("/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/token", self.token, methods=["POST"]),
            Route("/userinfo", self.userinfo, methods=["GET", "POST"]),
            Route("/end-session", self.end_session, methods=["GET", "POST"]),
            Route("/dev/token", self.dev_token, methods=["POST"]),
            Route("/dev/crowd", self.dev_crowd, methods=["POST"]),
            Mount("/static", StaticFiles(directory=pages.HERE / "static")),
        ]
        hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False)
        return Starlette(routes=routes, middleware=[hosts], exception_handlers={OAuthError: _oauth_error})

    async def home(self, request: Request) -> Response:
        """What this is, who one can be, and how programs come by tokens."""
        machines = [(each, self._vault.secret(each.client)) for each in MACHINES]
        return pages.home(request, self.issuer, machines)

    async def configuration(self, _: Request) -> Response:
        """OpenID Connect Discovery 1.0, section 3."""
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "end_session_endpoint": f"{self.issuer}/end-session",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "scopes_supported": ["openid", "profile"],
                "ui_locales_supported": ["kk", "ru", "en"],
                "acr_values_supported": ["low", "substantial", "high"],
            }
        )

    async def jwks(self, _: Request) -> Response:
        """The public key."""
        return JSONResponse(self._tokens.jwks())

    async def authorize(self, request: Request) -> Response:
        """GET shows the people, POST is the choice. Wrong client or address: a page, never a redirect."""
        given = {
            k: str(v) for k, v in (await request.form() if request.method == "POST" else request.query_params).items()
        }
        redirect_uri = given.get("redirect_uri", "")
        if given.get("client_id", "") != self._settings.oidc_client_id:
            return pages.message(request, "refused", 400, "client_id is not registered here")
        if not self._settings.may_return_to(redirect_uri):
            return pages.message(request, "refused", 400, "redirect_uri is not allowed")
        try:
            asked = AuthorizationRequest.read(given)
            if request.method == "GET":
                return pages.picker(request, asked.parameters, redirect_uri)
            answer = {"code": self._codes.give(asked, _chosen(given))}
        except OAuthError as error:
            answer = {"error": error.code, "error_description": error.description}
        return RedirectResponse(
            answer_uri(redirect_uri, self.issuer, given.get("state"), **answer), 303, headers=_NO_STORE
        )

    async def token(self, request: Request) -> Response:
        """RFC 6749 section 3.2: authorization code for the site, client credentials (section 4.4) for machines."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        client = self._client(request, form)
        machine = BY_CLIENT.get(client)
        match form.get("grant_type"):
            case "authorization_code" if machine is None:
                asked, person = self._codes.take(
                    form.get("code", ""), client, form.get("redirect_uri", ""), form.get("code_verifier", "")
                )
                access = self._tokens.access(person, client)
                return _bearer(access, id_token=self._tokens.identity(person, client, asked.nonce, access))
            case "client_credentials" if machine is not None:
                return _bearer(self._tokens.machine_access(machine), scope=MACHINE_SCOPE)
            case "authorization_code" | "client_credentials":
                raise OAuthError("unauthorized_client", "this client may not use this grant")
        raise OAuthError("unsupported_grant_type", "only authorization_code and client_credentials are offered")

    async def userinfo(self, request: Request) -> Response:
        """Claims of the person an access token speaks for."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self._tokens.person_claims(token) if scheme.lower() == "bearer" else None
        if claims is None:
            return JSONResponse(
                {"error": "invalid_token"}, 401, {"www-authenticate": 'Bearer error="invalid_token"', **_NO_STORE}
            )
        return JSONResponse(claims, headers=_NO_STORE)

    async def end_session(self, request: Request) -> Response:
        """OpenID Connect RP-Initiated Logout 1.0. Nobody stays signed in here, so there is nothing to end."""
        given = await request.form() if request.method == "POST" else request.query_params
        target = str(given.get("post_logout_redirect_uri", ""))
        if target and not self._settings.may_return_to(target):
            return pages.message(request, "refused", 400, "post_logout_redirect_uri is not allowed")
        if not target:
            return pages.message(request, "signed_out")
        state = given.get("state")
        return RedirectResponse(
            target if state is None else answer_uri(target, self.issuer, str(state)), 303, headers=_NO_STORE
        )

    async def dev_token(self, request: Request) -> Response:
        """`{"person": "aigerim"}` to an access token, for curl and scripts."""
        body = await _json(request)
        return _bearer(self._tokens.access(_person(body.get("person")), "kenes-dev"))

    async def dev_crowd(self, request: Request) -> Response:
        """`{"count": 1000, "first": 0}` to a day's access tokens of that many different people, for load tests."""
        body = await _json(request)
        count, first = body.get("count"), body.get("first", 0)
        if type(count) is not int or type(first) is not int or not 0 < count <= _MOST_AT_ONCE or first < 0:
            raise OAuthError("invalid_request", f"count must be 1 to {_MOST_AT_ONCE}, first 0 or more")
        return JSONResponse({"access_tokens": await run_in_threadpool(self._crowd, first, count)}, headers=_NO_STORE)

    def _crowd(self, first: int, count: int) -> list[str]:
        people = map(crowd_person, range(first, first + count))
        return [self._tokens.access(person, "kenes-dev", _CROWD_LIFETIME) for person in people]

    def _client(self, request: Request, form: dict[str, str]) -> str:
        """The client that authenticated, by header or form. Raises OAuthError(invalid_client)."""
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic" and secret:
            raise OAuthError("invalid_request", "a client shows its secret in the header or in the form, not in both")
        if scheme.lower() == "basic":
            try:
                pair = base64.b64decode(encoded, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                pair = ("", "", "")
            client, secret = unquote_plus(pair[0]), unquote_plus(pair[2])
        if not self._vault.opens(client, secret):
            raise OAuthError("invalid_client", "client id or secret is wrong")
        return client


def _chosen(form: dict[str, str]) -> TestPerson:
    if "cancel" in form:
        raise OAuthError("access_denied", "the person went back")
    return _person(form.get("person"))


def _person(key: object) -> TestPerson:
    person = BY_KEY.get(key) if isinstance(key, str) else None
    if person is None:
        raise OAuthError("invalid_request", f"person must be one of: {', '.join(each.key for each in PEOPLE)}")
    return person


def _bearer(access_token: str, **more: str) -> Response:
    body = {"access_token": access_token, "token_type": "Bearer", "expires_in": ACCESS_LIFETIME, "scope": "openid"}
    return JSONResponse({**body, **more}, headers=_NO_STORE)


async def _json(request: Request) -> dict[str, Any]:
    # The media type is asked for because browsers send it across sites only after asking first, and we never agree.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise OAuthError("invalid_request", "send application/json")
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OAuthError("invalid_request", "the body is not JSON") from error
    if not isinstance(body, dict):
        raise OAuthError("invalid_request", "the body must be a JSON object")
    return body


async def _oauth_error(_: Request, error: Exception) -> Response:
    code = error.code if isinstance(error, OAuthError) else "server_error"
    description = error.description if isinstance(error, OAuthError) else ""
    status, headers = (401, {"www-authenticate": "Basic"}) if code == "invalid_client" else (400, {})
    return JSONResponse({"error": code, "error_description": description}, status, {**headers, **_NO_STORE})
