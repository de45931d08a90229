"""An OpenID issuer for tests and load generators: discovery and JWKS on a free port, tokens minted in bulk.

    with TestIssuer() as issuer:
        verifier = BearerVerifier([issuer.settings()])
        token = issuer.token("aigerim", region="KZ-75")
        crowd = issuer.crowd(50_000)            # about 35 us each (ES256)

It serves from a thread of its own process, so a test that blocks the event loop does not block the issuer.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from kenes.identity.settings import ClaimMap, IssuerSettings

SigningKey = RSAKey | ECKey | OKPKey
SigningAlgorithm = Literal["ES256", "RS256", "PS256", "Ed25519"]

ROLES = ("citizen", "moderator", "registrar", "agency:kz-government", "agency:kz-justice", "operator", "operator-act")
_UNITS = (10, 11, 15, 19, 23, 27, 31, 33, 35, 39, 43, 47, 55, 59, 61, 62, 63, 71, 75, 79)
REGIONS = tuple(f"KZ-{unit}" for unit in _UNITS)
"""ISO 3166-2 codes of the 20 first-level units of Kazakhstan."""

_GIVEN = ("Айгерім", "Ержан", "Мария", "Данияр", "Ольга", "Нұрлан", "Сәуле", "Виктор", "Гүлнар", "Тимур")
_FAMILY = ("Серікқызы", "Ахметов", "Ким", "Оспанова", "Ли", "Жұмабаев", "Петрова", "Қасымов", "Шмидт", "Ибраев")


class TestIssuer:
    """Holds the keys, serves the public ones. Use as a context manager; `port=0` picks a free port."""

    __test__ = False  # pytest takes every class named Test... for a test

    def __init__(self, audience: str = "kenes", port: int = 0) -> None:
        self.audience = audience
        self.paths: list[str] = []
        """Path of every request received, oldest first."""
        self.status = 200
        """HTTP status to answer with; set 500 to play an issuer that is down."""
        self.statuses: dict[str, int] = {}
        """The same for single paths."""
        self.delay = 0.0
        """Seconds to wait before each answer."""
        self.answers: dict[str, dict[str, Any]] = {}
        """What to answer at a path instead of the usual document, for POST /token and the like."""
        self.raw: dict[str, bytes] = {}
        """The same, byte for byte."""
        self.forms: list[dict[str, str]] = []
        """Forms received by POST, oldest first."""
        self.extra_keys: list[dict[str, Any]] = []
        """Raw JWKs to publish besides its own."""
        self.keys: dict[str, SigningKey] = {}
        self._generation = 0
        self.rotate()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="test-issuer", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def rotate(self) -> None:
        """Replace all keys by new ones with new key ids."""
        self._generation += 1
        n = self._generation
        rsa = RSAKey.generate_key(2048, {"kid": f"rsa-{n}", "use": "sig"})
        self.keys = {
            "RS256": rsa,
            "PS256": rsa,
            "ES256": ECKey.generate_key("P-256", {"kid": f"ec-{n}", "use": "sig"}),
            "Ed25519": OKPKey.generate_key("Ed25519", {"kid": f"ed-{n}", "use": "sig"}),
        }

    def settings(self, **changes: Any) -> IssuerSettings:
        """Settings that trust this issuer and grant the roles it may claim."""
        claims = ClaimMap(role_values={role: role for role in ROLES})
        return IssuerSettings.model_validate(
            {"issuer": self.url, "audience": self.audience, "claims": claims, **changes}
        )

    def environment(self) -> dict[str, str]:
        """`KENES_ISSUERS` for a child process that shall trust this issuer."""
        return {"KENES_ISSUERS": f"[{self.settings().model_dump_json()}]"}

    def claims(self, subject: str = "aigerim", **changes: Any) -> dict[str, Any]:
        """Claims of a grown-up citizen of Almaty city; a change to None removes the claim."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": self.audience,
            "sub": subject,
            "iat": now,
            "exp": now + 3600,
            "given_name": "Айгерім",
            "family_name": "Серікқызы",
            "birthdate": "1990-05-17",
            "region": "KZ-75",
            "acr": "high",
            "citizen": True,
            "roles": ["citizen"],
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self, subject: str = "aigerim", algorithm: SigningAlgorithm = "ES256", header: Any = None, **changes: Any
    ) -> str:
        """An access token; `changes` replace claims, `header` header parameters, None removes either."""
        return self.sign(self.claims(subject, **changes), algorithm, header)

    def sign(self, claims: dict[str, Any], algorithm: SigningAlgorithm = "ES256", header: Any = None) -> str:
        """Sign any claims."""
        key = self.keys[algorithm]
        merged = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **(header or {})}
        kept = {name: value for name, value in merged.items() if value is not None}
        return jwt.encode(kept, claims, key, algorithms=[algorithm], default_type=None)

    def crowd(
        self,
        count: int,
        first: int = 0,
        lifetime: int = 24 * 3600,
        algorithm: SigningAlgorithm = "ES256",
        **changes: Any,
    ) -> list[str]:
        """Tokens of `count` different grown-up citizens, `person-<n>`, spread evenly over the regions.

        ES256 is quick to sign (35 us); RS256 is slow to sign (240 us) and quick to verify, which suits a load test.
        """
        now = int(time.time())
        base = self.claims(**{"exp": now + lifetime, **changes})
        key = self.keys[algorithm]
        header = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}
        tokens = []
        for n in range(first, first + count):
            claims = {
                **base,
                "sub": f"person-{n}",
                "given_name": _GIVEN[n % len(_GIVEN)],
                "family_name": _FAMILY[n // len(_GIVEN) % len(_FAMILY)],
                "birthdate": f"{1950 + n % 55}-{1 + n % 12:02}-{1 + n % 28:02}",
                "region": changes.get("region", REGIONS[n % len(REGIONS)]),
            }
            tokens.append(jwt.encode(header, claims, key, algorithms=[algorithm]))
        return tokens

    def document(self, path: str) -> dict[str, Any] | None:
        """What is served at `path`."""
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
            }
        if path == "/jwks":
            public = {key.kid: key.as_dict(private=False) for key in self.keys.values()}
            return {"keys": [*public.values(), *self.extra_keys]}
        return None


def _handler(issuer: TestIssuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            issuer.forms.append(dict(parse_qsl(self.rfile.read(length).decode())))
            self._answer()

        def _answer(self) -> None:
            issuer.paths.append(self.path)
            time.sleep(issuer.delay)
            document = issuer.document(self.path)
            body = issuer.raw.get(self.path, json.dumps(document).encode())
            found = self.path in issuer.raw or document is not None
            self.send_response(issuer.statuses.get(self.path, issuer.status) if found else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:  # quiet: tests read the output
            pass

    return Handler
