"""Answers to what never becomes a request: the server refuses it before any application hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from kenes.web.i18n import negotiate
from kenes.web.language import edge_catalogs
from kenes.web.problems import Problem, json_answer, view

_CODES: Final = {400: "request-malformed", 408: "body-too-slow", 431: "head-too-large"}


def refusal(status: int, fields: Iterable[tuple[bytes, bytes]], limit: int) -> bytes:
    """The whole answer, a problem as everywhere else: 400, 408, or 431 for a head of more than `limit` bytes.

    `fields` are those of its header fields that came; they may tell the language.
    """
    accepted = dict(fields).get(b"accept-language", b"")
    return _written(status, negotiate(accepted.decode("latin-1")), limit)


@cache
def _written(status: int, language: str, limit: int) -> bytes:
    problem = Problem(status, _CODES[status], values={"limit": limit // 1024})
    answer = json_answer(view(problem, language, edge_catalogs()), {"connection": "close"})
    fields = b"".join(b"%b: %b\r\n" % field for field in answer.raw_headers)
    return b"%b%b\r\n%b" % (STATUS_LINE[status], fields, bytes(answer.body))
