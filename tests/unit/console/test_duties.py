"""Duties: what is owed is what the services themselves hold to be, and the page says how late it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.identity.access import Authenticate
from kenes.kafka.records import Recorded
from kenes.web.i18n import LANGUAGES
from kenes.web.language import edge_catalogs
from kenes.web.openapi import Operation
from schemas.consultations import course
from schemas.consultations.parts import DraftKind, Title
from schemas.consultations.parts import DutyKind as OfConsultations
from schemas.envelope import Event
from schemas.parts import PrivateEntry, RulePackRef, Statement
from schemas.payload import Payload
from schemas.petitions import v1 as petitions
from schemas.petitions.v1 import DutyKind as OfPetitions
from services.console.duties.api import DutyApi
from services.console.duties.folding import PROJECTIONS, load_owing
from services.console.duties.owing import KINDS
from services.console.duties.pages import DutyPages
from services.console.duties.reads import Duties
from services.console.pages.site import ConsoleSite
from services.console.serving import FOLDERS
from services.petitions.domain.evolution import evolve
from services.petitions.domain.petition import Petition
from tests.unit.console.stored import Stored
from tests.unit.console.world import console
from tests.unit.store import Store, project

PETITIONS, CONSULTATIONS = PROJECTIONS
START: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
WORDS: Final = Statement(kk="a" * 20, ru="a" * 20)
SITES: Final = {"petitions": "https://petitions.example/"}


def recorded(number: int, subject: str, at: datetime, data: Payload) -> Recorded:
    """A decision as it stands in its topic."""
    event = Event(str(number), "/stream", subject, at, data, sequence=number, offset=number)
    return Recorded(0, number, at, subject.encode(), event)


def created(body: str = "akimat:KZ-75") -> Payload:
    """The first decision on a petition."""
    return petitions.Created(
        petition="p",
        author="a",
        text=petitions.PetitionText(language="en", title="T" * 10, text="t" * 50, proposal="p" * 10),
        rules=RulePackRef(id="kz", version="1"),
        level="region",
        body=body,
        goals=(petitions.Goal(signatures=9, effect="answer"),),
        sealed="",
        mine=PrivateEntry(owner="o", entry="e", note="n"),
    )


def prepared() -> Payload:
    """The first decision on a consultation."""
    title = Title(kk="a" * 20, ru="a" * 20)
    return course.Prepared(
        consultation="c",
        body="ministry",
        rules=RulePackRef(id="kz", version="1"),
        kind=next(iter(DraftKind)),
        title=title,
    )


def due(day: int) -> datetime:
    return START + timedelta(days=day, microseconds=7)


def term_of(day: int) -> dict[str, datetime]:
    """Due on a day."""
    return {"due_at": due(day), "remind_at": due(day)}


def on_petition(what: int, day: int) -> Payload:
    """One of the decisions that duties hang on, and some that they do not."""
    term = {"petition": "p", **term_of(day)}
    answer = {"petition": "p", "outcome": petitions.AnswerOutcome.PARTLY, "statement": WORDS}
    goal = {"petition": "p", "goal": petitions.Goal(signatures=5, effect="answer"), "count": 5}
    kinds: list[Payload] = [
        petitions.ModerationBegun(**term),
        petitions.VerdictUndone(by="m", reason="", **term),
        petitions.Returned(petition="p", by="m", reasons=(), explanation=""),
        petitions.Rejected(petition="p", by="m", reasons=(), explanation=""),
        petitions.Published(petition="p", closes_at=due(30), by="m"),
        petitions.GoalReached(**goal, **term_of(day)),
        petitions.GoalReached(**goal | {"goal": petitions.Goal(signatures=9, effect="debate")}, **term_of(day)),
        petitions.GoalReached(**goal),
        petitions.Answered(**answer),
        petitions.Answered(**answer, effect="answer"),
        petitions.Answered(**answer, effect="debate"),
        petitions.DutyMissed(petition="p", kind=OfPetitions.MODERATE, due_at=due(day)),
        petitions.DutyMissed(petition="p", kind=OfPetitions.ANSWER, due_at=due(day)),
        petitions.Suspended(petition="p", act="an act"),
        petitions.Resumed(petition="p", act="an act"),
        petitions.Withdrawn(petition="p", reason=""),
        petitions.Retired(petition="p", in_favour_of="q", reason=""),
        petitions.Locked(petition="p", by="m", until=due(day)),
        petitions.PetitionRefused(petition="p", request="r", code="c"),
    ]
    return kinds[what % len(kinds)]


def on_consultation(what: int, day: int) -> Payload:
    """One of the decisions on the course of a consultation."""
    kinds: list[Payload] = [
        course.Closed(consultation="p", report_due_at=due(day), remind_at=due(day)),
        course.DutyMissed(consultation="p", kind=OfConsultations.REPORT, due_at=due(day)),
        course.ReportPublished(consultation="p", comments=1, conclusions=WORDS),
        course.Withdrawn(consultation="p", reason=""),
        course.ReportPostponed(consultation="p", comments=2, owed=1),
    ]
    return kinds[what % len(kinds)]


STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 18), st.integers(0, 4)), max_size=40)
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@given(steps=STEPS, cuts=CUTS)
def test_what_is_owed_to_petitions_is_what_their_service_holds(
    steps: list[tuple[int, int, int]], cuts: list[int]
) -> None:
    log = [recorded(who, f"p{who}", START, created()) for who in (0, 1)]
    for number, (who, what, day) in enumerate(steps, start=2):
        log.append(recorded(number, f"p{who}", START + timedelta(hours=number), on_petition(what, day)))

    found = {each["_id"]: each for each in project(PETITIONS, log, cuts).all("duties_petitions")}

    assert found.keys() == {"p0", "p1"}, "what was never created has no duties"
    for subject, document in found.items():
        own: Petition | None = None
        for each in log:
            if each.event.subject == subject:
                own = evolve(own, each.data, each.event.time)
        assert own is not None
        owing = load_owing(document)
        duties = [(each.kind, each.due_at, each.overdue) for each in own.duties if each.open]
        assert [(each.kind, each.due_at, each.missed_at is not None) for each in owing.duties] == duties
        assert owing.paused_at == own.suspended_at
        assert document["open"] == (bool(duties) and own.suspended_at is None)


@given(steps=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12), cuts=CUTS)
def test_what_is_owed_to_consultations_does_not_depend_on_batches(
    steps: list[tuple[int, int]], cuts: list[int]
) -> None:
    log = [recorded(0, "p", START, prepared())]
    log += [recorded(at, "p", START, on_consultation(what, day)) for at, (what, day) in enumerate(steps, start=1)]

    (document,) = project(CONSULTATIONS, log, cuts).all("duties_consultations")

    assert document == project(CONSULTATIONS, log, [len(log)]).all("duties_consultations")[0]
    states = list(accumulate((each.data for each in log), _status, initial=""))
    assert document["open"] == (states[-1] == "closed")


def _status(before: str, decision: Payload) -> str:
    match decision:
        case course.Closed():
            return "closed"
        case course.ReportPublished() | course.Withdrawn():
            return "done"
        case _:
            return before


def stored(now: datetime, *, missed: bool = True) -> Store:
    """A moderation late by five hours, an answer due in a day, another in ten, and a report late by two days."""
    store = Store()
    begun = [
        recorded(0, "late", START, created()),
        recorded(1, "next", START, created("akimat:KZ-75<b>")),
        recorded(2, "far", START, created()),
        recorded(3, "late", START, moderation(now - timedelta(hours=5))),
        recorded(4, "next", START, reached(now + timedelta(days=1))),
        recorded(5, "far", START, reached(now + timedelta(days=10))),
    ]
    if missed:
        noted = petitions.DutyMissed(petition="p", kind=OfPetitions.MODERATE, due_at=now - timedelta(hours=5))
        begun.append(recorded(6, "late", now, noted))
    store.apply(store.fold(PETITIONS, begun))
    closed = course.Closed(consultation="c", report_due_at=now - timedelta(days=2, hours=1), remind_at=START)
    store.apply(store.fold(CONSULTATIONS, [recorded(0, "law", START, prepared()), recorded(1, "law", now, closed)]))
    return store


def moderation(at: datetime) -> Payload:
    return petitions.ModerationBegun(petition="p", due_at=at, remind_at=START)


def reached(at: datetime) -> Payload:
    goal = petitions.Goal(signatures=5, effect="answer")
    return petitions.GoalReached(petition="p", goal=goal, count=5, due_at=at, remind_at=START)


def part(kept: Stored) -> Any:
    """The pages and the API over what is stored."""

    def more(site: ConsoleSite, authenticate: Authenticate) -> tuple[Any, Sequence[Operation]]:
        duties = Duties(cast("Any", kept), SITES)
        return DutyPages(site, duties).routes(), DutyApi(duties, authenticate).operations()

    return more


async def test_the_page_tells_what_is_late_and_by_how_much_and_then_what_is_next() -> None:
    async with console(more=part(Stored(stored(datetime.now(UTC))))) as world:
        await world.sign_in("operator")
        page = (await world.get("/duties")).text
        assert page.index('id="consultations-law-report-') < page.index('id="petitions-late-moderate-')
        assert page.index('id="petitions-late-moderate-') < page.index('id="petitions-next-answer-')
        assert 'id="petitions-far-answer-' not in page
        row = page.split('id="petitions-late-moderate-')[1].split("</tr>")[0]
        assert 'class="is-bad"' in row
        assert '<a href="https://petitions.example/petitions/late">late</a>' in row
        assert "moderators" in row
        assert "<strong>5 h</strong>" in row
        assert "not noted" not in row
        assert "akimat:KZ-75&lt;b&gt;" in page
        law = page.split('id="consultations-law-report-')[1].split("</tr>")[0]
        assert "<a " not in law, "its site is not known"
        assert "not noted" in law


async def test_the_api_tells_the_same() -> None:
    now = datetime.now(UTC)
    async with console(more=part(Stored(stored(now)))) as world:
        assert (await world.get("/api/console/v1/duties")).status_code == 401
        await world.sign_in("operator")
        told = (await world.get("/api/console/v1/duties", {"accept": "application/json"})).json()
        assert [each["subject"] for each in told["overdue"]] == ["law", "late"]
        assert [each["subject"] for each in told["soon"]] == ["next"]
        assert told["overdue"][1]["body"] is None
        assert datetime.fromisoformat(told["overdue"][1]["missed_at"]) == now
        described = (await world.get("/api/console/v1/openapi.json")).json()
        assert "/api/console/v1/duties" in described["paths"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_there_in_every_language_also_with_nothing_to_tell(language: str) -> None:
    for store in (Store(), stored(datetime.now(UTC), missed=False)):
        async with console(more=part(Stored(store))) as world:
            await world.sign_in("operator-act")
            page = await world.get(f"/duties?lang={language}")
            assert page.status_code == 200
            assert "style=" not in page.text
            assert 'href="/duties"' in page.text


async def test_with_the_database_away_the_page_stays_and_says_so() -> None:
    async with console(more=part(Stored(Store(), away=True))) as world:
        await world.sign_in("operator")
        page = await world.get("/duties")
        assert page.status_code == 503
        assert "is-error" in page.text
        assert "Nothing is overdue" not in page.text


async def test_it_is_not_for_citizens() -> None:
    async with console(more=part(Stored(stored(datetime.now(UTC))))) as world:
        await world.sign_in("moderator")
        for path in ("/duties", "/api/console/v1/duties"):
            refused = await world.get(path)
            assert refused.status_code == 403
            assert "late" not in refused.text


def test_there_are_words_for_every_duty() -> None:
    catalogs = edge_catalogs([FOLDERS.locales])
    wanted = {f"duties.kind.{kind}" for kind in KINDS}
    assert all(wanted <= set(catalogs.keys(language)) for language in LANGUAGES)
