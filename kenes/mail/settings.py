"""How mail leaves: `KENES_SMTP_*`. Without a host nothing is sent, and nothing that needs mail is offered."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kenes.mail.address import AddressError, parse_mailbox


class MailSettings(BaseSettings):
    """The relay that takes our mail. Nothing secret has a default."""

    model_config = SettingsConfigDict(env_prefix="KENES_", frozen=True, extra="ignore")

    smtp_host: str | None = Field(default=None, description="The relay's name; left out or `none`: no mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="The relay's port.")
    smtp_from: str = Field(default="", description="Who writes, e.g. `Kenes <no-reply@petitions.example>`.")
    smtp_bounces: str = Field(
        default="",
        description="Mailbox with sub-addresses that bounces come back to, e.g. `bounces@petitions.example`, as "
        "`bounces+REFERENCE@petitions.example`; left out: they go to who writes.",
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="`tls` from the first byte (port 465), `starttls`, or `none` inside one machine.",
    )
    smtp_user: str | None = Field(default=None, min_length=1, description="Our name at the relay, if it asks for one.")
    smtp_password: SecretStr | None = Field(
        default=None, min_length=1, description="Our password there; or KENES_SMTP_PASSWORD_FILE, a file that holds it."
    )
    smtp_timeout: float = Field(default=10.0, gt=0, le=120, description="Seconds a letter may take to be handed over.")

    @model_validator(mode="before")
    @classmethod
    def _read_secret(cls, values: dict[str, Any]) -> dict[str, Any]:
        path = os.environ.get("KENES_SMTP_PASSWORD_FILE")
        if not path or "smtp_password" in values:
            return values
        try:
            return {**values, "smtp_password": Path(path).read_text(encoding="utf-8").strip()}
        except (OSError, ValueError):
            raise ValueError("smtp_password_file: names a file that cannot be read") from None

    @field_validator("smtp_host")
    @classmethod
    def _none_is_none(cls, host: str | None) -> str | None:
        return None if host in ("", "none") else host

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.smtp_host is None:
            return self
        try:
            parse_mailbox(self.smtp_from)
        except AddressError:
            raise ValueError("smtp_from: must be a mailbox such as `Kenes <no-reply@petitions.example>`") from None
        if self.smtp_bounces:
            try:
                parse_mailbox(self.smtp_bounces)
            except AddressError:
                raise ValueError("smtp_bounces: must be an address such as `bounces@petitions.example`") from None
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("smtp_user: a name and a password go together")
        if self.smtp_user is not None and self.smtp_security == "none":
            raise ValueError("smtp_security: a password is never sent in clear")
        return self
