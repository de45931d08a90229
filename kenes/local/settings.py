"""Settings of the embedded stack: `KENES_LOCAL_*`."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from kenes.local.errors import LocalStackError

_PREFIX = "KENES_LOCAL_"
LAST_FIRST_PORT = 65_000
"""The last port that may be the first of several: the next ones go up."""


class LocalSettings(BaseSettings):
    """Where the embedded stack keeps its data and which ports of the loopback address it takes."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    data: Path = Field(default=Path("var"), description="Folder of all data, logs and secrets of the local stack.")
    kafka_port: int = Field(default=19092, ge=1, le=65535, description="Kafka's port for clients.")
    kafka_controller_port: int = Field(default=19093, ge=1, le=65535, description="Kafka's own controller port.")
    mongo_port: int = Field(default=27027, ge=1, le=65535, description="Port of the MongoDB-wire server.")
    mongo_binary: str | None = Field(
        default=None, description="The MongoDB-wire server to run; by default the fastest one found."
    )
    identity_port: int = Field(default=8090, ge=1, le=65535, description="Port of the local identity provider.")
    mail_port: int = Field(default=8091, ge=1, le=65535, description="Port of the page that shows the mail sent.")
    smtp_port: int = Field(default=19025, ge=1, le=65535, description="Port of the local mail relay.")
    telegram_port: int = Field(default=8092, ge=1, le=65535, description="Port of the local Bot API and its page.")
    push_port: int = Field(default=8093, ge=1, le=65535, description="Port of the local push service and its page.")
    api_port: int = Field(
        default=8080, ge=1, le=LAST_FIRST_PORT, description="Port of the first service's site; the next ones go up."
    )
    metrics_port: int = Field(
        default=19180,
        ge=1,
        le=LAST_FIRST_PORT,
        description="Port of the first process's health and metrics; the next ones go up.",
    )

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        ports: dict[int, str] = {}
        for name in type(self).model_fields:
            if name.endswith("_port") and (other := ports.setdefault(getattr(self, name), name)) != name:
                raise ValueError(f"{setting_name(other)} and {setting_name(name)} are the same port")
        return self

    @classmethod
    def load(cls) -> Self:
        """The settings of the environment. Raises LocalStackError with a line for each wrong one."""
        try:
            return cls()
        except ValidationError as error:
            problems = error.errors(include_input=False, include_url=False)
            raise LocalStackError("\n".join(_said(each) for each in problems)) from None


def _said(problem: ErrorDetails) -> str:
    said = problem["msg"].removeprefix("Value error, ")
    return f"setting {setting_name(str(problem['loc'][0]))}: {said}" if problem["loc"] else f"settings: {said}"


def setting_name(field: str) -> str:
    """The environment variable of a field."""
    return f"{_PREFIX}{field.upper()}"
