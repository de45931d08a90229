"""The public moderation log: what the fold makes of verdicts, and what everybody may read of it."""

from datetime import timedelta
from typing import Any

import bson
import httpx
import pytest
from bson.codec_options import CodecOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from kenes.kafka.records import Recorded
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Created,
    Edited,
    Goal,
    PetitionText,
    Published,
    Rejected,
    Returned,
    Verdict,
    VerdictProposed,
    VerdictUndone,
)
from services.petitions.answers import PREFIX
from services.petitions.domain.moderation import FAULTS
from services.petitions.moderation.api import LogApi, LogEntryView
from services.petitions.moderation.log import PROJECTION, WITHHOLDING, LogEntry, load_entry
from services.petitions.moderation.reads import LogPage
from tests.unit.petitions.pages_support import MINE, NOW, ORIGIN, PACKS, RULES, Stored, pages
from tests.unit.petitions.samples import decided
from tests.unit.store import project

PATH = "/petitions/moderation-log"
FIRST, MENDED = "Open the lake to everybody", "Open the lake by spring"
SUBJECT = PACKS.pinned(RULES).prohibited[0]
AS_STORED: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


def text(title: str) -> PetitionText:
    words = "The shore is fenced off on three sides and nobody can say by whom."
    return PetitionText(language="en", title=title, text=words, proposal="Take the fences down.")


def log(*decisions: Payload, partition: int = 1) -> list[Recorded]:
    """Decisions on petition p, a minute apart; sequences have gaps."""
    return [
        decided(partition, number, number * 2 + 5, NOW + timedelta(minutes=number), "p", each)
        for number, each in enumerate(decisions)
    ]


_P: dict[str, Any] = {"petition": "p"}
_SOON: dict[str, Any] = {"due_at": NOW, "remind_at": NOW}
CREATED = Created(
    **_P,
    author="a",
    text=text(FIRST),
    rules=RULES,
    level="country",
    body="parliament",
    goals=(Goal(signatures=5, effect="x"),),
    sealed="s",
    mine=MINE,
)
RETURNED = Returned(**_P, by="moderator-m", reasons=("unclear",), explanation="Say who is to do it.")
PUBLISHED = Published(**_P, by="moderator-m", closes_at=NOW)
UNDONE = VerdictUndone(**_P, by="moderator-n", reason="It was decided by mistake.", **_SOON)
INSULTING = Rejected(**_P, by="moderator-m", reasons=("insulting",), explanation="It insults people.")
COURSE = log(
    CREATED,
    VerdictProposed(**_P, by="moderator-m", verdict=Verdict.RETURN),
    RETURNED,
    Edited(**_P, text=text(MENDED)),
    PUBLISHED,
    UNDONE,
    INSULTING,
)


def entries(decisions: list[Recorded], cuts: list[int] | None = None) -> list[LogEntry]:
    return [load_entry(each) for each in project(PROJECTION, decisions, cuts or [100]).all("moderation_log")]


def test_each_verdict_is_an_entry_with_the_title_that_was_judged() -> None:
    found = entries(COURSE)
    assert [(each.verdict, each.title) for each in found] == [
        (Verdict.RETURN, FIRST),
        (Verdict.APPROVE, MENDED),
        (Verdict.REJECT, None),
    ]
    assert [each.id for each in found] == ["1-9", "1-13", "1-17"], "partition and sequence: the same at each rebuild"
    assert found[0].reasons == ("unclear",)
    assert found[0].explanation == "Say who is to do it."
    assert {each.rules for each in found} == {RULES}


def test_only_the_verdict_that_was_taken_back_says_so() -> None:
    returned, published, rejected = entries(COURSE)
    assert published.undone_at == NOW + timedelta(minutes=5)
    assert published.undone_because == "It was decided by mistake."
    assert (returned.undone_at, rejected.undone_at) == (None, None)


@pytest.mark.parametrize("reason", sorted(WITHHOLDING))
@pytest.mark.parametrize("found", [Returned, Rejected])
def test_a_title_that_may_do_harm_is_not_even_stored_in_the_log(reason: str, found: type[Returned | Rejected]) -> None:
    verdict = found(**_P, by="m", reasons=("unclear", reason), explanation="Not like this.")
    assert reason in FAULTS
    assert entries(log(CREATED, verdict))[0].title is None


