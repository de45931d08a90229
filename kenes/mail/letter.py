"""A letter: a few paragraphs and at most one button, as plain text and as HTML that any mail program shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from kenes.mail.message import Mail
from kenes.web.i18n import Translator

LOCALES: Final = Path(__file__).parent / "locales"
_TEMPLATES: Final = Path(__file__).parent / "templates"


def letter_templates(*folders: Path) -> Environment:
    """Templates of letters: those of the given folders, which may extend the kit's `frame.html`."""
    return Environment(
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        loader=FileSystemLoader([*folders, _TEMPLATES]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


_ENVIRONMENT: Final = letter_templates()


@dataclass(frozen=True, slots=True)
class Button:
    """What the reader may do: words, and an absolute address."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written, in one language. `site` is the origin people know; `after` stands below the button."""

    subject: str
    paragraphs: tuple[str, ...]
    site: str
    button: Button | None = None
    after: tuple[str, ...] = ()

    def to(self, address: str, t: Translator) -> Mail:
        """The mail to an address, framed in the language of `t`. Raises `MailError`."""
        told = {"letter": self, "t": t, "lang": t.language}
        return Mail(
            to=address,
            subject=self.subject,
            text=_ENVIRONMENT.get_template("letter.txt").render(told),
            html=_ENVIRONMENT.get_template("letter.html").render(told),
            language=t.language,
        )
