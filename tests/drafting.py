"""Small drafts as Markdown files, and the body that hands them in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

_ARTICLE: Final = {"kk": "{number}-бап", "ru": "Статья {number}", "en": "Article {number}"}
_TITLE: Final = {"kk": "Медиа туралы", "ru": "О медиа", "en": "On media"}


def markdown(language: str, *articles: str) -> str:
    """A draft of these articles, numbered from 1; its clauses are `art_1`, `art_2` and so on."""
    parts = [f"# {_TITLE[language]}"]
    for number, text in enumerate(articles, 1):
        parts += [f"## {_ARTICLE[language].format(number=number)}", text]
    return "\n\n".join(parts) + "\n"


def in_base64(data: bytes | str) -> str:
    """As the API takes a file."""
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def version_body(version: int, texts: Mapping[str, bytes | str], ending: str = "md") -> dict[str, Any]:
    """The body of a request; `texts` are files by language."""
    files = [
        {"language": language, "name": f"draft.{ending}", "content": in_base64(data)}
        for language, data in texts.items()
    ]
    return {"version": version, "texts": files}


def in_both(version: int, *articles: str) -> dict[str, Any]:
    """A version that has the same words in Kazakh and in Russian."""
    return version_body(version, {language: markdown(language, *articles) for language in ("kk", "ru")})