def test_what_is_published_without_moderation_is_no_verdict() -> None:
    assert entries(log(CREATED, Published(**_P, closes_at=NOW))) == []


def test_the_log_does_not_say_who_decided() -> None:
    assert "moderator-" not in repr(project(PROJECTION, COURSE, [100]).collections)


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(1, 6), min_size=1, max_size=8))
def test_any_split_into_batches_gives_the_same_documents(cuts: list[int]) -> None:
    assert project(PROJECTION, COURSE, cuts).collections == project(PROJECTION, COURSE, [100]).collections


def test_entries_are_read_back_as_they_were_stored() -> None:
    stored = list(project(PROJECTION, COURSE, [3]).all("moderation_log"))
    assert stored
    for document in stored:
        assert load_entry(bson.decode(bson.encode(document), AS_STORED)).id == document["_id"]


class Log:
    """The log of COURSE, and one verdict by a prohibited subject, as `ModerationReads` gives it."""

    def __init__(self, found: list[LogEntry] | None = None) -> None:
        subject = Rejected(**_P, by="m", reasons=(SUBJECT.code,), explanation="Not here.")
        self.entries = [*entries(COURSE), *entries(log(CREATED, subject, partition=2))] if found is None else found

    async def log_page(self, number: int) -> LogPage:
        return LogPage(self.entries, min(number, 3), 3, len(self.entries))

    async def log_before(self, before: object, limit: int) -> list[LogEntry]:
        self.asked = before, limit
        return self.entries[:limit]


class LogStored(Stored):
    """A world with a log."""

    moderation: Log


def stored(found: list[LogEntry] | None = None) -> LogStored:
    world = LogStored()
    world.moderation = Log(found)
    return world


async def test_everybody_may_read_it_and_keep_it_a_while() -> None:
    async with pages(stored()) as world:
        answer = await world.get(PATH)
    assert answer.status_code == 200
    assert "max-age" in answer.headers["cache-control"]
    assert "public" in answer.headers["cache-control"]
    for words in (FIRST, MENDED, "Say who is to do it.", "It is not clear what is asked for", RULES.version):
        assert words in answer.text
    assert "Taken back on" in answer.text
    assert "It was decided by mistake." in answer.text
    assert f"{SUBJECT.name['en']} ({SUBJECT.law['en']})" in answer.text
    assert "Title withheld" in answer.text


async def test_only_what_stands_published_is_linked() -> None:
    open_one = entries(log(CREATED, PUBLISHED))
    async with pages(stored([*open_one, *entries(COURSE)])) as world:
        answer = await world.get(PATH)
    assert answer.text.count('href="/petitions/p"') == 1


async def test_it_is_read_page_by_page() -> None:
    async with pages(stored()) as world:
        second = await world.get(f"{PATH}?page=2")
        nonsense = await world.get(f"{PATH}?page=no")
    assert f'href="{PATH}"' in second.text
    assert f'href="{PATH}?page=3"' in second.text
    assert "Page 1" in nonsense.text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_it_is_whole_in_every_language_and_empty_too(language: str) -> None:
    async with pages(stored()) as world:
        assert (await world.get(PATH, **{"accept-language": language})).status_code == 200
    async with pages(stored([])) as world:
        assert (await world.get(PATH, **{"accept-language": language})).status_code == 200


async def test_a_pack_that_is_gone_leaves_its_codes() -> None:
    gone = [each.model_copy(update={"rules": RULES.model_copy(update={"version": "0"})}) for each in Log().entries]
    async with pages(stored(gone)) as world:
        answer = await world.get(PATH)
    assert f"<li>{SUBJECT.code}</li>" in answer.text


async def test_as_json_it_goes_on_where_a_page_ended() -> None:
    reads = stored()
    api = LogApi(reads)  # type: ignore[arg-type]
    app = Starlette(routes=[Route("/moderation-log", api.moderation_log)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        body = (await client.get("/moderation-log?limit=2")).json()
        assert [each["verdict"] for each in body["entries"]] == ["return", "approve"]
        assert (await client.get(body["next"].removeprefix(PREFIX))).status_code == 200
        last = reads.moderation.entries[1]
        assert reads.moderation.asked == ((last.at, last.id), 2)
        whole = (await client.get("/moderation-log")).json()
    assert whole["next"] is None
    assert whole["entries"][2]["title"] is None
    for each in whole["entries"]:
        LogEntryView.model_validate(each)
