"""What becomes of a log of comments: counts, people, joins. In whatever batches, delivered once or again."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.mongo.folding import Lookup, found_out
from services.consultations.campaigns import linkage, sketches
from services.consultations.campaigns.clustering import (
    CLUSTERS,
    COLLECTIONS,
    COUNTS,
    MEMBERS,
    SENDERS,
    SKETCHES,
    TEXTS,
    Comment,
)
from services.consultations.campaigns.clustering import clustering as plan_of
from services.consultations.campaigns.linkage import Joined
from services.consultations.campaigns.normalising import normalised
from tests.unit.consultations.campaigns.memory import CONSULTATION, Memory, comments

CAMPAIGN = "мы просим оставить статью пять закона о медиа такой какой она была до этой осени и не менять её больше"
OTHER = "журналист вправе не называть источник пока этого не потребует суд вот что должно стоять в законе"

LONG = f"{CAMPAIGN} {OTHER}"


def changed(text: str, *places: int) -> str:
    """The text with other words at these places: each costs three runs of words."""
    return " ".join(f"иначе{place}" if place in places else word for place, word in enumerate(text.split()))


@st.composite
def logs(draw: st.DrawFn) -> list[Comment]:
    """Comments of few people about few texts, each in many variations: copies, near ones, chains and bridges."""
    base = draw(st.lists(st.sampled_from([CAMPAIGN, OTHER, "поддерживаю", "нет", "👍"]), min_size=1, max_size=25))
    made = []
    for number, text in enumerate(base):
        last = len(text.split()) - 1
        places = draw(st.lists(st.integers(0, last), max_size=4)) if last > 1 else []
        consultation = draw(st.sampled_from(["media-law", "media-law", "water-law"]))
        sender = f"s{draw(st.integers(0, 6))}"
        made.append(Comment(f"c{number}", consultation, sender, changed(text, *places)))
    return made


def stored(log: Sequence[Comment], sizes: Sequence[int]) -> Memory:
    """What is stored when the log comes in batches of these sizes, and the rest in one."""
    memory, rest = Memory(), list(log)
    for size in sizes:
        memory.take(rest[:size])
        rest = rest[size:]
    memory.take(rest)
    return memory


@given(logs(), st.lists(st.integers(0, 7), max_size=8))
def test_any_batches_of_a_log_store_the_same_documents_and_tell_the_same_joins(
    log: list[Comment], sizes: list[int]
) -> None:
    whole, parts = stored(log, ()), stored(log, sizes)
    assert parts.documents == whole.documents
    assert parts.joins == whole.joins


@given(logs(), st.lists(st.integers(0, 7), max_size=4), st.data())
def test_comments_that_come_again_change_nothing(log: list[Comment], sizes: list[int], data: st.DataObject) -> None:
    again = data.draw(st.integers(0, len(log)))
    memory = stored(log, sizes)
    before = {name: dict(documents) for name, documents in memory.documents.items()}
    assert not memory.take(log[again:] + log[:again])
    assert memory.documents == before
    doubled = stored([each for comment in log for each in (comment, comment)], sizes)
    assert doubled.documents == before


@given(logs(), st.lists(st.integers(0, 7), max_size=4))
def test_every_number_is_what_a_plain_count_says(log: list[Comment], sizes: list[int]) -> None:
    memory = stored(log, sizes)
    members: dict[str, list[Comment]] = {}
    for comment in log:
        members.setdefault(memory.cluster_of(comment.id), []).append(comment)
    clusters = memory.clusters()
    assert clusters.keys() == members.keys()
    for key, each in members.items():
        copies = Counter(normalised(comment.text) for comment in each)
        document = clusters[key]
        assert key == each[0].id
        assert {comment.consultation for comment in each} == {document["consultation"]}
        assert document["size"] == len(each)
        assert document["people"] == len({comment.sender for comment in each})
        assert document["texts"] == len(copies)
        assert [listed[1] for listed in document["commonest"]] == sorted(copies.values(), reverse=True)[:20]
    assert sum(each["comments"] for each in memory.all(COUNTS).values()) == len(log) == len(memory.all(MEMBERS))
    assert len(memory.all(SENDERS)) == len({(each.consultation, each.sender) for each in log})


@given(logs())
def test_equal_texts_are_together_and_what_has_joined_leads_to_where_it_went(log: list[Comment]) -> None:
    memory = stored(log, (3, 3, 3))
    together: dict[tuple[str, str], set[str]] = {}
    for comment in log:
        together.setdefault((comment.consultation, normalised(comment.text)), set()).add(memory.cluster_of(comment.id))
    assert all(len(clusters) == 1 for clusters in together.values())
    order = {comment.id: place for place, comment in enumerate(log)}
    documents = memory.all(CLUSTERS)
    for join in memory.joins:
        assert order[join.kept] < order[join.merged]
        assert documents[join.merged]["joined"] == join.kept


def test_short_texts_are_one_only_where_they_are_equal() -> None:
    memory = Memory()
    memory.take(comments(["За!", "за", "Против", "не за", "👍", "👍 ", "👎"]))
    sizes = {key: each["size"] for key, each in memory.clusters().items()}
    assert sizes == {"c0": 2, "c2": 1, "c3": 1, "c4": 2, "c6": 1}


def test_a_bridge_joins_two_clusters_under_the_older_id() -> None:
    left, right, bridge = changed(CAMPAIGN, 0, 1, 2), changed(CAMPAIGN, 17, 18, 19), CAMPAIGN
    memory = Memory()
    memory.take(comments([left, right]))
    assert memory.clusters().keys() == {"c0", "c1"}
    memory.take(comments([left, right, bridge]))
    # Two of the three pairs are near: the bridge to either side.
    assert memory.joins == [Joined(CONSULTATION, "c0", "c1")]
    (cluster,) = memory.clusters().values()
    assert (cluster["size"], cluster["people"], cluster["texts"]) == (3, 3, 3)
    assert memory.all(CLUSTERS)["c1"] == {"_id": "c1", "consultation": CONSULTATION, "joined": "c0"}
    assert {memory.cluster_of(f"c{number}") for number in range(3)} == {"c0"}


def test_whoever_sends_to_both_sides_of_a_bridge_is_one_person() -> None:
    left, right = changed(CAMPAIGN, 0, 1, 2), changed(CAMPAIGN, 17, 18, 19)
    memory = Memory()
    memory.take(comments([left, right, CAMPAIGN, left], senders=["one", "one", "two", "one"]))
    (cluster,) = memory.clusters().values()
    assert (cluster["size"], cluster["people"]) == (4, 2)


def test_a_chain_of_small_changes_does_not_end_in_one_cluster() -> None:
    words = [f"слово{number}" for number in range(400)]
    chain = [" ".join(words[start : start + 40]) for start in range(0, 300, 4)]
    memory = Memory()
    memory.take(comments(chain))
    clusters = memory.clusters()
    assert 10 < len(clusters) < 40
    assert max(each["size"] for each in clusters.values()) < 10


def test_a_full_cluster_still_counts_whoever_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkage, "REPRESENTATIVES", 3)
    variations = [changed(LONG, place) for place in range(19)]
    memory = Memory()
    memory.take(comments([*variations, *variations[10:]]))
    (cluster,) = memory.clusters().values()
    assert (cluster["size"], cluster["texts"], len(cluster["representatives"])) == (28, 19, 3)
    assert [tuple(each[:2]) for each in cluster["commonest"][:9]] == [(f"c{number}", 2) for number in range(10, 19)]
    texts = memory.all(TEXTS)
    assert sum(each["weight"] for each in texts.values()) == 28
    assert [key for key, each in texts.items() if each["weight"]] == list(memory.all(SKETCHES))
    assert len(memory.all(SKETCHES)) == 3


@settings(max_examples=30)
@given(logs(), st.lists(st.integers(0, 7), max_size=8), st.integers(1, 3))
def test_batches_make_no_difference_to_full_clusters_either(log: list[Comment], sizes: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linkage, "REPRESENTATIVES", most)
        whole, parts = stored(log, ()), stored(log, sizes)
    assert parts.documents == whole.documents
    assert parts.joins == whole.joins


@settings(max_examples=30)
@given(logs(), st.lists(st.integers(0, 7), max_size=8), st.integers(0, 3))
def test_batches_make_no_difference_to_crowded_bands_either(log: list[Comment], sizes: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sketches, "CROWD", most)
        whole, parts = stored(log, ()), stored(log, sizes)
    assert parts.documents == whole.documents
    assert parts.joins == whole.joins


def half_own(count: int, seed: int = 3) -> list[str]:
    """Letters of which everybody wrote the last third: half of the runs of words of any two are the same."""
    chance = random.Random(seed)
    words = [f"слово{number}" for number in range(20_000)]
    shared = chance.choices(words, k=120)
    return [" ".join([*shared, *chance.choices(words, k=60)]) for _ in range(count)]


def test_letters_that_people_half_write_themselves_are_compared_with_a_bounded_number_of_others() -> None:
    *letters, late = comments(half_own(601))
    memory = Memory()
    memory.take(letters)
    memory.looked_up.clear()
    memory.take([late])
    found = [(len(lookup.values), count) for lookup, count in memory.looked_up if lookup.collection == SKETCHES]
    assert all(count <= 20 * sketches.CROWD for values, count in found if values <= 20)
    assert max(values for values, _ in found) <= 20
    bands = Counter(band for each in memory.all(SKETCHES).values() for band in each["bands"])
    assert max(bands.values()) <= sketches.CROWD


def test_who_copies_a_letter_of_a_crowd_is_still_with_it() -> None:
    letters = half_own(301)
    memory = Memory()
    memory.take(comments([*letters, f"{letters[-1]} так", letters[-1]]))
    assert len({memory.cluster_of(f"c{number}") for number in (300, 301, 302)}) == 1
    assert len({memory.cluster_of(f"c{number}") for number in range(300)}) > 250


def test_the_order_of_copies_and_variations_does_not_change_who_is_together() -> None:
    log = comments([*(changed(CAMPAIGN, place) for place in (0, 6, 12, 18)), CAMPAIGN, OTHER, changed(OTHER, 3), OTHER])
    for seed in range(20):
        shuffled = random.Random(seed).sample(log, len(log))
        memory = Memory()
        memory.take(shuffled)
        sizes = sorted(each["size"] for each in memory.clusters().values())
        assert sizes == [3, 5]


def test_the_list_of_texts_has_the_commonest_though_there_are_more() -> None:
    variations = [changed(LONG, place) for place in range(19)] + [changed(LONG, 0, 1), changed(LONG, 1, 2)]
    late = [changed(LONG, 2, 3)] * 3
    memory = Memory()
    for comment in comments([*variations, *late]):
        memory.take([comment])
    (cluster,) = memory.clusters().values()
    assert len(cluster["commonest"]) == 20
    assert cluster["commonest"][0][:2] == ["c21", 3]
    assert cluster["texts"] == 22


async def test_a_plan_runs_on_whatever_finds_documents() -> None:
    asked: list[Lookup] = []

    async def find(lookup: Lookup) -> list[dict[str, object]]:
        asked.append(lookup)
        return []

    outcome = await found_out(plan_of(comments([CAMPAIGN])), find)
    assert [(each.collection, each.field) for each in asked] == [
        (MEMBERS, "_id"),
        (COUNTS, "_id"),
        (SENDERS, "_id"),
        (TEXTS, "_id"),
        (SKETCHES, "bands"),
    ]
    assert {each.collection for each in outcome.operations} == set(COLLECTIONS)
    asked.clear()
    assert (await found_out(plan_of([]), find)).operations == ()
