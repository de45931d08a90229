"""The Bot API, and a page that shows the chats and lets somebody press start or look after a channel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import nh3
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kenes.local.sink_pages import SinkPages, sink
from kenes.local.telegram_fake.channels import Bot
from kenes.local.telegram_fake.chats import Chats, Message
from kenes.local.telegram_fake.methods import bot_api
from kenes.local.telegram_fake.texts import TEXTS

_PAGES: Final = SinkPages(Path(__file__).parent / "templates", TEXTS)
_TAGS: Final = {"a", "b", "i", "u", "s", "code", "pre"}
_TOKEN: Final = re.compile(r"(?:.*[?&]start=)?([A-Za-z0-9_-]{0,64})", re.ASCII)
_CHAT: Final = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_NAME: Final = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{3,31})", re.ASCII)


def app(chats: Chats) -> Starlette:
    """The ASGI application."""

    async def page(request: Request) -> Response:
        told = [(message, _html(message)) for message in chats.messages[:200]]
        shown = {"people": chats.people, "blocked": chats.blocked, "channels": chats.channels.values()}
        return _PAGES.page(request, "chats.html", messages=told, **shown)

    async def act(request: Request) -> Response:
        await _act(chats, request)
        return RedirectResponse("/", 303)

    async def keep(request: Request) -> Response:
        await _keep(chats, request)
        return RedirectResponse("/", 303)

    async def messages(_request: Request) -> Response:
        told = [
            {"chat": each.chat, "channel": _name(chats, each), "text": each.text, "at": each.when.isoformat()}
            for each in chats.messages
        ]
        return JSONResponse(told, headers={"cache-control": "no-store"})

    async def refused(_request: Request) -> Response:
        return JSONResponse(chats.refused)

    return sink(
        [
            *bot_api(chats),
            Route("/", page),
            Route("/", act, methods=["POST"]),
            Route("/channels", keep, methods=["POST"]),
            Route("/messages.json", messages),
            Route("/refused.json", refused),
        ]
    )


async def _keep(chats: Chats, request: Request) -> None:
    """What somebody who looks after a channel pressed on the page."""
    form = await request.form()
    name = _NAME.fullmatch(str(form.get("name", "")).strip())
    _from_our_page(request)
    if name is None or form.get("bot") not in set(Bot):
        raise HTTPException(400)
    channel = chats.found(name[1], str(form.get("title", "")) or name[1], str(form.get("description", "")))
    if channel.bot != form.get("bot"):
        chats.admit(channel, Bot(str(form["bot"])))


def _from_our_page(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403)  # a page of somebody else's that knows this port


async def _act(chats: Chats, request: Request) -> None:
    """What somebody pressed on the page."""
    form = await request.form()
    chat, token = str(form.get("chat", "")), _TOKEN.fullmatch(str(form.get("token", "")).strip())
    _from_our_page(request)
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


def _name(chats: Chats, message: Message) -> str | None:
    """The name of the channel that a message is in; `None` where it is somebody's own chat."""
    channel = chats.channels.get(message.chat)
    return None if channel is None else channel.name


def _html(message: Message) -> Markup:
    """The text as Telegram would show it: the few tags it knows, and no others."""
    clean = nh3.clean(message.text, tags=_TAGS, attributes={"a": {"href"}})
    return Markup(clean.replace("\n", "<br>"))  # noqa: S704 - cleaned on the line above
