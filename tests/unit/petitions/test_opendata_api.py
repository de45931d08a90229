"""Open data as programs, spreadsheets and feed readers of other sites get it."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from kenes.web.open_data import FirstSeen
from kenes.web.openapi import document
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Milestone, Status
from services.petitions.opendata.history import OpenHistories
from services.petitions.opendata.small_groups import Hour
from services.petitions.opendata.views import OpenPetitions, RegionHistory, Timeline
from tests.unit.petitions.opendata_support import LEAST, NOON, Facts, OpenWorld, days, hour, open_world
from tests.unit.petitions.pages_support import NOW, ORIGIN, petition

ONE = petition()
LISTS = ("/open/petitions.json", "/open/petitions.csv", "/open/petitions.atom", "/open/petitions.feed.json")
TIMELINES = tuple(f"/open/petitions/{ONE.id}/timeline{kind}" for kind in (".json", ".csv", ".atom", ".feed.json"))
HISTORIES = tuple(f"/open/petitions/{ONE.id}/history{kind}" for kind in (".json", ".csv"))
OEMBED = f"/oembed?url={ORIGIN}/petitions/{ONE.id}"
ALL = (*LISTS, *TIMELINES, *HISTORIES, OEMBED)
TYPES = {
    ".feed.json": "application/feed+json; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".csv": "text/csv; charset=utf-8; header=present",
    ".json": "application/json",
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def world() -> AsyncIterator[OpenWorld]:
    crowd = {1: {"KZ-75": 90, "KZ-71": 8}, 2: {"KZ-75": 10}}
    async with open_world(Facts(petitions=[ONE], past=days(2, crowd))) as found:
        found.counted(ONE.id, 216)
        yield found


@pytest.mark.parametrize("path", ALL)
async def test_every_site_may_read_and_every_cache_may_keep_it(world: OpenWorld, path: str) -> None:
    answer = await world.get(path, {"origin": "https://elsewhere.example", "cookie": "kenes=abc"})

    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert "set-cookie" not in answer.headers
    assert "vary" not in answer.headers, "it is the same for everybody"
    kind = next((media for ending, media in TYPES.items() if path.endswith(ending)), "application/json")
    assert answer.headers["content-type"] == kind


@pytest.mark.parametrize("path", ALL)
async def test_who_has_it_already_is_told_so(world: OpenWorld, path: str) -> None:
    first = await world.get(path)

    again = await world.get(path, {"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"
    assert (await world.get(path, {"if-none-match": '"other"'})).status_code == 200


async def test_a_moved_count_is_a_new_list(world: OpenWorld) -> None:
    first = await world.get(LISTS[0])
    world.counted(ONE.id, 217)

    again = await world.get(LISTS[0], {"if-none-match": first.headers["etag"]})

    assert again.json()["petitions"][0]["signatures"] == 217


@pytest.mark.parametrize("path", [*LISTS, *TIMELINES, *HISTORIES])
async def test_who_remembers_only_a_date_is_answered_by_it(world: OpenWorld, path: str) -> None:
    assert "last-modified" not in (await world.get(path)).headers, "it may change again within the second"
    world.facts.now += timedelta(seconds=5)
    moment = (await world.get(path)).headers["last-modified"]

    assert moment == "Mon, 02 Mar 2026 12:00:00 GMT"
    assert (await world.get(path, {"if-modified-since": moment})).status_code == 304
    assert (await world.get(path, {"if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT"})).status_code == 200


def test_an_answer_was_last_modified_when_it_was_first_seen_as_it_is() -> None:
    now = [NOON]
    seen = FirstSeen(most=2, clock=lambda: now[0])
    assert seen.modified("/a", "1") is None, "another change may come within the second"
    now[0] += timedelta(seconds=9)
    assert seen.modified("/a", "1") == NOON
    assert seen.modified("/a", "2") is None
    now[0] += timedelta(seconds=9)
    assert seen.modified("/a", "2") == NOON + timedelta(seconds=9)
    for address in "bc":
        seen.modified(address, "1")
    assert seen.modified("/a", "2") is None, "forgotten: as if it had changed now"


async def test_the_json_is_as_described(world: OpenWorld) -> None:
    described: dict[str, tuple[type[BaseModel], str]] = {
        "list": (OpenPetitions, LISTS[0]),
        "timeline": (Timeline, TIMELINES[0]),
        "history": (RegionHistory, HISTORIES[0]),
    }
    for model, path in described.values():
        model.model_validate_json((await world.get(path)).content)
    OpenAPIV31SpecValidator(document("Open data", "1", "", world.operations)).validate()


async def test_a_search_is_the_same_in_every_format(world: OpenWorld) -> None:
    for path in LISTS:
        await world.get(f"{path}?q=lake&status=collecting&category=environment&language=en&region=KZ-35&limit=7")

    assert len(set(map(repr, world.facts.asked))) == 1
    wanted = world.facts.asked[0]
    assert (wanted.search, wanted.category, wanted.language, wanted.region, wanted.limit) == (
        "lake",
        "environment",
        "en",
        "KZ-35",
        7,
    )
    assert wanted.status == (Status.COLLECTING,)
    assert (await world.get("/open/petitions.atom?status=closed&status=draft")).status_code == 422


async def test_a_long_list_goes_on(world: OpenWorld) -> None:
    following = (await world.get("/open/petitions.json?limit=1&category=environment")).json()["next"]
    assert following.startswith(f"{ORIGIN}/open/petitions.json?limit=1&category=environment&after=")
    assert (await world.client.get(following)).status_code == 200
    csv_answer = await world.get("/open/petitions.csv?limit=1")
    assert re.fullmatch(r'<[^>]+after=[^>]+>; rel="next"', csv_answer.headers["link"])
    feed = (await world.get("/open/petitions.feed.json?limit=1")).json()
    assert "after=" in feed["next_url"]
    assert (await world.get("/open/petitions.json")).json()["next"] is None


async def test_several_states_are_asked_for_and_stay_so_on_the_next_page(world: OpenWorld) -> None:
    asked = "status=answered&status=archived&status=answered"
    following = (await world.get(f"/open/petitions.json?{asked}&limit=1")).json()["next"]
    await world.client.get(following)
    assert [each.status for each in world.facts.asked] == [(Status.ANSWERED, Status.ARCHIVED)] * 2


async def test_what_is_discussed_is_listed_before_it_opens() -> None:
    begun = NOW - timedelta(days=3)
    discussed = petition(Status.DISCUSSION).model_copy(
        update={
            "opened_at": None,
            "published_at": None,
            "timeline": (Milestone(what="discussion", at=begun), Milestone(what="edited", at=NOW)),
        }
    )
    async with open_world(Facts(petitions=[discussed])) as world:
        [line] = (await world.get(LISTS[0])).json()["petitions"]
        [row] = csv.DictReader(io.StringIO((await world.get(LISTS[1])).text))
        [entry] = (await world.get(LISTS[3])).json()["items"]
        assert ET.fromstring((await world.get(LISTS[2])).text).find(f"{ATOM}entry") is not None
    assert (line["status"], line["opened_at"]) == ("discussion", None)
    assert (row["status"], row["opened_at"]) == ("discussion", "")
    assert datetime.fromisoformat(entry["date_published"]) == begun


async def test_a_formula_in_a_title_stays_text() -> None:
    evil = ONE.model_copy(update={"text": ONE.text.model_copy(update={"title": '=HYPERLINK("http://evil";"Қол")'})})
    async with open_world(Facts(petitions=[evil])) as world:
        answer = await world.get(LISTS[1])

    (line,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline=""))
    assert line["title"] == '\'=HYPERLINK("http://evil";"Қол")'
    assert answer.headers["content-disposition"] == 'attachment; filename="petitions.csv"'


async def test_a_timeline_tells_steps_and_when_counts_were_reached(world: OpenWorld) -> None:
    entries = (await world.get(TIMELINES[0])).json()["entries"]

    assert [(each["what"], each["signatures"]) for each in entries if each["signatures"]] == [
        ("signatures-reached", 100)
    ]
    assert {each["at"] for each in entries if each["signatures"]} == {"2026-03-02T12:02:00Z"}
    assert "created" in {each["what"] for each in entries}


@pytest.mark.parametrize(("language", "words"), [("kk", "100 қолға жетті"), ("ru", "Набрано 100 подписей")])
async def test_a_feed_speaks_the_language_asked_for(world: OpenWorld, language: str, words: str) -> None:
    atom = ET.fromstring((await world.get(f"{TIMELINES[2]}?lang={language}")).content)
    feed = (await world.get(f"{TIMELINES[3]}?lang={language}")).json()

    titles = [entry.findtext(f"{ATOM}title") for entry in atom.findall(f"{ATOM}entry")]
    assert words in titles
    assert words in [item["title"] for item in feed["items"]]
    assert feed["language"] == language
    assert (await world.get(f"{TIMELINES[2]}?lang=de")).status_code == 422


async def test_ids_of_entries_stay_when_the_rest_moves(world: OpenWorld) -> None:
    before = {item["id"] for item in (await world.get(f"{TIMELINES[3]}?lang=kk")).json()["items"]}
    closed = Milestone(what="closed", at=NOW, reason="author")
    world.facts.petitions[0] = ONE.model_copy(update={"timeline": (*ONE.timeline, closed)})

    after = {item["id"] for item in (await world.get(f"{TIMELINES[3]}?lang=ru")).json()["items"]}

    assert before < after
    assert len(after - before) == 1


@pytest.mark.parametrize(
    ("what", "reason", "told"),
    [
        ("closed", "author", "Its author closed it."),
        ("answered", "refused", "What was asked for was refused."),
        ("reached", "492", "492 signatures"),
        ("suspended", "Act 2-17 of the court", "Act 2-17 of the court"),
    ],
)
async def test_a_reason_is_told_in_words_whatever_the_step(world: OpenWorld, what: str, reason: str, told: str) -> None:
    step = Milestone(what=what, at=NOW, reason=reason)
    world.facts.petitions[0] = ONE.model_copy(update={"timeline": (*ONE.timeline, step)})

    items = (await world.get(f"{TIMELINES[3]}?lang=en")).json()["items"]

    assert items[0]["content_text"] == told


@pytest.mark.parametrize("status", [Status.DRAFT, Status.GATHERING, Status.MODERATION])
async def test_what_is_not_public_is_not_there(status: Status) -> None:
    hidden = petition(status)
    async with open_world(Facts(petitions=[hidden])) as world:
        for path in (*TIMELINES, *HISTORIES, OEMBED):
            answer = await world.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "petition-unknown")
            assert answer.headers["access-control-allow-origin"] == "*", "a script can read why"
        assert (await world.get(LISTS[0])).json()["petitions"] == []


async def test_nothing_about_people_is_in_it(world: OpenWorld) -> None:
    for path in ALL:
        text = (await world.get(path)).text
        assert ONE.author not in text
        assert "sealed" not in text
        assert '"owner"' not in text


async def test_a_history_is_the_same_in_both_formats_and_adds_up(world: OpenWorld) -> None:
    told = (await world.get(HISTORIES[0])).json()
    lines = list(csv.DictReader(io.StringIO((await world.get(HISTORIES[1])).text, newline="")))

    assert told["small_group"] == LEAST
    assert [(row["region"] or "", str(row["count"])) for row in told["rows"]] == [
        (line["region"], line["count"]) for line in lines
    ]
    assert sum(row["count"] for row in told["rows"]) == 216
    assert {(row["minutes"], row["region"]) for row in told["rows"]} == {(1, "KZ-71"), (1, "KZ-75")}


@pytest.mark.parametrize("path", HISTORIES)
async def test_who_asks_for_headers_alone_costs_no_reading(world: OpenWorld, path: str) -> None:
    whole = await world.get(path)
    world.facts.read = 0

    answer = await world.client.head(path)

    assert (answer.status_code, answer.content, world.facts.read) == (200, b"", 0)
    assert answer.headers["etag"] == whole.headers["etag"]
    assert answer.headers["content-type"] == whole.headers["content-type"]


async def test_the_hour_that_still_runs_is_not_told() -> None:
    running: Hour = hour({0: {"KZ-75": 90}}, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    async with open_world(Facts(petitions=[ONE], past=[running])) as world:
        assert (await world.get(HISTORIES[0])).json()["rows"] == []


async def test_a_long_history_is_streamed_in_the_memory_of_an_hour() -> None:
    minutes = {minute: {"KZ-75": 6 + minute % 5, "KZ-71": 7} for minute in range(60)}
    facts = Facts(petitions=[ONE])
    async with open_world(facts) as world:
        histories: Any = next(each.handler for each in world.operations if each.name == "history_csv").__self__  # type: ignore[attr-defined]
        assert isinstance(histories, OpenHistories)
        size, peaks = 0, []
        for number in (300, 3000):
            facts.past = [hour(minutes, NOON - timedelta(hours=number - each)) for each in range(number)]
            tracemalloc.start()
            async for rows in histories._rows(ONE.id, NOW):
                size += len(rows)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert size == (300 + 3000) * 120
    assert peaks[1] < 1.5 * peaks[0] < 1_000_000


async def test_a_reader_gets_the_first_hours_before_the_last_are_read() -> None:
    facts = Facts(petitions=[ONE], past=days(100, {1: {"KZ-75": 60}}))
    async with open_world(facts) as world:
        histories: Any = next(each.handler for each in world.operations if each.name == "history_json").__self__  # type: ignore[attr-defined]
        rows = histories._rows(ONE.id, NOW)
        await anext(rows)
        await rows.aclose()
    assert facts.read == 1


async def test_the_answer_to_no_petition_at_all_is_well_formed() -> None:
    async with open_world(Facts(petitions=[])) as world:
        assert (await world.get(LISTS[0])).json() == {"petitions": [], "next": None}
        assert len((await world.get(LISTS[1])).text.splitlines()) == 1
        assert json.loads((await world.get(LISTS[3])).content)["items"] == []


def test_a_petition_is_listed_with_its_goal_and_without_its_author() -> None:
    fields = set(OpenPetitions.model_fields["petitions"].annotation.__args__[0].model_fields)  # type: ignore[union-attr]

    assert fields.isdisjoint({"author", "sealed", "owner", "text"})
    assert {"signatures", "goal", "rules", "updated_at"} <= fields
    assert isinstance(ONE, Petition)
