"""Reading request bodies: bounded in size, time and depth, and exactly what the media type says."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from kenes.web.context import header, web
from kenes.web.problems import FieldError, InvalidInput, Problem, escaped, invalid_input
from schemas.prose import BLANK, shows

MAX_DEPTH: Final = 16
MAX_FIELDS: Final = 100
FORM: Final = "kenes.form"
"""Where in its scope the form of a request is kept once it has been read; None where its body was no form."""
LARGE: Final = 1024 * 1024
"""Bytes of a body that is parsed beside the event loop, so that nobody else waits for it."""
_UNPAIRED: Final = re.compile("[\ud800-\udfff]")
Model = TypeVar("Model", bound=BaseModel)


class Form(dict[str, list[str]]):
    """Fields of a form: every name with its values in the order sent."""

    def text(self, name: str) -> str:
        """The last value of a field; empty where it was not sent, as for a field left blank."""
        values = self.get(name)
        return values[-1] if values else ""


async def read_body(request: Request, *, limit: int | None = None) -> bytes:
    """The whole body, at most `limit` bytes (default: the setting).

    Raises 413 as soon as its declared or received size passes the limit, 408 when it arrives too slowly,
    415 for a content encoding, or a transfer coding beside `chunked`: the server takes none off.
    """
    request.scope[FORM] = None
    settings = web(request.scope).settings
    most = settings.body_limit if limit is None else limit
    encoding = (header(request.scope, b"content-encoding") or b"identity").strip().lower()
    coding = header(request.scope, b"transfer-encoding")
    if encoding != b"identity" or (coding or b"chunked").strip().lower() != b"chunked":
        raise Problem(415, "encoding-unsupported", headers={"accept-encoding": "identity"})
    declared = header(request.scope, b"content-length")
    if coding is None and declared in (None, b"0"):
        return b""
    if declared is not None:
        if not declared.isdigit():
            raise Problem(400, "request-malformed")
        if len(declared) > 18 or int(declared) > most:
            raise _too_large(most)
    try:
        async with asyncio.timeout(settings.body_timeout):
            return await _all(request, most)
    except TimeoutError:
        raise Problem(408, "body-too-slow", headers={"connection": "close"}) from None


async def read_json(
    request: Request, model: type[Model], *, limit: int | None = None, without: Model | None = None
) -> Model:
    """The body as `model`, or `without` where one is given and the body is empty.

    Raises the problems of `read_body`, 415 where it is not sent as JSON, 400 where it is not JSON (RFC 8259 in UTF-8;
    a name twice in one object, NaN, infinite numbers, unpaired surrogates, NUL and more than 16 levels are refused)
    and 422 with a list of pointers where a value is wrong. A value has the type that the API's description names:
    `"5"` is no number, `1` neither true nor a date. A text that shows nothing, as of spaces alone, is refused as blank.
    """
    if without is None:
        _require(request, b"application/json")
    body = await read_body(request, limit=limit)
    if without is not None:
        if not body:
            return without
        _require(request, b"application/json")
    if len(body) <= LARGE:
        return _as_model(model, body)
    return await asyncio.to_thread(_as_model, model, body)


async def read_form(request: Request, *, limit: int | None = None) -> Form:
    """The fields of an urlencoded form. Raises the problems of `read_body`, 415 and 400 as `read_json` does."""
    _require(request, b"application/x-www-form-urlencoded")
    body = await read_body(request, limit=limit)
    form = Form()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Problem(400, "form-malformed") from None
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise Problem(400, "form-malformed")
        form.setdefault(name, []).append(value.replace("\r\n", "\n"))
    request.scope[FORM] = form
    return form


def _as_model(model: type[Model], body: bytes) -> Model:
    blank = [FieldError(pointer, BLANK) for pointer in _blank(parse_json(body))]
    if blank:
        raise InvalidInput(blank)
    try:
        # From the text once more: only there does strict mean JSON's own types, with dates as strings.
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise invalid_input(error) from None


def parse_json(body: bytes) -> Any:
    """The value of a JSON text; see `read_json`. Raises Problem 400."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise Problem(400, "encoding-invalid") from None
    except ValueError:
        raise Problem(400, "json-malformed") from None
    except RecursionError:
        raise _too_deep() from None
    # One look at the raw text answers for nearly every body; only the rest are walked.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise _too_deep()
    if "\\u" in text:
        decoded = json.dumps(value, ensure_ascii=False)
        if _UNPAIRED.search(decoded) or "\\u0000" in decoded:
            raise Problem(400, "encoding-invalid")
    return value


def _require(request: Request, media_type: bytes) -> None:
    kind, *parameters = (header(request.scope, b"content-type") or b"").lower().split(b";")
    kind = kind.strip()
    matches = kind == media_type or (
        media_type == b"application/json" and kind.startswith(b"application/") and kind.endswith(b"+json")
    )
    charset = next((p.strip()[8:].strip(b'"') for p in parameters if p.strip().startswith(b"charset=")), b"utf-8")
    if not matches or charset != b"utf-8":
        accepted = media_type.decode()
        raise Problem(415, "media-type-unsupported", values={"accepted": accepted}, headers={"accept": accepted})


async def _chunk(request: Request) -> tuple[bytes, bool]:
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


async def _all(request: Request, most: int) -> bytes:
    body, more = await _chunk(request)
    if more:
        gathered = bytearray(body)
        while more and len(gathered) <= most:
            chunk, more = await _chunk(request)
            gathered += chunk
        body = bytes(gathered)
    if len(body) > most:
        raise _too_large(most)
    return body


def _too_large(most: int) -> Problem:
    return Problem(413, "body-too-large", values={"limit": most // 1024}, members={"limit": most})


def _too_deep() -> Problem:
    return Problem(400, "json-too-deep", values={"depth": MAX_DEPTH})


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name twice")  # readers disagree on which one counts: that hides a value from a check
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("out of range")
    return value


def _depth(value: Any) -> int:
    """Levels of arrays and objects within each other, counted without recursion and only as far as needed."""
    level, containers = 0, [value]
    while containers and level <= MAX_DEPTH:
        level += 1
        children = (child for parent in containers for child in _children(parent))
        containers = [child for child in children if isinstance(child, dict | list)]
    return level


def _children(parent: Any) -> Iterable[Any]:
    return parent.values() if isinstance(parent, dict) else parent


def _blank(value: Any, pointer: str = "") -> Iterator[str]:
    """Where texts are that have a length and show nothing: they would pass for written."""
    if isinstance(value, str):
        if value and not shows(value):
            yield pointer
    elif isinstance(value, dict | list):
        for name, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _blank(child, f"{pointer}/{escaped(name)}")
