"""Our side of OpenID Connect's authorization code flow (Core 1.0, section 3.1) with PKCE (RFC 7636).

It knows nothing of browsers, cookies or sessions: those are in `login`.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx

from kenes.identity.claims import person_from_claims
from kenes.identity.discovery import (
    IssuerUnreachableError,
    answered,
    endpoint,
    fetch_configuration,
    json_object,
)
from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.keys import IssuerKeys
from kenes.identity.person import Person
from kenes.identity.settings import IssuerSettings, LoginSettings
from kenes.identity.signed_token import UnverifiedToken, check_audience, check_times, unpack
from kenes.observe.logs import get_logger

_MAX_AGE = 600.0
"""Seconds for which the issuer's addresses are believed: it seldom changes them, and logins must not fail for long."""
CALLBACK = "/auth/callback"
_log = get_logger(__name__)


class LoginFailedError(Exception):
    """The issuer did not vouch for anybody: a code it does not accept, or an ID token that does not hold."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login under way. All three secrets are random and used once."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        """Fresh secrets of 256 bits."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


@dataclass(frozen=True, slots=True, repr=False)
class SignIn:
    """What a login ends in. The ID token is kept to sign out at the issuer, too."""

    person: Person
    id_token: str


class OidcClient:
    """Talks to the login issuer. `clock` gives seconds since the epoch."""

    def __init__(
        self,
        settings: LoginSettings,
        issuer: IssuerSettings,
        keys: IssuerKeys,
        client: httpx.AsyncClient,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._issuer = issuer
        self._keys = keys
        self._client = client
        self._clock = clock
        self._configuration: dict[str, Any] = {}
        self._fetched = float("-inf")
        self.redirect_uri = settings.public_url.rstrip("/") + CALLBACK

    async def authorization_uri(self, attempt: Attempt, language: str, *, again: bool = False) -> str:
        """Where to send the browser. `again` has the issuer ask for the person anew, whoever is signed in there.

        Raises IssuerUnreachableError.
        """
        digest = hashlib.sha256(attempt.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self._settings.oidc_scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        if again:
            query["prompt"] = "login"
            query |= {"acr_values": wanted} if (wanted := self._settings.oidc_acr_values) else {}
        uri = await self._endpoint("authorization_endpoint")
        return f"{uri}{'&' if '?' in uri else '?'}{urlencode(query)}"

    async def sign_in(self, code: str, attempt: Attempt) -> SignIn:
        """Turns a code into a person.

        Raises LoginFailedError when the issuer or its answer does not hold, IssuerUnreachableError when it is down.
        """
        answer = await self._exchange(code, attempt)
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str):
            raise LoginFailedError("the issuer gave no ID token")
        try:
            claims = await self._verified(id_token, attempt.nonce)
            if isinstance(access_token, str):
                claims = {**await self._userinfo(access_token, claims["sub"]), **claims}
            return SignIn(person_from_claims(self._issuer.issuer, claims, self._issuer.claims), id_token)
        except TokenRefusedError as error:
            if error.reason.temporary:
                raise IssuerUnreachableError(error.detail) from error
            raise LoginFailedError(f"ID token: {error}") from error

    async def end_session_uri(self, id_token: str, language: str) -> str | None:
        """Where to sign out at the issuer (RP-Initiated Logout 1.0); None when it has no such page."""
        if "end_session_endpoint" not in await self._configured():
            return None
        query = {
            "id_token_hint": id_token,
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": self._settings.public_url.rstrip("/") + "/",
            "ui_locales": language,
        }
        uri = await self._endpoint("end_session_endpoint")
        return f"{uri}{'&' if '?' in uri else '?'}{urlencode(query)}"

    async def _exchange(self, code: str, attempt: Attempt) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        client_id, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret.get_secret_value()
        headers = {}
        offered = (await self._configured()).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in offered:
            # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        uri = await self._endpoint("token_endpoint")
        status, body = await answered(self._client, "POST", uri, headers, form)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise IssuerUnreachableError(f"{uri} answered {status}")
        if status != httpx.codes.OK:
            raise LoginFailedError(f"the issuer refused the code with status {status}")
        return json_object(body, uri)

    async def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token, checked as Core 1.0 section 3.1.3.7 asks."""
        token = unpack(id_token)
        claims, own = token.claims, self._settings.oidc_client_id
        if claims.get("iss") != self._issuer.issuer:
            raise TokenRefusedError(Reason.ISSUER_UNKNOWN, "the ID token is of another issuer")
        check_times(claims, self._clock())
        check_audience(claims, frozenset({own}))
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != own:
            raise TokenRefusedError(Reason.AUDIENCE_WRONG, "the ID token was made for another client")
        await self._check_signature(token)
        if not isinstance(claims.get("sub"), str):
            raise TokenRefusedError(Reason.CLAIMS_MISSING, "the claim sub names nobody")
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise TokenRefusedError(Reason.CLAIMS_MISSING, "the nonce is not that of this login")
        return claims

    async def _userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        """Further claims; many issuers keep their ID tokens short. Section 5.3.2: another subject's are not used."""
        if not self._settings.oidc_userinfo or "userinfo_endpoint" not in await self._configured():
            return {}
        uri = await self._endpoint("userinfo_endpoint")
        status, body = await answered(self._client, "GET", uri, {"authorization": f"Bearer {access_token}"})
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            # The access token is for another resource: with some issuers its audience depends on the scopes.
            _log.warning("the issuer gives no user information for our access token", status=status)
            return {}
        if status != httpx.codes.OK:
            raise IssuerUnreachableError(f"{uri} answered {status}")
        claims = json_object(body, uri) if body.lstrip()[:1] == b"{" else await self._signed_claims(body)
        if claims.get("sub") != subject:
            raise LoginFailedError("the issuer's user information is about somebody else")
        return claims

    async def _signed_claims(self, body: bytes) -> dict[str, Any]:
        """User information as a signed token (section 5.3.2). Raises TokenRefusedError."""
        token = unpack(body.decode("ascii", "replace").strip())
        if token.claims.get("iss") != self._issuer.issuer:
            raise TokenRefusedError(Reason.ISSUER_UNKNOWN, "the user information is of another issuer")
        check_audience(token.claims, frozenset({self._settings.oidc_client_id}))
        await self._check_signature(token)
        return token.claims

    async def _check_signature(self, token: UnverifiedToken) -> None:
        if token.algorithm not in self._issuer.algorithms:
            raise TokenRefusedError(Reason.SIGNATURE_INVALID, "the signature algorithm is not accepted")
        token.verify(await self._keys.find(token.key_id, token.algorithm))

    async def _configured(self) -> dict[str, Any]:
        if not self._configuration or self._clock() - self._fetched > _MAX_AGE:
            try:
                self._configuration = await fetch_configuration(self._client, self._issuer)
                self._fetched = self._clock()
            except IssuerUnreachableError:
                if not self._configuration:
                    raise
        return self._configuration

    async def _endpoint(self, name: str) -> str:
        return endpoint(await self._configured(), name, self._issuer)
