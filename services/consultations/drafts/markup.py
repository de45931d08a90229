"""Text from outside becomes plain text: nothing that runs in a browser, no control characters, no odd spaces."""

import html
import re
import unicodedata
from typing import Final

from markdown_it.common.html_re import close_tag, open_tag

from services.consultations.drafts.errors import DraftError, Fault, Notice, Omission
from services.consultations.drafts.raised import raised_in_html

ACTIVE: Final = re.compile(
    r"</?(script|style|iframe|frame|object|embed|applet|form|input|button|svg|math|link|meta|base|template)\b"
    r"|<[a-z][^<>]*\s(on[a-z]+)\s*="
    r"|(?:href|src|action)\s*=\s*(?:[\"']\s*)?(javascript|vbscript|data)\s*:",
    re.IGNORECASE,
)
"""What would run in a browser. It has no business in a law, so the document is refused rather than mended.

No two neighbours here may both match the same spaces: a long run of them would be divided in every way.
"""
COMMENT_OR_TAG: Final = re.compile(rf"<!--(?:-?>|.*?(?:-->|\Z))|{open_tag}|{close_tag}", re.DOTALL)
"""Tags as the parser of Markdown knows them: "k<n and m>0" is none."""
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SPACES: Final = re.compile(r"\s+")
HIDDEN: Final = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
"""Characters that cannot be seen: soft hyphens, zero widths, and marks that turn the direction of reading."""


def plain(text: str, line: int) -> str:
    """One paragraph as plain text in NFC, its spaces single. What only looks like markup is text: "k<n", "<name>".

    Raises `DraftError` for what would run in a browser, and for control characters.
    """
    spaced = SPACES.sub(" ", text).translate(HIDDEN)
    if found := CONTROL.search(spaced):
        raise DraftError(line, "text", Fault.CONTROL_CHARACTER, f"U+{ord(found.group()):04X}")
    if "<" in spaced:
        refuse_active(spaced, line)
        spaced = raised_in_html(spaced)
    return SPACES.sub(" ", unicodedata.normalize("NFC", spaced)).strip()


def without_html(text: str, line: int, notices: list[Notice]) -> str:
    """The words between the comments and tags of several lines, on the lines where they stood; noted once a line.

    A comment that does not end stays, as it would take the rest of the document along.
    """
    text = raised_in_html(text)
    seen = told = 0

    def left_out(found: re.Match[str]) -> str:
        nonlocal line, seen, told
        if found.group().startswith("<!--") and not found.group().endswith(">"):
            return found.group()
        line += text.count("\n", seen, found.start())
        seen = found.start()
        if told != line:
            notices.append(Notice(line, found.group()[:60], Omission.MARKUP))
            told = line
        return "\n" * found.group().count("\n")

    return html.unescape(COMMENT_OR_TAG.sub(left_out, text))


def refuse_active(text: str, line: int) -> None:
    """Raises `DraftError` where the text holds what would run in a browser."""
    if found := ACTIVE.search(text):
        element = next(name for name in found.groups() if name)
        raise DraftError(line, element.lower(), Fault.ACTIVE_CONTENT)
