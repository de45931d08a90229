"""A batch of comments, from what is stored to what to write, without doing the reading and writing.

`clustering` is a generator: it yields what it must know, is sent the documents found, and returns what came of it.
Its caller decides how to look up. The same comments in the same order give the same clusters, in whatever batches.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from kenes.mongo.folding import HELD_AT_ONCE, Asking, Lookup
from kenes.mongo.operations import Insert, Operation, Put
from kenes.mongo.projection import Index
from services.consultations.campaigns.clusters import dump_cluster, load_cluster
from services.consultations.campaigns.linkage import Joined, Linkage
from services.consultations.campaigns.neighbours import Neighbours
from services.consultations.campaigns.normalising import normalised
from services.consultations.campaigns.sketches import sketch, text_id
from services.consultations.campaigns.texts import Text, dump_sketch, dump_text, load_sketch, load_text
from services.consultations.folds.places import place

CLUSTERS: Final = "campaigns"
TEXTS: Final = "campaign_texts"
SKETCHES: Final = "campaign_sketches"
MEMBERS: Final = "campaign_members"
SENDERS: Final = "campaign_senders"
COUNTS: Final = "campaign_counts"

COLLECTIONS: Final[Mapping[str, Sequence[Index]]] = {
    CLUSTERS: (Index(("consultation", "size")),),
    TEXTS: (),
    SKETCHES: (Index(("bands",)),),
    MEMBERS: (Index(("text",)), Index(("place",))),
    SENDERS: (),
    COUNTS: (),
}
"""What is kept: clusters by their first comment, texts, sketches of representatives, each comment's text and its place
in the consultation, numbers of people, and how many comments and people a consultation has."""

Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it was accepted; `sender` is the person's pseudonym within the consultation."""

    id: str
    consultation: str
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to write, in one transaction with the offsets; which clusters joined, in order; who is where now.

    `clusters` are by the comments that are new.
    """

    operations: Sequence[Operation] = ()
    joins: Sequence[Joined] = ()
    clusters: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Numbers:
    """Numbers given out in order: people's within their consultation, and how far each consultation has come."""

    counts: dict[str, Document]
    senders: dict[str, int]
    fresh: list[Document] = field(default_factory=list)
    stored: frozenset[str] = frozenset()

    def place(self, consultation: str) -> int:
        count = self._count(consultation)
        count["comments"] += 1
        return int(count["comments"]) - 1

    def sender(self, consultation: str, sender: str) -> int:
        key = _sender_id(consultation, sender)
        if key not in self.senders:
            count = self._count(consultation)
            self.senders[key] = int(count["people"])
            self.fresh.append({"_id": key, "number": count["people"]})
            count["people"] += 1
        return self.senders[key]

    def _count(self, consultation: str) -> Document:
        return self.counts.setdefault(consultation, {"_id": consultation, "comments": 0, "people": 0})


def clustering(comments: Sequence[Comment]) -> Asking[Outcome]:
    """Takes comments in, in the order of the log; one that was taken in before changes nothing."""
    seen = {document["_id"] for document in (yield Lookup(MEMBERS, "_id", _unique(each.id for each in comments)))}
    posts = []
    for comment in comments:
        if comment.id not in seen:
            seen.add(comment.id)
            posts.append(_post(comment))
    if not posts:
        return Outcome()
    numbers = yield from _numbers([comment for comment, _, _ in posts])
    linkage = yield from _at_hand(posts)
    stored = _Stored(frozenset(linkage.texts), frozenset(linkage.clusters))
    members: list[Document] = []
    for comment, key, _ in posts:
        number = numbers.place(comment.consultation)
        text = Text(key, comment.consultation, comment.id, number, key)
        linkage.add(text, numbers.sender(comment.consultation, comment.sender))
        members.append({"_id": comment.id, "text": key, "place": place(comment.consultation, number)})
    clusters = {comment.id: linkage.texts[linkage.texts[key].nearest].cluster for comment, key, _ in posts}
    return Outcome([*_counted(members, numbers), *_changed(linkage, stored)], tuple(linkage.joins), clusters)


_Post: TypeAlias = tuple[Comment, str, str]
"""A comment, the id of its text and its normalised text."""


@dataclass(frozen=True, slots=True)
class _Stored:
    texts: frozenset[str]
    clusters: frozenset[str]


