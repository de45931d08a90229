"""A text as it is kept: once for all comments that are equal to it when normalised.

Its words are not kept, only numbers made of them: who shows a text reads the first comment that sent it. What changes
stands apart from the sketch, which never does and whose many bands are dear to index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.consultations.campaigns.sketches import Sketch, pack, unpack


@dataclass(slots=True, eq=False)
class Text:
    """A text and how often it was sent.

    `comment` is the first that sent it, `place` how many the consultation had before that; `copies` are all with
    this very text. A representative tells its `cluster`, its `weight` (the comments it stands for: its own copies and
    those of the texts whose `nearest` it is) and the older representatives of other clusters that are `near` to it.
    A text that is none has only its `nearest`.
    """

    id: str
    consultation: str
    comment: str
    place: int
    nearest: str
    copies: int = 0
    weight: int = 0
    cluster: str = ""
    near: tuple[str, ...] = ()

    @property
    def represents(self) -> bool:
        """Whether others are compared with it."""
        return self.nearest == self.id


def load_text(document: Mapping[str, Any]) -> Text:
    """The text in a document."""
    return Text(
        id=document["_id"],
        consultation=document["consultation"],
        comment=document["comment"],
        place=document["place"],
        nearest=document["nearest"],
        copies=document["copies"],
        weight=document["weight"],
        cluster=document["cluster"],
        near=tuple(document["near"]),
    )


def dump_text(text: Text) -> dict[str, Any]:
    """The document of a text."""
    return {
        "_id": text.id,
        "consultation": text.consultation,
        "comment": text.comment,
        "place": text.place,
        "nearest": text.nearest,
        "copies": text.copies,
        "weight": text.weight,
        "cluster": text.cluster,
        "near": list(text.near),
    }


def load_sketch(document: Mapping[str, Any]) -> Sketch:
    """The sketch in a document, whose id is its text's."""
    return Sketch(unpack(document["shingles"]), tuple(document["bands"]))


def dump_sketch(text: str, sketch: Sketch) -> dict[str, Any]:
    """The document of a representative's sketch, as it can be found."""
    return {"_id": text, "bands": list(sketch.bands), "shingles": pack(sketch.shingles)}
