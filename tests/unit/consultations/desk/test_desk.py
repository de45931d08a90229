"""The desk of a body: its duties, its acts, and what comes back when they are not done."""

from __future__ import annotations

import re

import pytest

from schemas.consultations.course import DescribeRequested, EnrolRequested, OpenRequested, PrepareRequested
from schemas.consultations.parts import Stakeholder
from schemas.payload import Payload
from tests.unit.consultations.desk.hands import DESK, send
from tests.unit.consultations.pages.world import MODERATOR, OFFICIAL, READER, SUMMARY, C, World, hidden, pages, person

ON = f"{DESK}/{C}"
SAID = {"summary__kk": SUMMARY.kk, "summary__ru": SUMMARY.ru}
NAMED = {"title__kk": "Медиа туралы заң", "title__ru": "Закон о медиа"}


def asked(world: World, kind: type[Payload]) -> list[Payload]:
    """The requests of a kind that were made."""
    return [each for each in world.memory.sent if type(each) is kind]


@pytest.mark.parametrize("who", [READER, MODERATOR])
async def test_the_desk_is_open_to_bodies_only(who: object) -> None:
    async with pages() as world:
        await world.memory.opened()
        assert (await world.get(DESK)).status_code == 303
        await world.sign_in(who)  # type: ignore[arg-type]
        for address in (DESK, f"{DESK}/new", ON, f"{ON}/extension", f"{ON}/comments", f"{ON}/versions"):
            assert (await world.get(address)).status_code == 403, address


async def test_another_bodys_draft_is_not_on_the_desk() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(person("timur", "agency:kz-parliament"))
        assert "Law on media" not in (await world.get(DESK)).text
        for address in (ON, f"{ON}/description", f"{ON}/comments", f"{ON}/versions", f"{ON}/withdrawal"):
            assert (await world.get(address)).status_code == 403, address


async def test_a_draft_goes_from_nothing_to_open() -> None:
    async with pages() as world:
        await world.sign_in(OFFICIAL)
        answer = await send(world, f"{DESK}/new", **NAMED, kind="law", pack="kz-draft-laws", body="kz-government")
        here = answer.headers["location"].partition("?")[0]
        assert asked(world, PrepareRequested)
        page = (await world.get(answer.headers["location"])).text
        assert "It is being prepared" in page
        assert f'href="{here}/opening"' not in page

        assert (await send(world, f"{here}/description", **NAMED, **SAID)).status_code == 303
        await world.memory.version(1, consultation=here.rpartition("/")[2])
        form = await world.get(f"{here}/opening")
        assert 'value="15"' in form.text
        opened = await send(world, f"{here}/opening", working_days="15")
        assert opened.headers["location"] == f"{here}?done=opening"
        assert "The discussion is open" in (await world.get(opened.headers["location"])).text


async def test_what_was_typed_comes_back_with_what_to_mend() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        answer = await send(world, f"{ON}/description", **NAMED, summary__kk="Қысқа.", summary__ru=SUMMARY.ru)
        assert answer.status_code == 422
        assert "Summary in plain words (in Kazakh): write at least 20 letters" in answer.text
        assert "Қысқа." in answer.text
        assert SUMMARY.ru in answer.text
        assert len(asked(world, DescribeRequested)) == 1


async def test_an_invisible_character_is_told_by_its_control() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        reason = "People asked\u202e for more time."
        answer = await send(world, f"{DESK}/{C}/extension", working_days="5", reason=reason)
        assert answer.status_code == 422
        assert "(U+202E, after “People asked”)" in answer.text


async def test_a_refusal_is_told_in_words() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        answer = await send(world, f"{ON}/opening", working_days="3")
        assert answer.status_code == 422
        assert "The time is too short" in answer.text
        assert 'value="3"' in answer.text
        again = await world.post(f"{ON}/opening", {**hidden(answer.text, f"{ON}/opening"), "working_days": "20"})
        assert again.status_code == 303
        assert len(asked(world, OpenRequested)) == 2


