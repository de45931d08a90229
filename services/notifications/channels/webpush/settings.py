"""How browsers are reached: `KENES_WEBPUSH_*`. Without a key there is no such channel, and none is offered."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from kenes.egress.push_services import PUSH_SERVICES
from kenes.setting_files import FileSettings
from services.notifications.channels.webpush.vapid import VapidKey


class WebPushSettings(FileSettings):
    """Who pushes, and to which services. The key has no default; with another one, all subscriptions are void."""

    webpush_key: SecretStr | None = Field(
        default=None, description="The private VAPID key: 32 bytes of P-256, base64url; left out: no web push."
    )
    webpush_contact: str = Field(
        default="",
        pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)?$",
        description="Whom a push service may ask: `mailto:` and an address, or an https address.",
    )
    webpush_hosts: tuple[str, ...] = Field(
        default=PUSH_SERVICES,
        description="Push services of browsers, JSON; a name with a dot before it stands for all below it.",
    )
    webpush_ttl: int = Field(
        default=3 * 86_400, ge=0, le=28 * 86_400, description="Seconds a push service keeps what it cannot hand over."
    )

    @property
    def is_on(self) -> bool:
        """There is a key to push with."""
        return self.webpush_key is not None

    @property
    def key(self) -> VapidKey:
        """The key. Raises `ValueError` without one."""
        if self.webpush_key is None:
            raise ValueError("there is no web push without KENES_WEBPUSH_KEY")
        return VapidKey.of(self.webpush_key.get_secret_value())

    @field_validator("webpush_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            VapidKey.of(key.get_secret_value())
        return key

    @model_validator(mode="after")
    def _a_key_has_a_contact(self) -> Self:
        if self.is_on and not self.webpush_contact:
            raise ValueError("webpush_contact: a key goes with somebody to ask")
        return self
