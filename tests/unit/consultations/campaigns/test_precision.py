"""Near-duplicates among real public comments, against every pair compared by brute force.

The truth is counted here from the words on, by an inverted index of its own: nothing of it is the product's.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from services.consultations.campaigns.clustering import Comment
from services.consultations.campaigns.normalising import normalised
from services.consultations.campaigns.similarity import NEAR, jaccard
from services.consultations.campaigns.sketches import sketch
from tests.processes import ROOT
from tests.unit.consultations.campaigns.memory import Memory

FILE: Final = ROOT.parent / "shared" / "data" / "comments" / "clustered_comments.csv"
GOAL: Final = 0.95

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the public comments are not on this machine")

Pairs: TypeAlias = set[tuple[int, int]]


def texts(file: Path = FILE) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row["text"] for row in csv.DictReader(lines)]


def true_pairs(every: Sequence[str]) -> Pairs:
    """All pairs whose runs of three words have a Jaccard index of 0.6 or more."""
    pairs: Pairs = set()
    sets: list[set[Hashable]] = []
    holders: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, text in enumerate(every):
        words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
        runs: set[Hashable] = {tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))}
        shared = Counter(holder for run in runs for holder in holders[run])
        for other, count in shared.items():
            if 5 * count >= 3 * (len(runs) + len(sets[other]) - count):
                pairs.add((other, number))
        sets.append(runs)
        for run in runs:
            holders[run].append(number)
    return pairs


def found_pairs(every: Sequence[str]) -> Pairs:
    """What shares a band and is near when compared: the step before clusters."""
    sketches = sketch([("comments", normalised(text)) for text in every])
    holders: defaultdict[int, list[int]] = defaultdict(list)
    pairs: Pairs = set()
    for number, each in enumerate(sketches):
        candidates = {other for band in each.bands for other in holders[band]}
        pairs |= {(other, number) for other in candidates if jaccard(each.shingles, sketches[other].shingles) >= NEAR}
        for band in each.bands:
            holders[band].append(number)
    return pairs


def pairs_within(labels: Iterable[Hashable]) -> Pairs:
    """All pairs of the same label."""
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        members[label].append(number)
    return {pair for each in members.values() for pair in combinations(each, 2)}


def transitive(pairs: Pairs, count: int) -> Pairs:
    """The pairs with those that follow from them."""
    label = list(range(count))
    for one, other in sorted(pairs):
        kept, gone = sorted((label[one], label[other]))
        if kept != gone:
            label = [kept if each == gone else each for each in label]
    return pairs_within(label)


def measured(name: str, found: Pairs, truth: Pairs) -> tuple[float, float]:
    precision, recall = len(found & truth) / len(found), len(found & truth) / len(truth)
    print(f"{name}: precision {precision:.4f}, recall {recall:.4f}, {len(found)} pairs, {len(truth)} are true")
    return precision, recall


def test_near_duplicates_and_clusters_are_those_that_every_pair_compared_gives() -> None:
    every = texts()
    truth = true_pairs(every)
    assert len(truth) > 10_000, "too few to tell anything"

    precision, recall = measured("pairs", found_pairs(every), truth)
    assert precision == 1.0
    assert recall >= 0.99

    memory = Memory()
    for start in range(0, len(every), 100):
        batch = range(start, min(start + 100, len(every)))
        memory.take([Comment(str(number), "comments", str(number), every[number]) for number in batch])
    clusters = pairs_within(memory.cluster_of(str(number)) for number in range(len(every)))
    precision, recall = measured("clusters", clusters, truth)
    assert precision >= GOAL
    assert recall >= GOAL

    # Had every near pair joined two clusters, chains would have taken in much that is not alike.
    chained = transitive(truth, len(every))
    precision, recall = measured("chains", chained, truth)
    assert recall == 1.0
    assert precision < GOAL
    precision, recall = measured("chains found", transitive(found_pairs(every), len(every)), chained)
    assert min(precision, recall) >= GOAL
