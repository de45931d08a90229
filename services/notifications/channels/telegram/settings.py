"""How Telegram is reached: `KENES_TELEGRAM_*`. Without a token there is no such channel, and none is offered."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from kenes.setting_files import FileSettings


class TelegramSettings(FileSettings):
    """The bot that writes. Its token has no default."""

    telegram_token: SecretStr | None = Field(
        default=None, min_length=1, description="The bot's token, from @BotFather; left out: no Telegram."
    )
    telegram_bot: str = Field(
        default="",
        pattern=r"^(@?[A-Za-z0-9_]{5,32}|none)?$",
        description="The bot's name; people start it by a link to it. `none`: there is no bot.",
    )
    telegram_api: str = Field(
        default="https://api.telegram.org",
        pattern=r"^https?://[^\s/?#]+$",
        description="Origin of the Bot API; another one for a server of one's own or a test.",
    )
    telegram_per_second: int = Field(
        default=30,
        ge=1,
        description="Messages of this process in any second, to all chats together: the bot's 30, shared by the stream "
        "processes.",
    )
    telegram_timeout: float = Field(default=10.0, gt=0, le=60, description="Seconds a message may take to be sent.")

    @property
    def is_on(self) -> bool:
        """There is a bot to send with."""
        return self.telegram_token is not None

    @property
    def bot(self) -> str:
        """The bot's name, without `@`."""
        return self.telegram_bot.removeprefix("@")

    @field_validator("telegram_bot")
    @classmethod
    def _none_is_none(cls, name: str) -> str:
        return "" if name == "none" else name

    @model_validator(mode="after")
    def _a_bot_has_a_name(self) -> Self:
        if self.is_on and not self.telegram_bot:
            raise ValueError("telegram_bot: a token goes with the bot's name")
        return self
