"""The Bot API's methods, and a page that shows the chats and lets somebody press start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import nh3
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kenes.local.sink_pages import SinkPages, sink
from kenes.local.telegram_fake.chats import Chats, Message, RefusedError
from kenes.local.telegram_fake.texts import TEXTS

_PAGES: Final = SinkPages(Path(__file__).parent / "templates", TEXTS)
_TAGS: Final = {"a", "b", "i", "u", "s", "code", "pre"}
_TOKEN: Final = re.compile(r"(?:.*[?&]start=)?([A-Za-z0-9_-]{0,64})", re.ASCII)
_CHAT: Final = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


def app(chats: Chats) -> Starlette:
    """The ASGI application."""

    async def send_message(request: Request) -> Response:
        values = await _values(request)
        try:
            message = chats.send(str(values.get("chat_id", "")), str(values.get("text", "")))
        except RefusedError as error:
            return JSONResponse(error.answer, error.answer["error_code"])
        return JSONResponse({"ok": True, "result": {"message_id": message.number}})

    async def get_updates(request: Request) -> Response:
        values = await _values(request)
        found = await chats.updates(int(values.get("offset", 0)), float(values.get("timeout", 0)))
        return JSONResponse({"ok": True, "result": found})

    async def page(request: Request) -> Response:
        told = [(message, _html(message)) for message in chats.messages[:200]]
        return _PAGES.page(request, "chats.html", messages=told, people=chats.people, blocked=chats.blocked)

    async def act(request: Request) -> Response:
        await _act(chats, request)
        return RedirectResponse("/", 303)

    async def messages(_request: Request) -> Response:
        told = [{"chat": each.chat, "text": each.text, "at": each.when.isoformat()} for each in chats.messages]
        return JSONResponse(told, headers={"cache-control": "no-store"})

    async def refused(_request: Request) -> Response:
        return JSONResponse(chats.refused)

    return sink(
        [
            Route("/bot{token}/sendMessage", send_message, methods=["POST"]),
            Route("/bot{token}/getUpdates", get_updates, methods=["POST"]),
            Route("/", page),
            Route("/", act, methods=["POST"]),
            Route("/messages.json", messages),
            Route("/refused.json", refused),
        ]
    )


async def _act(chats: Chats, request: Request) -> None:
    """What somebody pressed on the page."""
    form = await request.form()
    chat, token = str(form.get("chat", "")), _TOKEN.fullmatch(str(form.get("token", "")).strip())
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403)  # a page of somebody else's that knows this port
    if not _CHAT.fullmatch(chat) or token is None:
        raise HTTPException(400)
    match form.get("act"):
        case "start":
            chats.start(chat, token[1])
        case "stop":
            chats.write(chat, "/stop")
        case "block":
            chats.block(chat)
        case _:
            raise HTTPException(400)


async def _values(request: Request) -> dict[str, Any]:
    values = await request.json()
    if not isinstance(values, dict):
        raise HTTPException(400)
    return values


def _html(message: Message) -> Markup:
    """The text as Telegram would show it: the few tags it knows, and no others."""
    clean = nh3.clean(message.text, tags=_TAGS, attributes={"a": {"href"}})
    return Markup(clean.replace("\n", "<br>"))  # noqa: S704 - cleaned on the line above
