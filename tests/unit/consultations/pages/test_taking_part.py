"""Commenting, replying, voting and taking back: what is asked for, and what people are told when it is not done."""

from __future__ import annotations

import pytest

from schemas.consultations.comments import PostRequested
from schemas.consultations.course import WithdrawalRequested
from schemas.consultations.parts import Stakeholder, Vote
from services.consultations.domain.comment import Standing
from tests.unit.consultations.pages.world import AUTHOR, EXPERT, READER, C, World, hidden, pages, person

ON = f"/consultations/{C}"
WHOLE, ARTICLE = f"{ON}/clauses/whole", f"{ON}/clauses/art_1"
SAID = {"text": "Five days are enough.", "language": "en", "speaker": "public", "listed": "yes"}


async def send(world: World, path: str, **said: str) -> str:
    """Opens a page and sends its form; where it led to, or the page that came back."""
    form = hidden((await world.get(path)).text, path)
    answer = await world.post(path, {**form, **SAID, **said})
    return answer.headers.get("location", "") or answer.text


def posted(world: World) -> PostRequested:
    """The last comment that was asked for."""
    return next(each for each in reversed(world.memory.sent) if isinstance(each, PostRequested))


async def test_a_comment_on_the_whole_is_there_at_once_and_owed_an_answer() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        world.memory.lag()
        address = await send(world, WHOLE)
        assert address.startswith(f"{WHOLE}?said=")
        page = (await world.get(address.partition("#")[0])).text
        assert "Your comment is published" in page
        assert "Five days are enough." in page
        assert "Dana S." in page
        asked = posted(world)
        assert (asked.anchor, asked.stakeholder, asked.verified, asked.listed) == (
            None,
            Stakeholder.PUBLIC,
            False,
            True,
        )


async def test_without_the_tick_no_name_is_shown() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        await send(world, WHOLE, listed="")
        assert posted(world).listed is False
        page = (await world.get(WHOLE)).text
        assert "Dana S." not in page.split('class="thread"', 1)[1]


async def test_a_pasted_passage_is_found_below_the_clause_however_it_was_wrapped() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        address = await send(world, ARTICLE, quote="«Within \n ten   days.»")
        anchor = posted(world).anchor
        assert anchor is not None
        assert anchor.clause == "art_1__point_1"
        assert anchor.quote is not None
        assert anchor.quote.exact == "Within ten days."
        assert address.startswith(f"{ON}/clauses/art_1__point_1?said=")


async def test_a_comment_is_on_the_version_that_was_read() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        path = f"{ON}/clauses/art_2"
        form = hidden((await world.get(path)).text, path)
        await world.memory.version(2, second=False)
        answer = await world.post(path, {**form, **SAID, "text": "", "quote": "Everybody"})
        assert "Write at least 3" in answer.text
        form = hidden(answer.text, path)
        answer = await world.post(path, {**form, **SAID, "quote": "Everybody"})
        assert answer.status_code == 303, "they did read these words"
        asked = posted(world)
        assert asked.version == 1
        assert asked.anchor is not None
        assert asked.anchor.clause == "art_2"
        assert asked.anchor.quote is not None


