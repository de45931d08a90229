"""Authorization requests and the codes they end in (RFC 6749 section 4.1, RFC 7636)."""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from kenes.local.identity_provider.people import TestPerson

CODE_LIFETIME = 60.0
"""Seconds in which a code must be turned into tokens."""

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PARAMETERS = ("response_type", "client_id", "redirect_uri", "scope", "state", "nonce")
_PKCE = ("code_challenge", "code_challenge_method")
_MOST_CODES = 10_000


class OAuthError(Exception):
    """An error with one of the codes that RFC 6749 lists (sections 4.1.2.1 and 5.2)."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asked for, already checked. `client_id` and `redirect_uri` are checked by the caller."""

    client_id: str
    redirect_uri: str
    state: str | None
    nonce: str | None
    challenge: str
    parameters: Mapping[str, str]
    """The same as they came, to repeat in the form."""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "AuthorizationRequest":
        """Raises OAuthError for anything but the code flow with PKCE and the scope openid."""
        if given.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "only response_type=code is offered")
        if "openid" not in given.get("scope", "").split():
            raise OAuthError("invalid_scope", "the scope must contain openid")
        if given.get("prompt") == "none":
            raise OAuthError("login_required", "a person has to be chosen")
        challenge = given.get("code_challenge", "")
        if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise OAuthError("invalid_request", "PKCE with S256 is required")
        return cls(
            client_id=given["client_id"],
            redirect_uri=given["redirect_uri"],
            state=given.get("state"),
            nonce=given.get("nonce"),
            challenge=challenge,
            parameters={name: given[name] for name in (*_PARAMETERS, *_PKCE) if name in given},
        )


def answer_uri(redirect_uri: str, issuer: str, state: str | None, **answer: str) -> str:
    """Where to send the browser back, with `iss` against mix-up (RFC 9207)."""
    query = {**answer, "iss": issuer} if state is None else {**answer, "state": state, "iss": issuer}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(query)}"


class Codes:
    """Codes given out and not yet used; a code is forgotten by its first use, right or wrong."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[float, AuthorizationRequest, TestPerson]] = {}

    def give(self, request: AuthorizationRequest, person: TestPerson) -> str:
        """A fresh code."""
        if len(self._open) >= _MOST_CODES:
            self._open.pop(next(iter(self._open)))
        code = secrets.token_urlsafe(32)
        self._open[code] = (time.monotonic() + CODE_LIFETIME, request, person)
        return code

    def take(self, code: str, client: str, redirect_uri: str, verifier: str) -> tuple[AuthorizationRequest, TestPerson]:
        """What the code stands for. Raises OAuthError(invalid_grant)."""
        ends, request, person = self._open.pop(code, (0.0, None, None))
        if request is None or person is None or time.monotonic() > ends:
            raise OAuthError("invalid_grant", "the code is unknown, used or too old")
        if (request.client_id, request.redirect_uri) != (client, redirect_uri):
            raise OAuthError("invalid_grant", "the code was given to another client or address")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not secrets.compare_digest(digest, request.challenge):
            raise OAuthError("invalid_grant", "the code verifier does not match")
        return request, person
