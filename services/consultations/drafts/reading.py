"""One way in for every format: a file's name and bytes become a clause tree, or nothing at all."""

from dataclasses import dataclass
from pathlib import PurePath

from schemas.consultations.clauses import ClauseTree
from services.consultations.drafts import akoma_ntoso, markdown, plain_text, word
from services.consultations.drafts.errors import WHOLE, DraftError, Fault, Notice
from services.consultations.drafts.limits import DEFAULT, Limits
from services.consultations.drafts.outline import outline
from services.consultations.drafts.tree import grown

MARKDOWN = frozenset({".md", ".markdown"})
TEXT = frozenset({".txt", ".text"})
WORD = frozenset({".docx"})
WORD_WITH_MACROS = frozenset({".docm", ".dotm"})
XML = frozenset({".xml", ".akn"})


@dataclass(frozen=True)
class Reading:
    """A tree, and what of the document is not in it."""

    tree: ClauseTree
    notices: tuple[Notice, ...]


def read(name: str, data: bytes, limits: Limits = DEFAULT) -> ClauseTree:
    """The clause tree of a file. The format is told by the ending of `name`. Pure: no network, no disk.

    Raises `DraftError` where the document cannot be taken: which line, which element, and why.
    """
    return examine(name, data, limits).tree


def examine(name: str, data: bytes, limits: Limits = DEFAULT) -> Reading:
    """As `read`, and tells what was left out of the document."""
    if len(data) > limits.bytes:
        raise DraftError(0, WHOLE, Fault.TOO_LARGE, f"{len(data)} bytes, over {limits.bytes}")
    notices: list[Notice] = []
    ending = PurePath(name).suffix.casefold()
    if ending in WORD_WITH_MACROS:
        raise DraftError(0, ending, Fault.MACRO)
    if ending in XML:
        tree = akoma_ntoso.read(data, limits, notices)
    elif ending in WORD:
        tree = grown(outline(word.blocks(data, limits, notices), limits), limits)
    elif ending in MARKDOWN:
        tree = grown(outline(markdown.blocks(_text(data, limits), limits, notices), limits), limits)
    elif ending in TEXT:
        tree = grown(outline(plain_text.blocks(_text(data, limits)), limits), limits)
    else:
        raise DraftError(0, ending or "name", Fault.FORMAT_UNKNOWN)
    return Reading(tree, tuple(notices))


def _text(data: bytes, limits: Limits) -> str:
    if len(data) > limits.text_bytes:
        raise DraftError(0, WHOLE, Fault.TOO_LARGE, f"{len(data)} bytes of text, over {limits.text_bytes}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DraftError(data.count(b"\n", 0, error.start) + 1, "text", Fault.NOT_UTF8) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
