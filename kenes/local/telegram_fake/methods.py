"""The methods of the Bot API, each a path that takes and gives JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.local.telegram_fake.channels import BOT, RefusedError
from kenes.local.telegram_fake.chats import Chats

_Values = dict[str, Any]


def bot_api(chats: Chats) -> list[Route]:
    """What a bot may call, with any token."""

    async def send_message(values: _Values) -> Any:
        return {"message_id": chats.send(_chat(values), str(values.get("text", ""))).number}

    async def get_updates(values: _Values) -> Any:
        return await chats.updates(int(values.get("offset", 0)), float(values.get("timeout", 0)))

    async def get_me(_values: _Values) -> Any:
        return {"id": BOT, "is_bot": True, "username": "kenes_local_bot"}

    async def get_chat(values: _Values) -> Any:
        return chats.chat(_chat(values))

    async def get_chat_member(values: _Values) -> Any:
        return chats.member(_chat(values), int(values.get("user_id", 0)))

    return [
        _method("sendMessage", send_message),
        _method("getUpdates", get_updates),
        _method("getMe", get_me),
        _method("getChat", get_chat),
        _method("getChatMember", get_chat_member),
    ]


def _method(name: str, call: Callable[[_Values], Awaitable[Any]]) -> Route:
    async def method(request: Request) -> Response:
        values = await request.json()
        if not isinstance(values, dict):
            raise HTTPException(400)
        try:
            return JSONResponse({"ok": True, "result": await call(values)})
        except RefusedError as error:
            return JSONResponse(error.answer, error.answer["error_code"])

    return Route(f"/bot{{token}}/{name}", method, methods=["POST"])


def _chat(values: _Values) -> str:
    return str(values.get("chat_id", ""))
