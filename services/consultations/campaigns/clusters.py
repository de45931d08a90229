"""A cluster of texts that say nearly the same: one campaign, or a single comment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pyroaring import BitMap

COMMONEST: Final = 20
"""Texts listed with a cluster. Their numbers are exact: copies only grow, so who falls off the list comes back."""


class Listed(NamedTuple):
    """A text in a cluster's list, by the first comment that sent it."""

    comment: str
    copies: int
    place: int


@dataclass(slots=True, eq=False)
class Cluster:
    """What is known of a cluster, exactly: how many comments it has, of how many people, in how many texts.

    `id` is its first comment's, `place` how many comments the consultation had before that.
    `senders` are people by their number in the consultation; `representatives` the texts that others are compared with.
    """

    id: str
    consultation: str
    place: int
    size: int = 0
    texts: int = 0
    senders: BitMap = field(default_factory=BitMap)
    representatives: list[str] = field(default_factory=list)
    commonest: list[Listed] = field(default_factory=list)

    def list_text(self, listed: Listed) -> None:
        """Puts a text's newest number of copies into the list."""
        self.commonest = _longest([*(each for each in self.commonest if each.comment != listed.comment), listed])

    def absorb(self, other: "Cluster") -> None:
        """Takes another cluster in."""
        self.size += other.size
        self.texts += other.texts
        self.senders |= other.senders
        self.representatives += other.representatives
        self.commonest = _longest([*self.commonest, *other.commonest])


def _longest(listed: Iterable[Listed]) -> list[Listed]:
    return sorted(listed, key=lambda each: (-each.copies, each.place))[:COMMONEST]


def load_cluster(document: Mapping[str, Any]) -> Cluster:
    """The cluster in a document; not one of a cluster that has joined another."""
    return Cluster(
        id=document["_id"],
        consultation=document["consultation"],
        place=document["place"],
        size=document["size"],
        texts=document["texts"],
        senders=BitMap.deserialize(document["senders"]),
        representatives=list(document["representatives"]),
        commonest=[Listed(*each) for each in document["commonest"]],
    )


def dump_cluster(cluster: Cluster) -> dict[str, Any]:
    """The document of a cluster; `people` is the number of its senders."""
    return {
        "_id": cluster.id,
        "consultation": cluster.consultation,
        "place": cluster.place,
        "size": cluster.size,
        "people": len(cluster.senders),
        "texts": cluster.texts,
        "senders": cluster.senders.serialize(),
        "representatives": list(cluster.representatives),
        "commonest": [list(each) for each in cluster.commonest],
        "joined": None,
    }
