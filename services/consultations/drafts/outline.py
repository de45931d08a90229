"""From paragraphs to a tree with a title."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts import labels
from services.consultations.drafts.bare_numbers import bare_sections
from services.consultations.drafts.blocks import Block, with_plain_number
from services.consultations.drafts.building import Builder
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.nodes import Node, Outline
from services.consultations.drafts.quotations import quoted

TITLE_LENGTH: Final = 300


def outline(blocks: Sequence[Block], limits: Limits) -> Outline:
    """Builds the tree. Raises `DraftError` where it would be too deep or have too many clauses."""
    title, rest = _title([with_plain_number(block) for block in blocks])
    inside, bare = quoted(rest), bare_sections(rest)
    builder = Builder(
        limits,
        sections_hold_articles=_sections_hold_articles(rest),
        paragraphs_hold_articles=_paragraphs_hold_articles(rest),
    )
    for at, block in enumerate(rest):
        following = rest[at + 1] if at + 1 < len(rest) else None
        builder.add(block, following, bare.get(at), is_quoted=at in inside)
    return _finished(title, builder.roots)


def _title(blocks: Sequence[Block]) -> tuple[str, Sequence[Block]]:
    """The only heading of the highest level is the document's title, if it comes first and is no piece of the law.

    Notes to the title go to what comes next.
    """
    headings = [block for block in blocks if block.level is not None]
    if not headings or labels.structural(headings[0].text):
        return "", blocks
    first = headings[0]
    alone = all(
        block.level is not None and first.level is not None and block.level > first.level for block in headings[1:]
    )
    if not alone or (len(headings) == 1 and blocks[0] is not first):
        return "", blocks
    rest = [block for block in blocks if block is not first]
    if rest and first.notes:
        rest[0] = replace(rest[0], notes=first.notes + rest[0].notes)
    return first.text, rest


def _sections_hold_articles(blocks: Iterable[Block]) -> bool:
    found = (labels.structural(block.text) for block in blocks)
    return any(label and label.kind is ClauseKind.ARTICLE for label in found)


def _paragraphs_hold_articles(blocks: Sequence[Block]) -> bool:
    """Whether nothing but its heading is between a "§" and an article, as in the civil codes of Kazakhstan and Russia.

    Not in German, where the "§" is the article, and stands in an "Artikel" of a law that changes several.
    """
    found = [labels.structural(block.text) for block in blocks]
    for at, upper in enumerate(found):
        if upper is not None and upper.label.startswith("§"):
            heading = at if upper.rest else at + 1
            lower = found[heading + 1] if heading + 1 < len(found) else None
            if lower and _is_article(lower) and not blocks[heading].text.endswith(labels.STOPS):
                return True
    return False


def _is_article(label: labels.Label) -> bool:
    return label.kind is ClauseKind.ARTICLE and not label.label.casefold().startswith(("§", "artikel"))


def _finished(title: str, roots: list[Node]) -> Outline:
    """Takes a title from the first line where no heading gave one; a text without numbers falls into paragraphs."""
    first = roots[0] if roots and roots[0].kind is ClauseKind.PREAMBLE and not roots[0].heading else None
    if first and not title and len(first.lines[0]) <= TITLE_LENGTH and (len(first.lines) > 1 or len(roots) > 1):
        title = first.lines.pop(0)
    if first and not first.lines:
        roots = first.children + roots[1:]
        if roots:
            roots[0].notes[:0] = first.notes
    elif first and len(roots) == 1:
        roots = _paragraphs(first) + first.children
    return Outline(title, roots)


def _paragraphs(preamble: Node) -> list[Node]:
    """A clause to each line, with the notes that it has the marks of; the first has those of the title too."""
    found = [Node(ClauseKind.PARAGRAPH, preamble.line, lines=[line]) for line in preamble.lines]
    for note in preamble.notes:
        next((node for node in found if note.shown in node.lines[0]), found[0]).notes.append(note)
    return found
