"""The runbook: docs/operations.md as a page, with a heading to lead to for every alert."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_NO_WORD: Final = re.compile(r"[^\w\- ]+")


def anchor(heading: str) -> str:
    """The name of a heading in an address, as code forges make it: "Dead letters" is `dead-letters`."""
    return _NO_WORD.sub("", heading.strip().lower()).replace(" ", "-")


class Runbook:
    """Read once, at start. Without its file, it is empty: the image of a deployment may come without the documents."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        tokens = markdown.parse(text)
        self.anchors = frozenset(_name_headings(tokens))
        _unlink(tokens)
        # Markup of our own documents, made by a library that lets no HTML of theirs through.
        self.html = Markup(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S704

    def address(self, name: str) -> str | None:
        """Where the page says what to do, if it does."""
        return f"/runbook#{name}" if name in self.anchors else None


def _name_headings(tokens: list[Token]) -> list[str]:
    found = []
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            name = anchor(content.content)
            opening.attrSet("id", name)
            found.append(name)
    return found


def _unlink(tokens: list[Token]) -> None:
    """Links to other files lead nowhere here: they become their text."""
    for token in tokens:
        kept: list[Token] = []
        inside = False
        for child in token.children or []:
            if child.type == "link_open" and not str(child.attrGet("href")).startswith(("#", "https:")):
                inside = True
            elif child.type == "link_close" and inside:
                inside = False
            else:
                kept.append(child)
        if token.children is not None:
            token.children = kept
