"""Lines of one paragraph that are paragraphs of the law: broken by hand, with nothing else between."""

from collections.abc import Iterator
from typing import Final

from services.consultations.drafts.labels import STOPS, Label, enumerator, structural
from services.consultations.drafts.markdown_notes import DEFINITION
from services.consultations.drafts.plain_text import FULL

ENDS: Final = (":", ";", ".")


def cut(text: str, level: int | None = None) -> Iterator[tuple[int, str]]:
    """The paragraphs in lines, each with the number of lines before it. A heading, which has a `level`, is one.

    Cuts before a note; before a number of a row after a stop or the line of an article's number; before the line of an
    article's number; and between that and what is below it.
    """
    if level is not None:
        yield 0, text
        return
    lines = text.split("\n")
    widest = max(map(len, lines))
    start, kept = 0, ""
    for at, line in enumerate(map(str.strip, lines)):
        if kept and _is_cut(kept, lines[at - 1].strip(), line, widest):
            yield start, kept
            start, kept = at, line
        else:
            kept = f"{kept} {line}".strip()
    yield start, kept


def _is_cut(kept: str, before: str, line: str, widest: int) -> bool:
    above = structural(kept)
    if enumerator(line):
        return above is not None or kept.endswith(STOPS)
    if not line or line[0].islower():
        return False
    if DEFINITION.match(line):
        return True
    by_hand = len(before) < FULL or len(f"{before} {line.split(maxsplit=1)[0]}") <= widest
    label = structural(line)
    if label is not None and label.separated and (above is not None or kept.endswith(ENDS)):
        return True
    return by_hand and (_may_begin(label) or (_may_begin(above) and not kept.endswith(STOPS)))


def _may_begin(label: Label | None) -> bool:
    """Whether it reads like the number and heading of a piece, not like a mention of one."""
    return label is not None and (label.separated or label.rest[:1].isupper())
