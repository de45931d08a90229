"""What somebody wrote in a form for others to read: what is to be mended before it can be sent, in words."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from kenes.web.i18n import Translator
from schemas.prose import HIDDEN, first_hidden, shows, without_hidden


def unfit(text: str, least: int, most: int, t: Translator) -> str:
    """What is to be mended in a text of `least` to `most` characters; empty where nothing is.

    Where it is a character that nobody sees, the words say that it has been taken out: show the text `as_seen`.
    """
    if not (least <= len(text) <= most and shows(text)):
        return t("writing.length", least=least, count=most)
    place = first_hidden(text)
    return t("writing.hidden", **place) if place else ""


def faults(
    error: ValidationError, said: Callable[[tuple[int | str, ...]], tuple[str, str]], t: Translator
) -> list[tuple[str, str]]:
    """What to mend in a form whose values pydantic refused: (control, words), one for each control.

    `said` has both for the place of a fault. Of a character that nobody sees the words say where it was instead, and
    that it has been taken out.
    """
    found: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_input=False):
        control, words = said(fault["loc"])
        found.setdefault(control, t("writing.hidden", **fault["ctx"]) if fault["type"] == HIDDEN else words)
    return list(found.items())


def as_seen(values: Mapping[str, str]) -> dict[str, str]:
    """What was written, without what nobody sees: nobody could find it in the form to delete it."""
    return {name: without_hidden(value) for name, value in values.items()}
