"""Who may call an operation of a JSON API, as OpenAPI says it: the ways in, and what each operation takes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from starlette.requests import Request

from kenes.web.context import web

TOKEN: Final = "bearer"  # noqa: S105 - a name
KEY: Final = "key"
SESSION: Final = "session"
ISSUER: Final = "openid"
CONFIGURATION: Final = "/.well-known/openid-configuration"
"""Where an issuer says of itself where everything is (OpenID Connect Discovery 1.0, section 4)."""

Requirement = dict[str, list[str]]


@dataclass(frozen=True)
class WaysIn:
    """How somebody can say who they are: the issuers whose tokens count, and the session's cookie."""

    issuers: Sequence[str] = ()
    cookie: str = ""

    @classmethod
    def of(cls, request: Request) -> Self:
        """Those of the site that is asked."""
        settings = web(request.scope).settings
        return cls(settings.token_issuers, settings.session_cookie)

    def configurations(self) -> dict[str, str]:
        """The discovery document of each issuer, by the name of its scheme."""
        return {f"{ISSUER}{number or ''}": f"{each}{CONFIGURATION}" for number, each in enumerate(self.issuers)}


TOKENS_ALONE: Final = WaysIn()
"""Where nothing is known of where tokens come from."""


class Guarded(Protocol):
    """What is asked of an operation here; `kenes.web.openapi.Operation` says what each means."""

    @property
    def secured(self) -> bool:
        """Somebody known is needed."""

    @property
    def optional(self) -> bool:
        """Somebody known is taken, and not needed."""

    @property
    def keys(self) -> Sequence[str] | None:
        """Scopes of which an API key needs all."""

    @property
    def session(self) -> bool:
        """A browser's session does."""


def requirements(each: Guarded, ways: WaysIn) -> list[Requirement]:
    """What opens a guarded operation: any one of the list, of which an empty one says that nothing is needed."""
    found: list[Requirement] = [{}] if each.optional else []
    found += [{name: []} for name in (TOKEN, *ways.configurations())]
    if each.keys is not None:
        found.append({KEY: list(each.keys)})
    if each.session:
        found.append({SESSION: []})
    return found


def security_schemes(operations: Iterable[Guarded], ways: WaysIn) -> dict[str, dict[str, Any]]:
    """The schemes that these operations name."""
    guarded = [each for each in operations if each.secured or each.optional]
    named = {name for each in guarded for requirement in requirements(each, ways) for name in requirement}
    return {name: scheme for name, scheme in _schemes(ways).items() if name in named}


def _schemes(ways: WaysIn) -> dict[str, dict[str, Any]]:
    issuers = {
        name: {
            "type": "openIdConnect",
            "openIdConnectUrl": uri,
            "description": "Where access tokens come from: for people by the authorization code flow with PKCE, for "
            "machines by client credentials (RFC 6749, section 4.4), at the addresses that this document names.",
        }
        for name, uri in ways.configurations().items()
    }
    return {
        TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token (RFC 9068) of an issuer trusted here. Its roles say what it may do.",
        },
        **issuers,
        KEY: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "kenes_...",
            "description": "An API key in the place of a token. It must have every scope that the operation names.",
        },
        SESSION: {
            "type": "apiKey",
            "in": "cookie",
            "name": ways.cookie,
            "description": "The session of somebody who signed in with this browser.",
        },
    }
