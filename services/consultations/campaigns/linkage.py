"""Who belongs together. Comments are taken one after another; clusters grow and join, and never come apart.

Two comments are linked when their texts are near-duplicates. Two clusters join when at least half of the pairs across
them are linked; where several could, those that gain most linked over unlinked pairs. So a join brings the clusters
nearer to the linked pairs, and a chain of small changes does not pull texts together that have little in common.

Only representatives are compared: the first `REPRESENTATIVES` texts of a cluster. Until it has more it is exact; then a
new text counts with the representative it is nearest to.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.consultations.campaigns.clusters import Cluster, Listed
from services.consultations.campaigns.neighbours import Neighbours
from services.consultations.campaigns.sketches import Sketch
from services.consultations.campaigns.texts import Text

REPRESENTATIVES: Final = 32


@dataclass(frozen=True, slots=True)
class Joined:
    """Two clusters became one, under the id of the older. An answer to either is an answer to all from now on."""

    consultation: str
    kept: str
    merged: str


@dataclass
class Linkage:
    """The texts and clusters at hand, by id, and what became of them. `new` has the sketches of texts not stored yet.

    At hand must be: the stored neighbours of each new text, the clusters of all representatives at hand, the
    representatives of each cluster that is near to a new text, and how many representatives each band of a new text
    has (`crowds`).
    """

    new: Mapping[str, Sketch]
    texts: dict[str, Text] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    neighbours: Neighbours = field(default_factory=Neighbours)
    crowds: Counter[int] = field(default_factory=Counter)
    joins: list[Joined] = field(default_factory=list)
    changed_texts: set[str] = field(default_factory=set)
    changed_clusters: set[str] = field(default_factory=set)

    def add(self, comment: Text, sender: int) -> None:
        """Takes in one comment of the sender with this number; `comment` is its text as if it were new."""
        text = self.texts.get(comment.id)
        neighbours: Sequence[str] = ()
        if text is None:
            text, neighbours = comment, self._settle_in(comment)
        text.copies += 1
        representative = self.texts[text.nearest]
        representative.weight += 1
        cluster = self.clusters[representative.cluster]
        cluster.size += 1
        cluster.senders.add(sender)
        cluster.list_text(Listed(text.comment, text.copies, text.place))
        self.changed_texts |= {text.id, representative.id}
        self.changed_clusters.add(cluster.id)
        if text.represents:
            self._bridge(cluster, {self.clusters[each] for each in neighbours if each != cluster.id})

    def _settle_in(self, text: Text) -> list[str]:
        """Gives a new text its cluster; returns the clusters it is near to."""
        near = {self.texts[each]: similarity for each, similarity in self.neighbours.near(self.new[text.id]).items()}
        links: defaultdict[str, int] = defaultdict(int)
        for other in near:
            links[other.cluster] += other.weight
        chosen = self._most([(self.clusters[each], linked, 1) for each, linked in links.items()])
        if chosen is None:
            chosen = Cluster(text.comment, text.consultation, text.place)
            self.clusters[chosen.id] = chosen
        self.texts[text.id] = text
        chosen.texts += 1
        if len(chosen.representatives) < REPRESENTATIVES:
            self._represent(text, chosen, near)
        else:
            within = [other for other in near if other.cluster == chosen.id]
            text.nearest = max(within, key=lambda other: (near[other], -other.place)).id
        return list(links)

    def _represent(self, text: Text, cluster: Cluster, near: Iterable[Text]) -> None:
        cluster.representatives.append(text.id)
        text.cluster = cluster.id
        apart = sorted((other.place, other.id) for other in near if other.cluster != cluster.id)
        text.near = tuple(other for _, other in apart)
        findable = self.new[text.id].findable(self.crowds)
        self.crowds.update(findable.bands)
        self.neighbours.add(text.id, findable)

    def _bridge(self, cluster: Cluster, others: set[Cluster]) -> None:
        """Joins a cluster with those that a new text has linked it to, as long as one of them gains by it."""
        while other := self._most([(each, self._links(cluster, each), cluster.size) for each in others]):
            others.remove(other)
            cluster = self._join(cluster, other)

    @staticmethod
    def _most(choices: Iterable[tuple[Cluster, int, int]]) -> Cluster | None:
        """Of (cluster, linked pairs, comments on the other side) the one that gains most, the older of equals."""
        gains = [(2 * linked - cluster.size * size, -cluster.place, cluster) for cluster, linked, size in choices]
        best = max(gains, key=lambda each: each[:2], default=None)
        return best[2] if best is not None and best[0] >= 0 else None

    def _links(self, one: Cluster, other: Cluster) -> int:
        """Linked pairs across two clusters, as their representatives tell."""
        return self._linked_to(one, other) + self._linked_to(other, one)

    def _linked_to(self, cluster: Cluster, older: Cluster) -> int:
        linked = 0
        for each in cluster.representatives:
            text = self.texts[each]
            for near in text.near:
                known = self.texts.get(near)
                if known is not None and known.cluster == older.id:
                    linked += text.weight * known.weight
        return linked

    def _join(self, one: Cluster, other: Cluster) -> Cluster:
        kept, merged = sorted((one, other), key=lambda each: each.place)
        kept.absorb(merged)
        for each in merged.representatives:
            self.texts[each].cluster = kept.id
            self.changed_texts.add(each)
        del self.clusters[merged.id]
        self.changed_clusters |= {kept.id, merged.id}
        self.joins.append(Joined(kept.consultation, kept.id, merged.id))
        return kept
