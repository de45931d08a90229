"""How mail leaves: `KENES_SMTP_*`. Without a host nothing is sent, and nothing that needs mail is offered.

And how long the links in it work, and how many may be asked for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from kenes.mail.address import AddressError, parse_mailbox
from kenes.mail.links import LinkLimits
from kenes.setting_files import FileSettings


class MailSettings(FileSettings):
    """The relay that takes our mail. Nothing secret has a default."""

    smtp_host: str | None = Field(default=None, description="The relay's name; left out or `none`: no mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="The relay's port.")
    smtp_from: str = Field(default="", description="Who writes, e.g. `Kenes <no-reply@petitions.example>`.")
    smtp_bounces: str = Field(
        default="",
        description="Mailbox with sub-addresses that bounces come back to, e.g. `bounces@petitions.example`, as "
        "`bounces+REFERENCE@petitions.example`; left out or `none`: to the sender's.",
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="`tls` from the first byte (port 465), `starttls`, or `none` inside one machine.",
    )
    smtp_user: str | None = Field(
        default=None, min_length=1, description="Our name at the relay; left out or `none`: it asks for none."
    )
    smtp_password: SecretStr | None = Field(default=None, min_length=1, description="Our password there.")
    smtp_timeout: float = Field(default=10.0, gt=0, le=120, description="Seconds a letter may take to be handed over.")

    @field_validator("smtp_host", "smtp_user")
    @classmethod
    def _none_is_none(cls, name: str | None) -> str | None:
        return None if name in ("", "none") else name

    @field_validator("smtp_bounces")
    @classmethod
    def _none_is_left_out(cls, address: str) -> str:
        return "" if address == "none" else address

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


class LinkSettings(FileSettings):
    """The links that letters carry."""

    mailed_link_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        description="Hours in which a link may be followed that was mailed or leads to the bot.",
    )
    letters_to_mailbox: int = Field(default=3, ge=1, description="Letters with links sent to one mailbox in an hour.")
    letters_by_client: int = Field(
        default=30, ge=1, description="Letters with links that one client (address or IPv6 /64) may ask for in an hour."
    )

    @property
    def limits(self) -> LinkLimits:
        """What issues links keeps to."""
        return LinkLimits(
            timedelta(hours=self.mailed_link_hours),
            to_mailbox=self.letters_to_mailbox,
            by_client=self.letters_by_client,
        )
