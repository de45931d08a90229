"""The agency's desk: what is due first, an answer that is looked at before it is sent, and who signed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from kenes.identity.person import Person
from schemas.petitions.v1 import (
    AnswerOutcome,
    AnswerRequested,
    ChargeRequested,
    DraftAnswerRequested,
    DutyKind,
    Goal,
    InviteRequested,
    Statement,
)
from services.petitions.answering.desk import Owed, by_due_date
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Answer, Duty, Reached, Status
from tests.unit.petitions.pages_support import (
    NOW,
    READER,
    Asked,
    Stored,
    World,
    hidden,
    pages,
    person,
    petition,
)

OFFICIAL = person("saule", roles=frozenset({"citizen", "agency:kz-government"}))
OTHER = person("other", roles=frozenset({"citizen", "agency:kz-region-akimat:KZ-75"}))
PATH = f"/agency/{petition().id}"
KK = "Біз петицияны оқыдық. Мектеп жанына бағдаршам қоямыз."
RU = "Мы прочли вашу петицию. У школ поставят светофоры."
HARD = (
    "В соответствии с действующим законодательством уполномоченным органом осуществляется рассмотрение "
    "обращений физических и юридических лиц в порядке, установленном административным кодексом."
)


def owed(number: int = 1, days: int = 20, **changes: Any) -> Petition:
    """A petition that must be answered in so many days."""
    due = NOW + timedelta(days=days)
    duty = Duty(
        kind=DutyKind.ANSWER, effect="consideration", opened_at=NOW - timedelta(days=5), due_at=due, remind_at=due
    )
    reached = Reached(goal=Goal(signatures=50_000, effect="consideration"), count=50_000, at=NOW)
    told = {"status": Status.CONSIDERATION, "duties": (duty,), "reached": (reached,)}
    return petition(number=number, title=f"Open lake number {number}").model_copy(update=told | changes)


class Signers:
    """Hands out a list."""

    async def hand(self, _petition: Petition, _person: Person, _packs: RulePacks) -> Response:
        return PlainTextResponse("number,name\r\n")


@dataclass
class Desk(Stored):
    """What lies on the desk."""

    petitions: list[Petition] = field(default_factory=lambda: [owed()])
    signers: Signers = field(default_factory=Signers)

    @property
    def duties(self) -> Desk:
        return self

    async def owed(self, roles: Collection[str], packs: RulePacks) -> list[Owed]:
        return by_due_date(self.petitions, roles, packs)


@asynccontextmanager
async def on_duty(*petitions: Petition, who: Person = OFFICIAL, asked: Asked | None = None) -> AsyncIterator[World]:
    async with pages(Desk(petitions=list(petitions) or [owed()]), asked) as world:
        await world.sign_in(who)
        yield world


@pytest.mark.parametrize("path", ["/agency", PATH, f"{PATH}/signers"])
async def test_the_desk_is_open_to_officials_alone(path: str) -> None:
    async with pages(Desk()) as world:
        assert (await world.get(path)).status_code == 303
        await world.sign_in(READER)
        assert (await world.get(path)).status_code == 403
        assert 'href="/agency"' not in (await world.get("/petitions/start")).text
    async with on_duty() as world:
        assert (await world.get(path)).status_code == 200
        assert 'href="/agency"' in (await world.get("/petitions/start")).text


async def test_another_body_neither_sees_nor_answers_it() -> None:
    async with on_duty(who=OTHER) as world:
        page = (await world.get("/agency")).text
        assert petition().id not in page
        assert "Nothing is owed" in page
        assert (await world.get(PATH)).status_code == 403
        assert (await world.post(f"{PATH}/charge", {})).status_code == 403
        assert world.asked.done == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_duties_stand_by_due_date(language: str) -> None:
    late, soon, done = owed(1, days=-2), owed(2, days=3), owed(3, duties=())
    async with on_duty(owed(4, days=30), soon, done, late) as world:
        page = (await world.get("/agency", **{"accept-language": language})).text
    places = [page.index(f"/agency/{each.id}") for each in (late, soon, owed(4))]
    assert places == sorted(places)
    assert done.id not in page
    assert page.count("is-bad") == 1


async def test_taking_charge_and_inviting_are_asked_for_once() -> None:
    async with on_duty() as world:
        page = (await world.get(PATH)).text
        form = hidden(page, f"{PATH}/charge")
        assert (await world.post(f"{PATH}/charge", form)).headers["location"] == PATH
        assert (await world.post(f"{PATH}/charge", form)).status_code == 409
        form = hidden((await world.get(PATH)).text, f"{PATH}/invitation")
        await world.post(f"{PATH}/invitation", form | {"message": "Monday at ten, room five."})
        kinds = [type(asked) for _, asked in world.asked.done]
        assert kinds == [ChargeRequested, InviteRequested]


async def preview(world: World, **written: str) -> Any:
    form = hidden((await world.get(PATH)).text, f"{PATH}/preview")
    return await world.post(f"{PATH}/preview", form | written)


async def test_an_answer_is_looked_at_and_then_sent() -> None:
    async with on_duty() as world:
        told = {"act": "answer", "outcome": "partly-satisfied", "kk": KK, "ru": f"{RU}\n\n{HARD}"}
        told |= {"media_kk": KK, "media_ru": RU}
        page = (await preview(world, **told)).text
        assert world.asked.done == []
        assert "Hardest sentences" in page
        assert page.count(HARD) > 1
        sent = hidden(page, f"{PATH}/answer")
        assert (await world.post(f"{PATH}/answer", sent)).headers["location"] == f"/petitions/{petition().id}"
        ((_, asked),) = world.asked.done
        assert isinstance(asked, AnswerRequested)
        assert asked.outcome is AnswerOutcome.PARTLY
        assert asked.statement == Statement(kk=KK, ru=f"{RU}\n\n{HARD}")
        assert asked.media == Statement(kk=KK, ru=RU)
        assert asked.effect == "consideration", "the goal that was on the desk, whatever is owed by now"
        assert asked.actor.roles == tuple(sorted(OFFICIAL.roles))


async def test_a_draft_has_no_statement_to_the_media_and_may_be_changed() -> None:
    async with on_duty() as world:
        told = {"act": "draft-answer", "outcome": "refused", "kk": KK, "ru": RU, "media_kk": "short"}
        page = (await preview(world, **told)).text
        again = (await world.post(f"{PATH}/write", hidden(page, f"{PATH}/write"))).text
        assert KK in again
        assert RU in again
        await world.post(f"{PATH}/draft-answer", hidden(page, f"{PATH}/draft-answer"))
        ((_, asked),) = world.asked.done
        assert isinstance(asked, DraftAnswerRequested)
        assert asked.outcome is AnswerOutcome.REFUSED


@pytest.mark.parametrize(
    ("changed", "anchor"),
    [({"ru": ""}, "ru"), ({"outcome": ""}, "outcome"), ({"kk": "x"}, "kk"), ({"media_kk": KK}, "media_ru")],
)
async def test_what_is_missing_is_told_and_nothing_written_is_lost(changed: dict[str, str], anchor: str) -> None:
    async with on_duty() as world:
        answer = await preview(
            world, **{"act": "answer", "outcome": "satisfied", "kk": KK, "ru": RU, "en": "", **changed}
        )
        assert answer.status_code == 422
        assert f'href="#{anchor}"' in answer.text
        assert all(text in answer.text for text in ({"kk": KK, "ru": RU} | changed).values())
        assert world.asked.done == []


async def test_what_nobody_sees_in_an_answer_is_told_and_taken_out() -> None:
    async with on_duty() as world:
        told = {"act": "answer", "outcome": "satisfied", "kk": KK, "ru": RU.replace(" вашу", "\u202e вашу")}
        answer = await preview(world, **told)
        assert answer.status_code == 422
        assert "U+202E" in answer.text
        assert 'href="#ru"' in answer.text
        assert f">{RU}</textarea>" in answer.text


async def test_a_broker_that_is_away_loses_no_word() -> None:
    async with on_duty(asked=Asked(down=True)) as world:
        page = (await preview(world, act="answer", outcome="satisfied", kk=KK, ru=RU)).text
        answer = await world.post(f"{PATH}/answer", hidden(page, f"{PATH}/answer"))
        assert answer.status_code == 503
        assert KK in answer.text


async def test_a_refused_act_says_why() -> None:
    async with on_duty(asked=Asked(refusal="nothing-owed")) as world:
        form = hidden((await world.get(PATH)).text, f"{PATH}/charge")
        assert "/receipts/" in (await world.post(f"{PATH}/charge", form)).headers["location"]


async def test_the_list_of_signers_comes_after_an_explanation_and_once() -> None:
    async with on_duty(owed(charge="kz-government")) as world:
        form = hidden((await world.get(f"{PATH}/signers")).text, f"{PATH}/signers")
        assert (await world.post(f"{PATH}/signers", form)).text == "number,name\r\n"
        assert (await world.post(f"{PATH}/signers", form)).status_code == 409
    async with on_duty() as world:
        page = (await world.get(f"{PATH}/signers")).text
        assert "Take the petition in charge first" in page
        assert "<form class" not in page.split("<main")[1]


@pytest.mark.parametrize(("language", "seen"), [("kk", KK), ("ru", RU), ("en", KK)])
async def test_the_desk_shows_what_was_said_in_the_readers_language(language: str, seen: str) -> None:
    said = Answer(outcome=AnswerOutcome.REFUSED, statement=Statement(kk=KK, ru=RU), at=NOW)
    async with on_duty(owed(draft_answer=said, answers=(said,))) as world:
        page = (await world.get(PATH, **{"accept-language": language})).text
        assert page.count(seen) == 2
        assert ('lang="kk"' in page.split('id="answer-1"')[1]) == (language == "en")