def _post(comment: Comment) -> _Post:
    plain = normalised(comment.text)
    return comment, text_id(comment.consultation, plain), plain


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _sender_id(consultation: str, sender: str) -> str:
    return f"{consultation}/{sender}"


def _numbers(comments: Sequence[Comment]) -> Asking[_Numbers]:
    counts = yield Lookup(COUNTS, "_id", _unique(each.consultation for each in comments))
    counts_by_id = {document["_id"]: dict(document) for document in counts}
    senders = yield Lookup(SENDERS, "_id", _unique(_sender_id(each.consultation, each.sender) for each in comments))
    numbers = {document["_id"]: document["number"] for document in senders}
    return _Numbers(counts_by_id, numbers, stored=frozenset(counts_by_id))


def _at_hand(posts: Sequence[_Post]) -> Asking[Linkage]:
    """Everything the comments may touch: their texts, those near to them, their clusters."""
    stored = [load_text(each) for each in (yield Lookup(TEXTS, "_id", _unique(key for _, key, _ in posts)))]
    known = {text.id: text for text in stored}
    new = {key: (comment.consultation, plain) for comment, key, plain in posts if key not in known}
    linkage = Linkage(dict(zip(new, sketch(list(new.values())), strict=True)), known)
    yield from _hold(linkage, _unique(each.nearest for each in stored))

    near = yield from _near(linkage)
    yield from _hold(linkage, near)
    wanted = _unique(each.cluster for each in linkage.texts.values() if each.represents)
    if wanted:
        linkage.clusters = {each["_id"]: load_cluster(each) for each in (yield Lookup(CLUSTERS, "_id", wanted))}
    touched = _unique(linkage.texts[each].cluster for each in near)
    yield from _hold(linkage, [text for each in touched for text in linkage.clusters[each].representatives])
    return linkage


def _near(linkage: Linkage) -> Asking[list[str]]:
    """Takes up the stored sketches that are near to a new text; returns their texts."""
    bands = _unique(band for each in linkage.new.values() for band in each.bands)
    if not bands:
        return []
    new = Neighbours()
    for text, each in linkage.new.items():
        new.add(text, each)
    seen: set[str] = set()
    for start in range(0, len(bands), HELD_AT_ONCE):  # one query at a time: what it finds is let go before the next
        some = frozenset(bands[start : start + HELD_AT_ONCE])
        for document in (yield Lookup(SKETCHES, "bands", some)):
            linkage.crowds.update(some.intersection(document["bands"]))
            if document["_id"] in seen:
                continue
            seen.add(document["_id"])
            stored = load_sketch(document)
            if new.near(stored):  # most of those that share a band are not near
                linkage.neighbours.add(document["_id"], stored)
    return list(linkage.neighbours.sketches)


def _hold(linkage: Linkage, texts: Iterable[str]) -> Asking[None]:
    missing = [each for each in texts if each not in linkage.texts]
    if missing:
        linkage.texts |= {each["_id"]: load_text(each) for each in (yield Lookup(TEXTS, "_id", missing))}


def _counted(members: Iterable[Document], numbers: _Numbers) -> Iterator[Operation]:
    for member in members:
        yield Insert(MEMBERS, member)
    for document in numbers.fresh:
        yield Insert(SENDERS, document)
    for consultation, count in numbers.counts.items():
        yield Put(COUNTS, count) if consultation in numbers.stored else Insert(COUNTS, count)


def _changed(linkage: Linkage, stored: _Stored) -> Iterator[Operation]:
    for key in sorted(linkage.changed_texts):
        text = linkage.texts[key]
        if key in stored.texts:
            yield Put(TEXTS, dump_text(text))
        else:
            yield Insert(TEXTS, dump_text(text))
            if text.represents:
                yield Insert(SKETCHES, dump_sketch(key, linkage.neighbours.sketches[key]))
    kept = {each.merged: each for each in linkage.joins}
    for key in sorted(linkage.changed_clusters):
        document = _joined(kept[key]) if key in kept else dump_cluster(linkage.clusters[key])
        yield Put(CLUSTERS, document) if key in stored.clusters else Insert(CLUSTERS, document)


def _joined(join: Joined) -> Document:
    """What stays of a cluster that has joined another: where to look instead."""
    return {"_id": join.merged, "consultation": join.consultation, "joined": join.kept}
