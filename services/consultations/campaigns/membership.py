"""Which campaign a comment is in, as it is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kenes.mongo.client import Document
from kenes.mongo.folding import Asking, look_up
from services.consultations.campaigns.clustering import MEMBERS, TEXTS


@dataclass(frozen=True, slots=True)
class Membership:
    """What is kept of comments, and the ids of their clusters, both by comment."""

    members: Mapping[str, Document]
    clusters: Mapping[str, str]


def membership(comments: Iterable[str]) -> Asking[Membership]:
    """Finds the clusters of comments; one that is not stored is left out."""
    members = yield from look_up(MEMBERS, comments)
    texts = yield from look_up(TEXTS, (each["text"] for each in members.values()))
    nearest = {each["nearest"] for each in texts.values()}
    texts |= yield from look_up(TEXTS, nearest - texts.keys())
    return Membership(members, {key: texts[texts[each["text"]]["nearest"]]["cluster"] for key, each in members.items()})