async def test_a_form_works_once_and_only_from_its_page() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        address = f"{ON}/withdrawal"
        form = hidden((await world.get(address)).text, address) | {"reason": "The draft is no longer needed."}
        assert (await world.post(address, {"reason": form["reason"]})).status_code == 403
        assert (await world.post(f"{ON}/extension", form | {"working_days": "3"})).status_code == 403
        assert (await world.post(address, form)).status_code == 303
        assert (await world.post(address, form)).status_code == 409


async def test_when_the_broker_is_away_nothing_typed_is_lost() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        world.memory.down = True
        answer = await send(world, f"{ON}/extension", working_days="4", reason="Many asked for more time.")
        assert answer.status_code == 503
        assert "Many asked for more time." in answer.text
        world.memory.down = False
        form = {**hidden(answer.text, f"{ON}/extension"), "working_days": "4", "reason": "Many asked for more time."}
        assert (await world.post(f"{ON}/extension", form)).status_code == 303


async def test_what_is_not_decided_in_time_is_told_where_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.consultations.pages.desk_acts.WAIT", 0.01)
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        world.memory.undecided = True
        answer = await send(world, f"{ON}/extension", working_days="4", reason="Many asked for more time.")
        assert re.fullmatch(rf"{ON}\?receipt=consultation-0-\d+", answer.headers["location"])
        assert "It is still being decided" in (await world.get(answer.headers["location"])).text


async def test_members_come_and_go() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        await send(world, f"{ON}/members", member__name="Dias Bek", member__stakeholder="expert")
        *_, enrolled = asked(world, EnrolRequested)
        assert isinstance(enrolled, EnrolRequested)
        assert (enrolled.member.name, enrolled.member.stakeholder) == ("Dias Bek", Stakeholder.EXPERT)
        leaving = f"{ON}/dismissal?member={enrolled.member.id}"
        page = await world.get(leaving)
        assert "Dias Bek leaves the working group" in page.text
        answer = await world.post(f"{ON}/dismissal", hidden(page.text, f"{ON}/dismissal"))
        assert answer.headers["location"] == f"{ON}?done=dismissal"
        assert "Dias Bek" not in (await world.get(ON)).text


async def test_the_plainness_of_a_summary_is_told_and_nothing_is_saved() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        long = " ".join(["осуществление государственного регулирования правоотношений"] * 12) + "."
        answer = await send(world, f"{ON}/description", **NAMED, summary__kk=SUMMARY.kk, summary__ru=long, check="yes")
        assert answer.status_code == 200
        assert "Very hard" in answer.text
        assert long in answer.text
        assert len(asked(world, DescribeRequested)) == 1


async def test_comments_are_answered_one_by_one_and_leave_the_queue() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(text="Ten days are too long.")
        await world.memory.say(READER, "Who pays for it?", comment="comment-2", speaker=None)
        await world.sign_in(OFFICIAL)
        duties = (await world.get(DESK)).text
        assert "Answer 2 comments" in duties
        queue = (await world.get(f"{ON}/comments")).text
        assert "Ten days are too long." in queue
        answer = await send(
            world, f"{ON}/comments/comment-1", outcome="partly-accepted", statement__kk=SUMMARY.kk,
            statement__ru=SUMMARY.ru,
        )  # fmt: skip
        assert answer.headers["location"] == f"{ON}/comments?done=reply"
        after = (await world.get(answer.headers["location"])).text
        assert "The answer is published" in after
        assert "Ten days are too long." not in after
        assert "Who pays for it?" in after
        assert "Who pays for it?" not in (await world.get(f"{ON}/comments?class=ngo")).text
        assert "Who pays for it?" in (await world.get(f"{ON}/comments?class=public&clause=whole")).text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_every_page_is_there_in_every_language(language: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(OFFICIAL)
        acts = ("description", "opening", "extension", "members", "meetings", "report", "stages", "withdrawal")
        addresses = [DESK, f"{DESK}/new", ON, f"{ON}/comments", f"{ON}/comments/comment-1", f"{ON}/versions"]
        for address in (*addresses, *(f"{ON}/{act}" for act in acts)):
            page = await world.get(address, **{"accept-language": language})
            assert page.status_code == 200, address
            assert f'lang="{language}"' in page.text
            assert "<script>" not in page.text
