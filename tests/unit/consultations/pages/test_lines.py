"""Comments in lines: numbered without gaps whatever the batches, read once each however much is stored, people counted
once."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from schemas.consultations.comments import RetractRequested
from schemas.consultations.parts import Anchor
from services.consultations.commands import Place
from services.consultations.folds.places import line_on, line_under, place
from services.consultations.reading import PAGE
from services.consultations.threads import Order, Threads
from tests.unit.consultations.pages.world import KEYRING, C, Memory, person

PEOPLE = [person(f"p{number}", region=region) for number, region in enumerate(("KZ-75", "KZ-71", "KZ-35", None))]
SAID = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["art_1", "art_2", "reply", "retract", "lag", "catch up"])),
    max_size=25,
)


async def lived(steps: list[tuple[int, str]]) -> Memory:
    """A consultation where people comment, reply and take back, while the projection keeps up or does not."""
    memory = Memory()
    await memory.opened()
    await memory.say(PEOPLE[0], comment="head", anchor=Anchor(clause="art_1"))
    for number, (who, what) in enumerate(steps):
        comment = f"c{number:02}"
        match what:
            case "lag":
                memory.lag()
            case "catch up":
                memory.catch_up()
            case "retract":
                await memory.about(RetractRequested, PEOPLE[who], f"c{number - 1:02}")
            case "reply":
                under = Place("head", "head", 1)
                await memory.say(PEOPLE[who], comment=comment, under=under, anchor=Anchor(clause="art_1"))
            case clause:
                await memory.say(PEOPLE[who], comment=comment, anchor=Anchor(clause=clause))
    return memory


@given(SAID)
async def test_everything_is_read_once_and_in_order(steps: list[tuple[int, str]]) -> None:
    memory = await lived(steps)
    threads = Threads(cast("Any", memory), memory.recent.comments)
    expected = ["head", *(f"c{number:02}" for number, (_, what) in enumerate(steps) if what == "art_1")]
    replies = [f"c{number:02}" for number, (_, what) in enumerate(steps) if what == "reply"]
    for order in Order:
        page = await threads.on_clause(C, "art_1", order)
        heads = [each.head.id for each in page.threads]
        assert heads == (expected if order is Order.OLDEST else expected[::-1])
        assert next(each.count for each in page.threads if each.head.id == "head") == len(replies)
    head = next(each.head for each in page.threads if each.head.id == "head")
    assert [each.id for each in (await threads.thread(head))[0]] == replies


@given(SAID)
async def test_places_have_no_gaps_and_people_count_once(steps: list[tuple[int, str]]) -> None:
    memory = await lived(steps)
    memory.catch_up()
    comments = memory.store.collections["comments"].values()
    for line, document in memory.store.collections["lines"].items():
        stand = sorted(each["place"] for each in comments if each["place"].startswith(f"{line}#"))
        assert stand == [place(line, number) for number in range(document["count"])]
    heard = [each for each in comments if each["standing"] != "retracted"]
    told = memory.store.collections["people"][C]
    assert told["people"] == len({each["author"] for each in heard})
    for who in PEOPLE:
        pseudonym = KEYRING.pseudonym(C, who.id)
        spoke = any(each["author"] == pseudonym for each in heard)
        if who.region is not None:
            assert told["regions"].get(who.region, 0) == spoke, "one person, one region"


def test_lines_of_clauses_and_of_threads_are_apart() -> None:
    assert line_on("c", "x") != line_under("c", "x")
    assert place("line", 9) < place("line", 10) < place("line", 10**9 - 1)


async def test_a_number_beyond_the_end_is_an_empty_page() -> None:
    memory = await lived([])
    threads = Threads(cast("Any", memory), memory.recent.comments)
    page = await threads.on_clause(C, "art_1", Order.OLDEST, 10 * PAGE)
    assert (page.threads, page.next) == ((), None)
    page = await threads.on_clause(C, "art_1", Order.NEWEST, 10 * PAGE)
    assert [each.head.id for each in page.threads] == ["head"]
