"""The language of an answer, decided once per request."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import Request

from kenes.web.context import cookie, header, web
from kenes.web.i18n import LANGUAGE_COOKIE, Catalogs, Translator, negotiate

LOCALES: Final = Path(__file__).parent / "http_locales"
_KEY = "kenes.language"


def edge_catalogs(folders: Iterable[Path] = (), *, strict: bool = False) -> Catalogs:
    """The kit's messages, those of the edge (problems, validation), and the given services' folders."""
    return Catalogs((LOCALES, *folders), strict=strict)


def request_language(scope: MutableMapping[str, Any]) -> str:
    """`?lang=`, else the language cookie, else Accept-Language: one of `i18n.LANGUAGES`."""
    known = scope.get(_KEY)
    if known is not None:
        return str(known)
    accepted = header(scope, b"accept-language")
    language = negotiate(
        None if accepted is None else accepted.decode("latin-1"),
        _query(scope["query_string"]),
        cookie(scope, LANGUAGE_COOKIE),
    )
    scope[_KEY] = language
    return language


def translator(request: Request, language: str | None = None) -> Translator:
    """The application's messages in `language`, or in the request's."""
    return Translator(web(request.scope).catalogs, language or request_language(request.scope))


def _query(query_string: bytes) -> str | None:
    if b"lang=" not in query_string:
        return None
    values = parse_qs(query_string.decode("latin-1")).get("lang")
    return values[-1] if values else None
