"""Clusters that become one: in whatever order, the same numbers."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from services.consultations.campaigns.clusters import COMMONEST, Cluster, Listed, dump_cluster, load_cluster

PARTS = st.lists(
    st.tuples(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(1, 9)), min_size=2, max_size=6
)


def made(place: int, senders: list[int], copies: int) -> Cluster:
    cluster = Cluster(f"c{place}", "media-law", place, size=len(senders), texts=1, senders=BitMap(senders))
    cluster.representatives.append(f"t{place}")
    cluster.list_text(Listed(f"c{place}", copies, place))
    return cluster


@given(PARTS, st.randoms(use_true_random=False))
def test_the_order_of_joins_does_not_matter(parts: list[tuple[list[int], int]], chance: random.Random) -> None:
    def joined(order: list[int]) -> Cluster:
        first, *rest = (made(place, *parts[place]) for place in order)
        for each in rest:
            first.absorb(each)
        return first

    order = list(range(len(parts)))
    in_order = joined(order)
    chance.shuffle(order)
    shuffled = joined(order)
    assert in_order.senders == shuffled.senders == BitMap(number for senders, _ in parts for number in senders)
    assert in_order.size == shuffled.size == sum(len(senders) for senders, _ in parts)
    assert in_order.texts == shuffled.texts == len(parts)
    assert in_order.commonest == shuffled.commonest
    assert sorted(in_order.representatives) == sorted(shuffled.representatives)


@given(st.lists(st.integers(0, 40), max_size=200))
def test_the_list_is_the_commonest_of_all_whatever_came_when(sent: list[int]) -> None:
    cluster, copies = Cluster("c0", "media-law", 0), dict[int, int]()
    for text in sent:
        copies[text] = copies.get(text, 0) + 1
        cluster.list_text(Listed(f"c{text}", copies[text], text))
    expected = sorted(copies.items(), key=lambda each: (-each[1], each[0]))[:COMMONEST]
    assert [(each.place, each.copies) for each in cluster.commonest] == expected
    assert all(one.copies >= other.copies for one, other in pairwise(cluster.commonest))


@given(PARTS)
def test_a_cluster_is_what_its_document_says(parts: list[tuple[list[int], int]]) -> None:
    cluster = made(0, *parts[0])
    again = load_cluster(dump_cluster(cluster))
    assert dump_cluster(again) == dump_cluster(cluster)
    assert again.senders == cluster.senders
