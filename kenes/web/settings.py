"""Settings of the HTTP edge, embedded in each service's own settings."""

from ipaddress import IPv4Network, IPv6Network
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class WebSettings(BaseModel):
    """What the edge needs to know. All limits are per process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_url: str = Field(
        default="http://127.0.0.1:8080",
        description="Origin people reach the site under, without a path. https turns on HSTS and secure cookies.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Further names accepted in the Host header besides the public URL's; loopback names are always "
        "accepted from a loopback peer.",
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(),
        description="Networks of our own gateways. Only from them is Forwarded or X-Forwarded-For believed.",
    )
    identity_origins: tuple[str, ...] = Field(
        default=(),
        description="Origins of identity providers a form may lead to (login redirects after a form post).",
    )
    token_issuers: tuple[str, ...] = Field(
        default=(),
        description="OpenID issuers whose access tokens count, as the API's description names them.",
    )
    body_limit: int = Field(default=64 * 1024, ge=1024, description="Largest request body, bytes.")
    body_timeout: float = Field(default=20.0, gt=0, description="Seconds within which a body must have arrived.")
    read_limit: int = Field(default=6_000, ge=1, description="Reads per minute from one address.")
    write_limit: int = Field(default=60, ge=1, description="Writes per minute of one identified person.")
    anonymous_write_limit: int = Field(
        default=120, ge=1, description="Writes per minute from one address without a valid identity."
    )
    streams_per_address: int = Field(default=20_000, ge=1, description="Live streams open at once from one address.")
    session_name: str = Field(
        default="kenes",
        pattern="^[a-z-]+$",
        description="Name of the session's cookie: sites of their own login need names of their own on one host.",
    )
    session_idle: int = Field(default=2 * 3600, ge=60, description="Seconds without a request that end a session.")
    session_lifetime: int = Field(default=12 * 3600, ge=60, description="Seconds after login that end any session.")
    confirmation_lifetime: int = Field(
        default=1800, ge=60, description="Seconds in which a confirmation page may be confirmed."
    )

    @field_validator("public_url", "identity_origins")
    @classmethod
    def _origins(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        return _origin(value) if isinstance(value, str) else tuple(_origin(url) for url in value)

    @field_validator("allowed_hosts")
    @classmethod
    def _lower(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.lower() for name in value)

    @model_validator(mode="after")
    def _idle_within_lifetime(self) -> Self:
        if self.session_idle > self.session_lifetime:
            raise ValueError("session_idle is longer than session_lifetime")
        return self

    @property
    def secure(self) -> bool:
        """True where people reach the site over https."""
        return self.public_url.startswith("https:")

    @property
    def session_cookie(self) -> str:
        """`__Host-` binds the cookie to this host and to https; browsers refuse the prefix on plain http."""
        return f"__Host-{self.session_name}" if self.secure else self.session_name

    @property
    def hosts(self) -> frozenset[str]:
        """Names (without port, lower case) this site answers to."""
        return frozenset({urlsplit(self.public_url).hostname or "", *self.allowed_hosts})


def _origin(url: str) -> str:
    """`url` as an origin (`scheme://host[:port]`). Raises ValueError where it is more or less than that."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError(f"{url!r} is not an http(s) origin")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"{url!r} must not have a path")
    if any(character in url for character in " ;,'\""):
        raise ValueError(f"{url!r} must not have spaces, quotes or separators")
    default = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, default} else "")
