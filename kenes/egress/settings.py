"""Limits of requests to hosts that other people name: `KENES_EGRESS_*`."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kenes.egress.errors import EgressRefusedError
from kenes.egress.target import parse_target


class EgressSettings(BaseSettings):
    """The defaults suit production; `egress_test_targets` is for tests and one's own machine."""

    model_config = SettingsConfigDict(env_prefix="KENES_", frozen=True, extra="ignore")

    egress_connect_seconds: float = Field(
        default=5.0, gt=0, le=60, description="Seconds to find a host, connect and agree on TLS."
    )
    egress_total_seconds: float = Field(
        default=15.0, gt=0, le=120, description="Seconds from the request to the end of the answer's head."
    )
    egress_header_bytes: int = Field(default=16_384, ge=1_024, description="Bytes of headers that an answer may have.")
    egress_body_bytes: int = Field(
        default=65_536, ge=0, description="Bytes of an answer's body that are read, so that its connection is kept."
    )
    egress_test_targets: frozenset[str] = Field(
        default=frozenset(),
        description="Origins, JSON, e.g. `http://127.0.0.1:9000`, that may be asked although they are "
        "private or without TLS. Never set it where strangers name addresses.",
    )

    @field_validator("egress_test_targets")
    @classmethod
    def _are_origins(cls, origins: frozenset[str]) -> frozenset[str]:
        try:
            return frozenset(parse_target(origin).origin for origin in origins)
        except EgressRefusedError as error:
            raise ValueError(f"must be origins such as `http://127.0.0.1:9000` ({error.reason})") from None