@pytest.mark.parametrize("told", ["", "0", "99", "-1", "x"])
async def test_a_form_that_tells_no_version_there_is_is_on_the_last(told: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.version(2)
        await world.sign_in(READER)
        await send(world, ARTICLE, version=told)
        assert posted(world).version == 2


async def test_a_class_that_is_vouched_for_is_offered_first_and_sent_as_such() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(EXPERT)
        page = (await world.get(WHOLE)).text
        assert 'value="verified:expert" checked' in page
        await send(world, WHOLE, speaker="verified:expert")
        asked = posted(world)
        assert (asked.stakeholder, asked.verified) == (Stakeholder.EXPERT, True)


async def test_what_nobody_sees_is_refused_by_name_and_taken_out_of_the_form() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        before = len(world.memory.sent)
        page = await send(world, ARTICLE, text="Five \u202edays are enough")
        assert "U+202E, after “Five ”" in page
        assert "Five days are enough" in page
        assert "\u202e" not in page.split("<main", 1)[1]
        assert "Write at least 3 and at most 10,000 characters" in await send(
            world, ARTICLE, text="\u2800\u2800\u2800\u3164"
        )
        assert len(world.memory.sent) == before


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"text": " "}, "Write at least 3 and at most 10,000 characters"),
        ({"text": "x" * 10_001}, "Write at least 3 and at most 10,000 characters"),
        ({"language": "de"}, "Choose the language"),
        ({"speaker": "state"}, "Choose as whom you speak"),
        ({"speaker": "verified:expert"}, "Choose as whom you speak"),
        ({"quote": "Words that are nowhere"}, "not in the clause"),
        ({"quote": "x" * 1_001}, "not in the clause"),
    ],
)
async def test_what_does_not_fit_comes_back_with_what_was_written(said: dict[str, str], told: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        before = len(world.memory.sent)
        page = await send(world, ARTICLE, **{"text": "My long words", **said})
        assert "There is a problem" in page
        assert told in page
        assert said.get("text", "My long words").strip() in page
        if "quote" in said:
            assert said["quote"] in page
        assert len(world.memory.sent) == before
        form = hidden(page, ARTICLE)
        answer = await world.post(ARTICLE, {**form, **SAID})
        assert answer.status_code == 303, "the form that came back can be sent"


async def test_a_refusal_is_told_in_words_and_the_text_is_kept() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(person("young", birth_date=None))
        page = await send(world, WHOLE, text="Words I would not write again")
        assert "birth date" in page
        assert "Words I would not write again" in page


async def test_a_discussion_that_ended_meanwhile() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        form = hidden((await world.get(WHOLE)).text, WHOLE)
        await world.memory.steer(WithdrawalRequested, reason="It is written anew.")
        answer = await world.post(WHOLE, {**form, **SAID})
        assert answer.status_code == 409
        assert "The time for comments is over" in answer.text
        page = (await world.get(WHOLE)).text
        assert "<textarea" not in page


async def test_no_broker_keeps_the_text_and_makes_one_comment_in_the_end() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        form = hidden((await world.get(WHOLE)).text, WHOLE)
        world.memory.down = True
        answer = await world.post(WHOLE, {**form, **SAID})
        assert answer.status_code == 503
        assert "It was not saved" in answer.text
        assert SAID["text"] in answer.text
        again = hidden(answer.text, WHOLE)
        assert again["key"] == form["key"]
        assert again["confirmation"] != form["confirmation"]
        world.memory.down = False
        for _ in range(2):
            answer = await world.post(
                WHOLE, {**hidden((await world.get(WHOLE)).text, WHOLE), **SAID, "key": form["key"]}
            )
            assert answer.status_code == 303
        assert len(world.memory.store.collections["comments"]) == 1


async def test_who_waits_for_a_decision_can_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        form = hidden((await world.get(WHOLE)).text, WHOLE)
        world.memory.undecided = True
        monkeypatch.setattr(world.memory.recent.comments, "wait", _at_once)
        address = (await world.post(WHOLE, {**form, **SAID})).headers["location"]
        page = await world.get(address)
        assert page.status_code == 200
        assert "still being decided" in page.text


async def _at_once(*_: object) -> None:
    return None


async def test_forms_are_good_once_and_only_for_their_session() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        form = {**hidden((await world.get(WHOLE)).text, WHOLE), **SAID}
        assert (await world.post(WHOLE, form)).status_code == 303
        assert (await world.post(WHOLE, form)).status_code == 409
        without = {name: value for name, value in form.items() if name != "csrf_token"}
        assert (await world.post(WHOLE, without)).status_code == 403
        fresh = hidden((await world.get(WHOLE)).text, WHOLE)
        assert (await world.post(WHOLE, {**fresh, **SAID, "confirmation": "x"})).status_code == 403
        votes = f"{ON}/comments/comment-1/vote"
        await world.memory.say()
        assert (await world.post(votes, {"vote": "agree"})).status_code == 403


async def test_visitors_are_led_to_sign_in_and_back() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        page = (await world.get(WHOLE)).text
        assert f"/auth/login?next={WHOLE}" in page
        for path in (WHOLE, f"{ON}/comments/comment-1"):
            answer = await world.post(path, SAID)
            assert answer.status_code == 403
            assert f'href="/auth/login?next={path}"' in answer.text
            assert SAID["text"] in answer.text
        answer = await world.post(f"{ON}/comments/comment-1/vote", {"vote": "agree"})
        assert answer.headers["location"] == f"/auth/login?next={ON}/comments/comment-1/vote"
        back = await world.get(f"{ON}/comments/comment-1/vote")
        assert back.headers["location"] == f"{ON}/comments/comment-1"
        for mine in ("/consultations/mine", "/consultations/mine/data"):
            assert (await world.get(mine)).headers["location"].startswith("/auth/login")


async def test_a_vote_counts_is_shown_as_ones_own_and_can_be_changed() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(READER)
        world.memory.lag()
        vote = f"{ON}/comments/comment-1/vote"
        for choice, told in (("agree", "You agree"), ("pass", "You passed")):
            form = hidden((await world.get(WHOLE)).text, vote)
            answer = await world.post(vote, {**form, "vote": choice})
            assert answer.headers["location"] == f"{WHOLE}#c-comment-1"
            page = (await world.get(WHOLE)).text
            assert told in page
            assert f'value="{choice}" aria-pressed="true"' in page
            assert page.count('aria-pressed="true"') == 1
        tally = world.memory.votes.of(C, "comment-1").view()
        assert tally == {"agree": 0, "disagree": 0, "pass": 1}
        again = await world.post(vote, {**form, "vote": "pass"})
        assert again.status_code == 303, "the same vote twice is one vote, and no fault"


async def test_a_script_gets_the_votes_alone() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(READER)
        vote = f"{ON}/comments/comment-1/vote"
        form = hidden((await world.get(WHOLE)).text, vote)
        answer = await world.post(vote, {**form, "vote": "disagree", "fragment": "yes"})
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert 'value="disagree" aria-pressed="true"' in answer.text
        world.memory.down = True
        answer = await world.post(vote, {**form, "vote": "agree", "fragment": "yes"})
        assert answer.status_code == 503
        assert "not saved" in answer.text


async def test_nobody_votes_on_their_own_comment() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(AUTHOR)
        await world.memory.say(READER, comment="comment-2")
        await world.sign_in(AUTHOR)
        page = (await world.get(WHOLE)).text
        assert f'action="{ON}/comments/comment-1/vote"' not in page
        form = hidden(page, f"{ON}/comments/comment-2/vote")
        answer = await world.post(f"{ON}/comments/comment-1/vote", {**form, "vote": "agree"})
        assert answer.status_code == 403
        assert "your own comment" in answer.text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", f"/consultations/{C}x", "/a\\b", ""])
async def test_after_a_vote_nobody_is_led_astray(back: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(READER)
        vote = f"{ON}/comments/comment-1/vote"
        form = hidden((await world.get(WHOLE)).text, vote)
        answer = await world.post(vote, {**form, "vote": "agree", "back": back})
        assert answer.headers["location"] == f"{ON}/comments/comment-1#c-comment-1"


async def test_a_vote_that_is_none_is_told_so() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(READER)
        vote = f"{ON}/comments/comment-1/vote"
        form = hidden((await world.get(WHOLE)).text, vote)
        assert (await world.post(vote, {**form, "vote": "maybe"})).status_code == 400
        assert (await world.post(f"{ON}/comments/none/vote", {**form, "vote": "agree"})).status_code == 404


async def test_nobody_votes_on_a_comment_that_moderation_hid() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(READER)
        vote = f"{ON}/comments/comment-1/vote"
        form = hidden((await world.get(WHOLE)).text, vote)
        await world.memory.hide("comment-1")
        asked = len(world.memory.sent)
        for fragment in ("", "yes"):
            answer = await world.post(vote, {**form, "vote": "agree", "fragment": fragment})
            assert answer.status_code == 409
            assert "The comment is already hidden" in answer.text
            assert f'action="{vote}"' not in answer.text
        assert len(world.memory.sent) == asked


async def test_a_reply_stands_under_what_it_answers() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        await world.sign_in(READER)
        path = f"{ON}/comments/comment-1"
        address = await send(world, path, text="I agree with that.")
        assert address.startswith(f"{ON}/comments/")
        asked = posted(world)
        assert (asked.parent, asked.thread, asked.depth) == ("comment-1", "comment-1", 1)
        page = (await world.get(WHOLE)).text
        assert page.index("Ten days are too long.") < page.index("I agree with that.")
        page = await send(world, path, text="")
        assert "Write at least 3 and at most 10,000 characters" in page
        await world.memory.version(2)
        await world.post(path, {**hidden(page, path), **SAID})
        assert posted(world).version == 1, "the one that was read"


async def test_taking_back_asks_first_and_leaves_a_trace() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(AUTHOR)
        await world.sign_in(AUTHOR)
        path = f"{ON}/comments/comment-1/retract"
        page = (await world.get(path)).text
        assert "Ten days are too long." in page
        answer = await world.post(path, hidden(page, path))
        assert answer.headers["location"].startswith("/consultations/mine?retracted=")
        comment = await world.site.comments.comment(C, "comment-1")
        assert comment is not None
        assert comment.standing is Standing.RETRACTED
        page = (await world.get(WHOLE)).text
        assert "The author took this comment back." in page
        assert "Ten days" not in page


async def test_only_the_author_takes_back() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(AUTHOR)
        await world.sign_in(READER)
        assert (await world.get(f"{ON}/comments/comment-1/retract")).status_code == 403


async def test_my_page_has_what_i_did_just_now_and_the_unanswered_first() -> None:
    async with pages() as world:
        await world.memory.opened()
        for number in (1, 2, 3):
            await world.memory.say(READER, f"Words {number}", comment=f"mine-{number}")
        await world.memory.answer("mine-3")
        await world.memory.hide("mine-2")
        await world.memory.say(AUTHOR)
        world.memory.lag()
        await world.memory.say(READER, "Words 4", comment="mine-4")
        await world.memory.vote(READER, "comment-1", Vote.DISAGREE)
        await world.sign_in(READER)
        page = (await world.get("/consultations/mine")).text
        order = [page.index(f'id="c-mine-{number}"') for number in (4, 1, 2, 3)]
        assert order == sorted(order)
        assert "2 comments wait for an answer" in page
        assert "within ten days" in page
        assert "You disagree" in page
        assert 'id="c-comment-1"' not in page, "what others wrote is not mine"
        file = await world.get("/consultations/mine/data")
        assert "attachment" in file.headers["content-disposition"]
        assert file.headers["cache-control"] == "private, no-store"
        told = file.json()
        assert {each["comment"] for each in told["comments"]["items"]} == {f"mine-{number}" for number in (1, 2, 3, 4)}
        assert {each["text"] for each in told["comments"]["items"]} >= {"Words 1", "Words 4"}
        assert [each["votes"] for each in told["votes"]["items"]] == [{"comment-1": "disagree"}]
        assert all(told[part]["what"] for part in ("comments", "votes", "elsewhere"))
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(READER)
        page = (await world.get("/consultations/mine")).text
        assert "You have not written a comment yet" in page
