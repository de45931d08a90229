"""A campaign as people see it: one text, so many senders, these variations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from services.consultations.campaigns.normalising import normalised


class Edit(NamedTuple):
    """Words in a row that both texts have, that only the first has, or that only the other has."""

    kind: Literal["kept", "removed", "added"]
    words: str


@dataclass(frozen=True, slots=True)
class Variation:
    """One text of a campaign. `comment` sent it first, `copies` comments are equal to it, `edits` lead to it."""

    comment: str
    copies: int
    edits: Sequence[Edit]


class Wording(NamedTuple):
    """One text of a campaign as it was sent: `comment` sent it first, `copies` comments are equal to it."""

    comment: str
    copies: int
    text: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """`size` comments of `people` in `texts` different texts, the commonest of which are `wordings`.

    `text` is the commonest that is shown, or that of another comment where none of those is, and `said_in` a comment
    that says it; both are empty where all are hidden.
    """

    id: str
    consultation: str
    size: int
    people: int
    texts: int
    text: str
    said_in: str
    wordings: Sequence[Wording]


def shown_comments(cluster: Mapping[str, Any]) -> list[str]:
    """The comments whose texts `campaign` needs: those that sent the cluster's commonest texts first."""
    return [comment for comment, _, _ in cluster["commonest"]]


def campaign(cluster: Mapping[str, Any], texts: Mapping[str, str], other: str = "") -> Campaign:
    """A cluster's document with the texts of its `shown_comments`; one that is missing, hidden say, is not shown.

    Where none is, `other` is a comment that may be.
    """
    said_in = next((comment for comment in (*shown_comments(cluster), other) if comment in texts), "")
    text = texts.get(said_in, "")
    return Campaign(
        id=cluster["_id"],
        consultation=cluster["consultation"],
        size=cluster["size"],
        people=cluster["people"],
        texts=cluster["texts"],
        text=text,
        said_in=said_in,
        wordings=[
            Wording(comment, copies, texts[comment]) for comment, copies, _ in cluster["commonest"] if comment in texts
        ],
    )


def variations(campaign: Campaign) -> list[Variation]:
    """How each wording differs from the campaign's text. Long letters take their time: never on the event loop."""
    return [Variation(each.comment, each.copies, differences(campaign.text, each.text)) for each in campaign.wordings]


def differences(first: str, other: str) -> list[Edit]:
    """The way from the first text to the other, word by word. Case, punctuation and look-alikes make no difference."""
    ours, theirs = first.split(), other.split()
    edits: list[Edit] = []
    matcher = SequenceMatcher(None, [normalised(word) for word in ours], [normalised(word) for word in theirs])
    for tag, start, end, from_, to in matcher.get_opcodes():
        if tag == "equal":
            edits += _edit("kept", theirs[from_:to])
        else:
            edits += [*_edit("removed", ours[start:end]), *_edit("added", theirs[from_:to])]
    return edits


def _edit(kind: Literal["kept", "removed", "added"], words: Sequence[str]) -> Iterable[Edit]:
    return (Edit(kind, " ".join(words)),) if words else ()
