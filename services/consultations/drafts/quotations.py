"""Words of another law that a draft quotes: "Статья 5" between quotation marks is no article of the draft."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from services.consultations.drafts.blocks import Block

LONGEST: Final = 500
"""Paragraphs of one quotation. A mark that is not closed within them, or before a heading, is taken for a slip."""
_CURLED: Final = re.compile("[„“”]")
_CLOSED: Final = re.compile(r'"\s?[.;,]*$')

Span = tuple[int, int]
"""The positions of the paragraphs in which a quotation begins and ends."""


def quoted(blocks: Sequence[Block]) -> frozenset[int]:
    """The positions of those paragraphs that begin inside a quotation."""
    guillemets = [block.text.count("«") - block.text.count("»") for block in blocks]
    low, high = zip(*_curled(blocks), strict=True) if blocks else ((), ())
    changes = [0] * (len(blocks) + 1)
    for spans in (_spans(blocks, guillemets), _spans(blocks, low), _spans(blocks, high), _straight(blocks)):
        for begin, end in spans:
            changes[begin + 1] += 1
            changes[end + 1] -= 1
    return frozenset(at for at, around in enumerate(accumulate(changes)) if around)


def _spans(blocks: Sequence[Block], opened: Iterable[int]) -> Iterator[Span]:
    """From where a mark opens to where as few are open as before; `opened` tells each paragraph's, less the closed."""
    waiting: list[tuple[int, int]] = []
    count = 0
    for at, (block, more) in enumerate(zip(blocks, opened, strict=True)):
        if block.level is not None:
            waiting.clear()
        if more > 0:
            waiting.append((at, count))
        count += more
        while waiting and waiting[-1][1] >= count:
            begin, _ = waiting.pop()
            if at - begin < LONGEST:
                yield begin, at


def _curled(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """How many „ and “ each paragraph opens, less those it closes: “ closes what „ has opened, and else opens."""
    open_low, since = 0, 0
    for at, block in enumerate(blocks):
        if block.level is not None or at - since >= LONGEST:
            open_low = 0
        low = high = 0
        for mark in _CURLED.findall(block.text):
            if mark == "„":
                since, open_low, low = at, open_low + 1, low + 1
            elif open_low:
                open_low, low = open_low - 1, low - 1
            else:
                high += 1 if mark == "“" else -1
        yield low, high


def _straight(blocks: Sequence[Block]) -> Iterator[Span]:
    """From a paragraph that begins with a mark to the first that ends with one, names within them closed.

    These marks do not tell whether they open; of two that may, the later one does, as the first may be a slip.
    """
    begin: int | None = None
    for at, block in enumerate(blocks):
        if block.level is not None or (begin is not None and at - begin >= LONGEST):
            begin = None
        if block.text.count('"') % 2 == 0:
            continue
        if block.text.startswith('"'):
            begin = at
        elif begin is not None and _CLOSED.search(block.text):
            yield begin, at
            begin = None
