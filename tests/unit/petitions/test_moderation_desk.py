"""The moderators' desk: what is due first, the text beside the rules, and forms that lose nothing that was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from kenes.web.i18n import LANGUAGES
from kenes.web.language import edge_catalogs
from schemas.petitions.v1 import DutyKind, LockRequested, ModerateRequested, UndoRequested, Verdict
from services.petitions.acts import ACTS
from services.petitions.domain.moderation import FAULTS
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import Duty, Finding, Lock, Proposal, Status
from services.petitions.moderation.queue import open_acts, ticket, working_days_left
from services.petitions.moderation.reads import Desk
from services.petitions.pages.moderation import DESK_ACTS
from services.petitions.serving import FOLDERS
from tests.unit.petitions.lives import CALENDAR
from tests.unit.petitions.pages_support import (
    AUTHOR,
    KEYRING,
    NOW,
    PACKS,
    READER,
    RULES,
    Asked,
    Stored,
    World,
    hidden,
    pages,
    person,
    petition,
)

MODERATOR = person("moderator", roles=frozenset({"citizen", "moderator"}))
PACK = PACKS.pinned(RULES)
SUBJECT = PACK.prohibited[0]
MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)


def pseudonym(who: Any = MODERATOR, number: int = 1) -> str:
    return KEYRING.pseudonym(petition(number=number).id, who.id)


def on_desk(number: int = 1, days: int = 3, **changes: Any) -> Petition:
    """A petition in moderation that is due in so many days."""
    due = NOW + timedelta(days=days)
    duty = Duty(kind=DutyKind.MODERATE, opened_at=NOW - timedelta(days=9), due_at=due, remind_at=due)
    told = {"status": Status.MODERATION, "duties": (duty,), "opened_at": None, "closed_at": None, "closes_at": None}
    return petition(number=number).model_copy(update=told | changes)


def found(verdict: Verdict = Verdict.REJECT, status: Status = Status.REJECTED) -> Petition:
    """A petition that was decided yesterday."""
    finding = Finding(verdict=verdict, at=NOW - timedelta(days=1), reasons=("unclear",), explanation="Say who.")
    return petition(status).model_copy(update={"finding": finding})


class Reads:
    """What lies on the desk, as `ModerationReads` gives it."""

    def __init__(self, petitions: list[Petition]) -> None:
        self._petitions = petitions

    async def desk(self) -> Desk:
        at = {status: [each for each in self._petitions if each.status is status] for status in Status}
        waiting = at[Status.MODERATION]
        return Desk(waiting, len(waiting), at[Status.REJECTED], at[Status.SUSPENDED])


class DeskStored(Stored):
    """A world with a desk."""

    moderation: Reads

    async def similar(self, *_: object, **_but: object) -> list[Petition]:
        return [petition(number=9, title="Clean the lake for everybody")]


def stored(*petitions: Petition) -> DeskStored:
    world = DeskStored(list(petitions or (on_desk(),)))
    world.moderation = Reads(world.petitions)
    return world


PATH = f"/moderation/{petition().id}"


async def press(world: World, act: str, who: Any = MODERATOR, **fields: Any) -> Any:
    """Opens the petition as `who` and posts the form of `act` with these fields."""
    await world.sign_in(who)
    page = (await world.get(PATH)).text
    return await world.post(f"{PATH}/{act}", hidden(page, f"{PATH}/{act}") | fields)


def verdict(which: str = "reject", reasons: Any = ("unclear",), explanation: str = "Say who.") -> dict[str, Any]:
    told = {"verdict-verdict": which, "verdict-explanation": explanation, "go": "decide"}
    return told | ({"verdict-reasons": list(reasons)} if reasons else {})


# The queue


def test_working_days_left_are_those_after_today_until_the_end_of_the_term() -> None:
    due = CALENDAR.deadline(MONDAY, 5)
    assert working_days_left(due, CALENDAR, MONDAY) == 5
    assert working_days_left(due, CALENDAR, MONDAY + timedelta(days=1)) == 4
    assert working_days_left(due, CALENDAR, MONDAY + timedelta(days=5)) == 1, "Saturday: Monday is left"
    assert working_days_left(due, CALENDAR, MONDAY + timedelta(days=7)) == 0, "the last day itself"
    assert working_days_left(due, CALENDAR, due + timedelta(seconds=1)) is None


def test_a_ticket_says_who_has_it_and_who_must_decide_still() -> None:
    lock = Lock(by="x", until=NOW + timedelta(minutes=5))
    proposal = Proposal(by="me", verdict=Verdict.APPROVE)
    one = ticket(on_desk(lock=lock, proposal=proposal), "me", CALENDAR, NOW)
    assert (one.holder, one.proposed_by, one.own) == ("another", "you", False)
    later = ticket(on_desk(lock=lock), "x", CALENDAR, NOW + timedelta(minutes=5))
    assert later.holder is None, "a lock that has run out holds nothing"
    with pytest.raises(ValueError, match="nothing is owed"):
        ticket(petition(), "me", CALENDAR, NOW)


@pytest.mark.parametrize(
    ("it", "acts"),
    [
        (on_desk(), {"lock", "verdict", "suspension", "retirement"}),
        (found(), {"undo"}),
        (found(Verdict.APPROVE, Status.COLLECTING), {"undo", "suspension", "retirement"}),
        (petition(Status.COLLECTING), {"suspension", "retirement"}),
        (petition(Status.SUSPENDED), {"resumption"}),
        (petition(Status.CLOSED), set()),
    ],
)
def test_only_what_the_rules_leave_open_is_offered(it: Petition, acts: set[str]) -> None:
    assert open_acts(it, PACK, pseudonym()) == acts


def test_authors_do_not_judge_their_own() -> None:
    for it in (on_desk(), found(), petition(Status.COLLECTING), petition(Status.SUSPENDED)):
        assert not open_acts(it, PACK, it.author)


@pytest.mark.parametrize("path", ["/moderation", PATH])
async def test_it_is_open_to_moderators_only(path: str) -> None:
    async with pages(stored()) as world:
        assert (await world.get(path)).status_code == 303
        await world.sign_in(READER)
        assert (await world.get(path)).status_code == 403
        assert 'href="/moderation"' not in (await world.get("/petitions/start")).text
        await world.sign_in(MODERATOR)
        assert (await world.get(path)).status_code == 200
        assert 'href="/moderation"' in (await world.get("/petitions/start")).text


async def test_the_queue_says_what_is_overdue_who_has_it_and_what_waits_for_a_second_person() -> None:
    lock = Lock(by=pseudonym(number=2), until=datetime.now(UTC) + timedelta(minutes=9))
    proposal = Proposal(by="x", verdict=Verdict.APPROVE)
    world_of = stored(on_desk(1, -2), on_desk(2, 30, lock=lock), on_desk(3, 30, proposal=proposal), found())
    async with pages(world_of) as world:
        await world.sign_in(MODERATOR)
        answer = await world.get("/moderation")
    assert '<span class="tag is-bad">Overdue</span>' in answer.text
    for words in ("3 petitions wait", "You have it on your desk", "Your agreement is needed", "Decided lately"):
        assert words in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_empty_desk_says_so(language: str) -> None:
    async with pages(stored(petition(Status.CLOSED))) as world:
        await world.sign_in(MODERATOR)
        assert (await world.get("/moderation", **{"accept-language": language})).status_code == 200


# One petition


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_text_stands_beside_the_rules_it_is_judged_by(language: str) -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        answer = await world.get(PATH, **{"accept-language": language})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Take the fences down." in answer.text
    shown = unescape(answer.text)
    for subject in PACK.prohibited:
        assert f'value="{subject.code}"' in shown
        assert subject.name[language] in shown
        assert subject.law[language] in shown
    for fault in FAULTS:
        assert f'value="{fault}"' in answer.text
    assert "Clean the lake for everybody" in answer.text
    assert 'name="verdict-revision" value="1"' in answer.text


async def test_taking_it_on_the_desk_asks_for_the_lock() -> None:
    async with pages(stored()) as world:
        answer = await press(world, "lock")
        assert answer.status_code == 303
        [(_, asked)] = world.asked.done
    assert isinstance(asked, LockRequested)
    assert asked.actor.pseudonym == pseudonym()


async def test_a_verdict_is_about_the_revision_that_was_read() -> None:
    async with pages(stored(on_desk(revision=4))) as world:
        answer = await press(world, "verdict", **verdict(reasons=(SUBJECT.code, "unclear")))
        assert answer.status_code == 303
        [(_, asked)] = world.asked.done
    assert isinstance(asked, ModerateRequested)
    assert (asked.verdict, asked.revision) == (Verdict.REJECT, 4)
    assert asked.reasons == (SUBJECT.code, "unclear")
    assert asked.explanation == "Say who."


async def test_nothing_is_decided_by_a_form_twice_or_from_elsewhere() -> None:
    async with pages(stored()) as world:
        await world.sign_in(MODERATOR)
        fields = hidden((await world.get(PATH)).text, f"{PATH}/verdict") | verdict()
        assert (await world.post(f"{PATH}/verdict", {**fields, "csrf_token": "x"})).status_code == 403
        assert (await world.post(f"{PATH}/verdict", fields)).status_code == 303
        assert (await world.post(f"{PATH}/verdict", fields)).status_code == 409
        assert len(world.asked.done) == 1


async def test_ticked_reasons_are_put_into_words_without_losing_what_is_written() -> None:
    async with pages(stored()) as world:
        answer = await press(
            world,
            "verdict",
            **verdict(reasons=(SUBJECT.code, "insulting"), explanation="Dear author.") | {"go": "fill"},
        )
        assert world.asked.done == []
    assert answer.status_code == 200
    explanation = answer.text.split('id="verdict-explanation"', 1)[1].split("</textarea>", 1)[0]
    for words in ("Dear author.", SUBJECT.name["en"], SUBJECT.law["en"], "The text insults people."):
        assert words in explanation
    assert answer.text.count('" checked') == 3, "two reasons and the verdict"


@pytest.mark.parametrize(
    ("code", "status", "anchor"),
    [
        (Refusal.STALE_REVISION, 409, "text"),
        (Refusal.LOCKED, 409, "state"),
        (Refusal.SECOND_PERSON_NEEDED, 409, "state"),
        (Refusal.REASON_MISSING, 422, "verdict-reasons"),
        (Refusal.REASON_UNKNOWN, 422, "verdict-reasons"),
        (Refusal.EXPLANATION_MISSING, 422, "verdict-explanation"),
    ],
)
async def test_what_is_refused_comes_back_with_what_was_written(code: str, status: int, anchor: str) -> None:
    async with pages(stored(), Asked(refusal=code)) as world:
        answer = await press(world, "verdict", **verdict())
    assert answer.status_code == status
    assert 'class="error-summary"' in answer.text
    assert f'<a href="#{anchor}">' in answer.text
    assert f'id="{anchor}"' in answer.text
    assert "Say who." in answer.text
    assert 'value="unclear" checked' in answer.text
    assert 'value="reject" checked' in answer.text


async def test_what_was_written_is_shown_when_another_has_decided_meanwhile() -> None:
    world_of = stored()
    async with pages(world_of, Asked(refusal=Refusal.NOT_IN_MODERATION)) as world:
        await world.sign_in(MODERATOR)
        fields = hidden((await world.get(PATH)).text, f"{PATH}/verdict") | verdict()
        world_of.petitions[0] = found()
        answer = await world.post(f"{PATH}/verdict", fields)
    assert answer.status_code == 409
    assert "What you wrote" in answer.text
    assert 'name="verdict-revision"' not in answer.text.split("<main", 1)[1]


async def test_a_missing_verdict_is_asked_for_and_a_broker_that_is_away_costs_nothing() -> None:
    async with pages(stored()) as world:
        answer = await press(world, "verdict", **verdict(""))
        assert answer.status_code == 422
        assert "Choose a verdict" in answer.text
        assert "Say who." in answer.text
        world.asked.down = True
        down = await press(world, "verdict", **verdict())
        assert down.status_code == 503
        assert "Say who." in down.text
        assert world.asked.done == []


@pytest.mark.parametrize(
    ("act", "fields", "shown"),
    [
        ("verdict", verdict(explanation="Say\u202e who."), "Say who.</textarea>"),
        ("undo", {"undo-reason": "It was\u200b a mistake."}, "It was a mistake.</textarea>"),
    ],
)
async def test_what_nobody_sees_in_a_public_explanation_is_told_and_taken_out(
    act: str, fields: dict[str, Any], shown: str
) -> None:
    async with pages(stored(on_desk() if act == "verdict" else found(Verdict.REJECT))) as world:
        answer = await press(world, act, **fields)
        assert answer.status_code == 422
        assert "invisible character" in answer.text
        assert shown in answer.text
        assert world.asked.done == []


async def test_an_undecided_request_leads_to_its_receipt() -> None:
    async with pages(stored(), Asked(undecided=True)) as world:
        answer = await press(world, "verdict", **verdict())
    assert answer.headers["location"] == f"/petitions/{petition().id}/receipts/petition-3-7"


async def test_the_second_moderator_sees_what_the_first_found_and_may_agree() -> None:
    proposal = Proposal(by="first", verdict=Verdict.RETURN, reasons=(SUBJECT.code,), explanation="Say it plainly.")
    async with pages(stored(on_desk(proposal=proposal))) as world:
        await world.sign_in(MODERATOR)
        answer = await world.get(PATH)
    assert "The first moderator found:" in answer.text
    assert f'value="{SUBJECT.code}" checked' in answer.text
    assert 'value="return" checked' in answer.text
    assert answer.text.count("Say it plainly.") == 2


async def test_who_proposed_waits_and_authors_do_not_judge() -> None:
    proposal = Proposal(by=pseudonym(), verdict=Verdict.RETURN)
    async with pages(stored(on_desk(proposal=proposal))) as world:
        await world.sign_in(MODERATOR)
        answer = await world.get(PATH)
    assert "Waits for a second person" in answer.text
    assert 'name="verdict-revision"' not in answer.text
    async with pages(stored()) as world:
        await world.sign_in(person("author", roles=frozenset({"moderator"})))
        own = await world.get(PATH)
    assert AUTHOR.id == person("author").id
    assert "Another moderator must decide about it." in own.text
    assert 'name="verdict-revision"' not in own.text


async def test_another_moderators_lock_is_told() -> None:
    lock = Lock(by="x", until=datetime.now(UTC) + timedelta(minutes=9))
    async with pages(stored(on_desk(lock=lock))) as world:
        await world.sign_in(MODERATOR)
        answer = await world.get(PATH)
    assert "Another moderator has it on the desk" in answer.text


# The rest of the desk


async def test_a_verdict_is_taken_back_with_a_reason() -> None:
    async with pages(stored(found())) as world:
        short = await press(world, "undo", **{"undo-reason": "short"})
        assert short.status_code == 422
        assert ">short</textarea>" in short.text
        answer = await press(world, "undo", **{"undo-reason": "It was decided by mistake."})
        assert answer.status_code == 303
        [(_, asked)] = world.asked.done
    assert isinstance(asked, UndoRequested)
    assert asked.reason == "It was decided by mistake."
    finding = found().finding
    assert finding is not None
    assert asked.verdict_at == finding.at


async def test_courts_acts_are_entered() -> None:
    async with pages(stored()) as world:
        await press(world, "suspension", **{"suspension-act": "Act 2-17 of the court"})
        world.stored.petitions[0] = petition(Status.SUSPENDED)
        await press(world, "resumption", **{"resumption-act": "Act 2-18 of the court"})
    assert [asked.act for _, asked in world.asked.done] == ["Act 2-17 of the court", "Act 2-18 of the court"]


async def test_a_petition_ends_in_favour_of_one_that_exists() -> None:
    other = petition(number=2)
    why = {"retirement-reason": "It asks for the same."}
    async with pages(stored(on_desk(), other)) as world:
        unknown = await press(world, "retirement", **why, **{"retirement-in_favour_of": "nowhere"})
        assert unknown.status_code == 422
        assert 'value="nowhere"' in unknown.text
        address = f"https://petitions.example/petitions/{other.id}/"
        await press(world, "retirement", **why, **{"retirement-in_favour_of": address})
        [(_, asked)] = world.asked.done
    assert asked.in_favour_of == other.id


def test_every_message_made_from_a_code_is_there() -> None:
    keys = {f"moderation.{group}.{fault}" for group in ("fault", "explain") for fault in FAULTS}
    keys |= {f"moderation.{group}.{each}" for group in ("verdict", "decide") for each in Verdict}
    for act in DESK_ACTS:
        body, refusals = ACTS[act].body, ACTS[act].refusals
        keys |= {f"moderation.error.{act}.{name}" for name in (body.model_fields if body else ())}
        keys |= {f"problem.{code}.{part}" for code in refusals for part in ("title", "detail")}
    for act in DESK_ACTS[2:]:
        keys |= {f"moderation.{act}.{part}" for part in ("title", "body", "confirm")}
    for who in ("you", "another"):
        keys |= {f"moderation.{group}.{who}" for group in ("held", "second", "proposed", "second_body")}
    for language in LANGUAGES:
        assert keys <= edge_catalogs((FOLDERS.locales,)).keys(language), language
