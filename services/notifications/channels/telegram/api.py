"""The Bot API, as far as it is used here: https://core.telegram.org/bots/api"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final, Self

import httpx

from services.notifications.channels.telegram.settings import TelegramSettings

_LONG_POLL_SLACK: Final = 10.0
"""Seconds that an answer may come later than was asked for: the way there and back."""


class TelegramUnavailableError(RuntimeError):
    """There was no answer, or none that is of the Bot API."""


class TelegramRefusedError(RuntimeError):
    """The Bot API said no. `code` is HTTP-like; `retry_after` in seconds, where it asks for a pause."""

    def __init__(self, code: int, description: str, retry_after: float | None) -> None:
        super().__init__(f"the Bot API answered {code}")
        self.code = code
        self.description = description
        self.retry_after = retry_after


class BotApi:
    """Calls methods. The token stands in every address, so no address goes into an error."""

    def __init__(self, settings: TelegramSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Raises `ValueError` without a token."""
        if settings.telegram_token is None:
            raise ValueError("there is no Telegram without KENES_TELEGRAM_TOKEN")
        self._client = httpx.AsyncClient(
            base_url=f"{settings.telegram_api}/bot{settings.telegram_token.get_secret_value()}/",
            timeout=settings.telegram_timeout,
            transport=transport,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=settings.telegram_per_second),
        )

    async def send_message(self, chat: str, html: str, *, silent: bool = False) -> None:
        """A message in the HTML that Telegram knows. Raises `TelegramRefusedError`, `TelegramUnavailableError`."""
        await self._call(
            "sendMessage",
            {
                "chat_id": chat,
                "text": html,
                "parse_mode": "HTML",
                "disable_notification": silent,
                "link_preview_options": {"is_disabled": True},
            },
        )

    async def get_me(self) -> dict[str, Any]:
        """The bot itself. Raises as `send_message` does."""
        return await self._found("getMe", {})

    async def get_chat(self, chat: str) -> dict[str, Any]:
        """What is known of a chat, by its id or a public @name. Raises as `send_message` does."""
        return await self._found("getChat", {"chat_id": chat})

    async def get_chat_member(self, chat: str, user: int) -> dict[str, Any]:
        """What a user is in a chat. Raises as `send_message` does."""
        return await self._found("getChatMember", {"chat_id": chat, "user_id": user})

    async def get_updates(self, offset: int, seconds: int) -> list[dict[str, Any]]:
        """What happened since `offset`, which confirms all before it; waits for so many seconds where nothing did."""
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": ["message", "my_chat_member"]}
        found = await self._call("getUpdates", asked, timeout=seconds + _LONG_POLL_SLACK)
        return found if isinstance(found, list) else []

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _found(self, method: str, values: dict[str, Any]) -> dict[str, Any]:
        found = await self._call(method, values)
        if not isinstance(found, dict):
            raise TelegramUnavailableError(f"{method} found nothing that is the Bot API's")
        return found

    async def _call(self, method: str, values: dict[str, Any], timeout: float | None = None) -> Any:
        options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
        try:
            response = await self._client.post(method, json=values, **options)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise TelegramUnavailableError(type(error).__name__) from None
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise TelegramUnavailableError(f"an answer that is not the Bot API's, {response.status_code}")
        if answer["ok"]:
            return answer.get("result")
        raise _refused(answer, response.status_code)


def _refused(answer: dict[str, Any], status: int) -> TelegramRefusedError:
    code = answer.get("error_code")
    parameters = answer.get("parameters")
    after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return TelegramRefusedError(
        code if isinstance(code, int) else status,
        str(answer.get("description", "")),
        float(after) if isinstance(after, int | float) else None,
    )
