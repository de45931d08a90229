"""What everybody may read: the list, a consultation, a clause and its comments."""

from __future__ import annotations

import re

import pytest

from schemas.consultations.comments import RetractRequested
from schemas.consultations.course import WithdrawalRequested
from schemas.consultations.parts import Anchor, DraftKind, Stakeholder, TextQuote, Title, Vote
from services.consultations.commands import Place, Speaker
from services.consultations.reading import PAGE
from tests.unit.consultations.pages.world import AUTHOR, EXPERT, MODERATOR, OFFICIAL, READER, C, Memory, pages, person

ON = f"/consultations/{C}"
OTHER = "00000000-0000-4000-8000-000000000002"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_every_page_in_every_language(language: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        comment = await world.memory.say(anchor=Anchor(clause="art_1"))
        await world.memory.answer(comment)
        hidden = await world.memory.say(READER, comment="comment-2")
        await world.memory.hide(hidden)
        for path in (
            "/consultations",
            ON,
            f"{ON}?text=ru",
            f"{ON}/clauses/chp_1",
            f"{ON}/clauses/art_1",
            f"{ON}/clauses/whole",
            f"{ON}/comments/{comment}",
            "/consultations/moderation-log",
        ):
            answer = await world.get(path, **{"accept-language": language})
            assert answer.status_code == 200, path
            assert f'<html lang="{language}">' in answer.text
            assert answer.headers["cache-control"].startswith("public")


async def test_the_list_says_what_is_open_and_how_long() -> None:
    async with pages() as world:
        page = (await world.get("/consultations")).text
        assert "No drafts yet" in page
    async with pages() as world:
        await world.memory.opened()
        await world.memory.prepared(OTHER, title=Title(kk="Жабық жоба", ru="Закрытый проект"))
        page = (await world.get("/consultations")).text
        assert "Law on media" in page
        assert "Open now" in page
        assert "days left" in page
        assert OTHER not in page, "what is being prepared is not public"


async def test_the_list_is_narrowed_by_kind_body_status_and_words() -> None:
    async with pages() as world:
        await world.memory.opened()
        title = Title(kk="Су туралы бұйрық", ru="Приказ о воде")
        await world.memory.opened(OTHER, kind=DraftKind.ORDER, title=title)
        await world.memory.steer(WithdrawalRequested, consultation=OTHER, reason="It is written anew.")

        async def found(query: str) -> tuple[bool, bool]:
            page = (await world.get(f"/consultations?{query}")).text
            return f'href="{ON}"' in page, f'href="/consultations/{OTHER}"' in page

        assert await found("") == (True, True)
        assert await found("kind=order") == (False, True)
        assert await found("status=open") == (True, False)
        assert await found("body=kz-government&q=приказ+воде") == (False, True)
        assert await found("q=JOURNALISTS+media") == (True, False)
        assert await found("q=nothing+of+this") == (False, False)
        assert await found("kind=nonsense&body=nobody") == (True, True)


async def test_a_consultation_tells_its_course_its_text_and_its_working_group() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(anchor=Anchor(clause="art_1__point_1"))
        page = (await world.get(ON)).text
        assert page.index("within ten days") < page.index('id="text"'), "the summary comes first"
        assert "Version 1 was published" in page
        assert "The discussion opened" in page
        assert "Saule Omarova" in page
        assert "We read article 1." in page
        row = page.split(f'href="{ON}/clauses/art_1"', 1)[1].split("</li>", 1)[0]
        assert "1 comment" in row, "an article counts what is below it"
        for other in ("groups", "campaigns", "versions"):
            assert f'href="{ON}/{other}"' in page


async def test_what_is_prepared_is_the_bodys_alone() -> None:
    async with pages() as world:
        await world.memory.prepared()
        assert (await world.get(ON)).status_code == 404
        await world.sign_in(OFFICIAL)
        assert (await world.get(ON)).status_code == 200


async def test_coverage_counts_people_and_hides_small_groups() -> None:
    async with pages() as world:
        await world.memory.opened()
        for number in range(7):
            who = person(f"p{number}", region="KZ-35")
            for again in range(2):
                await world.memory.say(who, comment=f"c-{number}-{again}")
        for number in range(4):
            who = person(f"q{number}", region="KZ-71")
            speaker = Speaker(Stakeholder.NGO)
            await world.memory.say(who, comment=f"d-{number}", speaker=speaker)
        page = (await world.get(ON)).text
        assert "11 people" in page
        chart = page.split('class="chart chart-bars"', 1)[1].split("</figure>", 1)[0]
        assert "Karaganda region" in chart
        assert ">5<" in chart
        assert ">7<" not in chart
        assert "Astana city" not in chart, "four people are too few to be told"
        ngo = page.split("Non-governmental organisations", 1)[1].split("</li>", 1)[0]
        assert "fewer than 5 people" in ngo
        assert "nobody yet" in page.split(">Experts<", 1)[1].split("</li>", 1)[0]


async def test_taking_back_is_not_heard_any_more() -> None:
    memory = Memory()
    await memory.opened()
    await memory.say()
    assert memory.store.collections["people"][C]["people"] == 1
    await memory.say(comment="comment-2")
    assert memory.store.collections["people"][C]["people"] == 1
    for comment in ("comment-1", "comment-2"):
        await memory.about(RetractRequested, AUTHOR, comment)
    told = memory.store.collections["people"][C]
    assert (told["people"], told["classes"]["public"], told["regions"]["KZ-75"]) == (0, 0, 0)


async def test_a_comment_shows_who_says_it_and_as_what() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(AUTHOR, "<script>alert(1)</script> & more")
        await world.memory.say(
            EXPERT, comment="comment-2", speaker=Speaker(Stakeholder.EXPERT, verified=True), listed=False
        )
        page = (await world.get(f"{ON}/clauses/whole")).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
        assert "Aigerim S." in page
        assert "Saparova" not in page
        assert "Olzhas" not in page
        second = page.split('id="c-comment-2"', 1)[1].split("</article>", 1)[0]
        assert "A participant" in second
        assert "expert" in second
        assert "verified" in second
        world.memory.vault.destroy(AUTHOR)
        again = (await world.get(f"{ON}/clauses/whole?order=oldest")).text
        assert "Aigerim" not in again, "who was erased is not named"


async def test_what_became_of_a_comment_is_told() -> None:
    async with pages() as world:
        await world.memory.opened()
        for number in (1, 2):
            await world.memory.say(comment=f"comment-{number}", text=f"Words {number}")
        await world.memory.answer("comment-1")
        await world.memory.hide("comment-2")
        page = (await world.get(f"{ON}/clauses/whole")).text
        first = page.split('id="c-comment-1"', 1)[1].split("</article>", 1)[0]
        assert "Accepted" in first
        assert "within ten days" in first
        second = page.split('id="c-comment-2"', 1)[1].split("</article>", 1)[0]
        assert "Words 2" not in second
        assert "Abuse or threat" in second
        assert "It calls a person names." in second
        log = (await world.get("/consultations/moderation-log")).text
        assert "Abuse or threat" in log
        assert f"{ON}/comments/comment-2" in log
        assert "Words 2" not in log


async def test_what_is_ours_beside_a_text_in_another_language_says_its_language() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(anchor=Anchor(clause="art_1__point_1"))
        article = (await world.get(f"{ON}/clauses/art_1?text=ru")).text
        assert 'class="clause-text" lang="ru"' in article
        tools = article.split('class="clause-tools"', 1)[1].split("</p>", 1)[0]
        assert tools.startswith(' lang="en">')
        assert 'class="visually-hidden" lang="ru">: 1)' in tools
        chapter = (await world.get(f"{ON}/clauses/chp_1?text=ru")).text
        assert '<span class="contents-count" lang="en">1 comment' in chapter
        own = (await world.get(f"{ON}/clauses/art_1?text=en")).text
        assert 'class="clause-tools">' in own


async def test_a_passage_is_marked_in_the_text() -> None:
    async with pages() as world:
        await world.memory.opened()
        quote = TextQuote(exact="journalist may", prefix="A ", suffix=" ask.")
        await world.memory.say(anchor=Anchor(clause="art_1", quote=quote))
        page = (await world.get(f"{ON}/clauses/art_1")).text
        assert '<p>A <mark><a href="#c-comment-1">journalist may</a></mark> ask.</p>' in page
        other = (await world.get(f"{ON}/clauses/art_1?text=ru")).text
        assert "<mark>" not in other
        assert "no longer in the text" not in other


async def test_a_quoted_passage_says_its_language_wherever_the_comment_is_read() -> None:
    async with pages() as world:
        await world.memory.opened()
        for number, exact in enumerate(("вправе спросить", "journalist may")):
            anchor = Anchor(clause="art_1", quote=TextQuote(exact=exact))
            await world.memory.say(comment=f"comment-{number}", anchor=anchor)
        foreign = '<blockquote class="comment-quote" lang="ru"><p>вправе спросить'
        own = '<blockquote class="comment-quote"><p>journalist may'
        for text in ("ru", "en"):
            page = (await world.get(f"{ON}/clauses/art_1?text={text}")).text
            assert foreign in page
            assert own in page
        assert foreign in (await world.get(f"{ON}/comments/comment-0")).text
        assert own in (await world.get(f"{ON}/comments/comment-1")).text
        await world.sign_in(MODERATOR)
        assert foreign in (await world.get(f"/consultations/moderation/{C}/comment-0")).text
        assert own in (await world.get(f"/consultations/moderation/{C}/comment-1")).text
        await world.sign_in(OFFICIAL)
        desk = (await world.get(f"/consultations/desk/{C}/comments/comment-0")).text
        assert '<blockquote class="as-written" lang="ru">вправе спросить' in desk


async def test_only_words_that_were_in_this_language_are_no_longer_in_the_text() -> None:
    async with pages() as world:
        await world.memory.opened()
        for number, exact in enumerate(("сұрай алады", "Words of version one")):
            anchor = Anchor(clause="art_1", quote=TextQuote(exact=exact))
            await world.memory.say(comment=f"comment-{number}", anchor=anchor)
        await world.memory.version(2)
        for language in ("kk", "ru"):
            assert "comment-gone" not in (await world.get(f"{ON}/clauses/art_1?text={language}")).text


async def test_words_that_were_in_the_text_and_are_not_are_told_so() -> None:
    async with pages() as world:
        await world.memory.opened()
        anchor = Anchor(clause="chp_1", quote=TextQuote(exact="Media"))
        await world.memory.say(anchor=anchor)
        await world.memory.version(2, heading="Press")
        assert "comment-gone" in (await world.get(f"{ON}/clauses/chp_1")).text


async def test_a_clause_that_was_removed_keeps_its_page() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(anchor=Anchor(clause="art_2"))
        await world.memory.version(2, second=False)
        page = (await world.get(f"{ON}/clauses/art_2")).text
        assert "taken out of the draft" in page
        assert "since version 2" in page
        assert "Everybody &lt;b&gt;answers&lt;/b&gt;." in page
        assert "Ten days are too long." in page
        assert (await world.get(f"{ON}/clauses/art_99")).status_code == 404


async def test_a_removed_clause_is_found_by_who_reads_a_language_that_came_later() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.version(2, languages=("kk", "ru"))
        await world.memory.version(3, second=False)
        answer = await world.get(f"{ON}/clauses/art_2")
        assert answer.status_code == 200
        assert "since version 3" in answer.text, "version 2 had it, in other languages"


async def test_pages_of_threads_hold_every_comment_once() -> None:
    async with pages() as world:
        await world.memory.opened()
        for number in range(PAGE + 3):
            await world.memory.say(comment=f"c{number:03}")
        for order in ("newest", "oldest"):
            path, seen = f"{ON}/clauses/whole?order={order}", []
            while path:
                page = (await world.get(path)).text
                seen += re.findall(r'id="c-(c\d+)"', page)
                following = re.search(r'rel="next" href="([^"#]+)', page)
                path = f"{ON}/clauses/whole{following[1].replace('&amp;', '&')}" if following else ""
            expected = sorted(f"c{number:03}" for number in range(PAGE + 3))
            assert seen == (expected if order == "oldest" else expected[::-1])


async def test_a_long_thread_is_read_on_its_own_page() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        under = Place("comment-1", "comment-1", 1)
        for number in range(3):
            await world.memory.say(READER, f"Reply {number}", comment=f"r{number}", under=under)
        page = (await world.get(f"{ON}/clauses/whole")).text
        assert page.index("Reply 0") < page.index("Reply 2")
        for number in range(3, PAGE + 5):
            await world.memory.say(READER, f"Reply {number}.", comment=f"r{number}", under=under)
        page = (await world.get(f"{ON}/clauses/whole?order=oldest")).text
        assert "Reply 0" not in page
        assert f"Show all {PAGE + 5} replies" in page
        thread = (await world.get(f"{ON}/comments/comment-1")).text
        assert "Reply 0" in thread
        assert 'rel="next"' in thread
        assert f"Reply {PAGE + 4}." not in thread
        late = (await world.get(f"{ON}/comments/r{PAGE + 4}")).text
        assert f"Reply {PAGE + 4}." in late, "a link to a comment always shows it"


async def test_a_very_long_comment_is_whole_on_its_own_page_only() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say(text="A" * 9_000 + "THE END")
        page = (await world.get(f"{ON}/clauses/whole")).text
        assert "THE END" not in page
        assert "Read in full" in page
        assert "THE END" in (await world.get(f"{ON}/comments/comment-1")).text


async def test_unknown_addresses_are_not_found() -> None:
    async with pages() as world:
        await world.memory.opened()
        for path in (
            f"/consultations/{OTHER}",
            f"{ON}/comments/none",
            f"/consultations/{OTHER}/clauses/whole",
            f"{ON}/clauses/art_9",
        ):
            answer = await world.get(path)
            assert answer.status_code == 404
            assert "<h1>" in answer.text


@pytest.mark.parametrize("after", ["", "nonsense", "2026-01-01", "2026-01-01T00:00:00+00:00_", "_x", "\u0661_x"])
async def test_a_broken_cursor_begins_at_the_beginning(after: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.memory.say()
        answer = await world.client.get(f"{ON}/clauses/whole", params={"after": after}, headers={"accept": "text/html"})
        assert answer.status_code == 200
        assert "Ten days" in answer.text


async def test_votes_are_counted_for_everybody() -> None:
    async with pages() as world:
        await world.memory.opened()
        comment = await world.memory.say()
        await world.memory.vote(READER, comment, Vote.AGREE)
        page = (await world.get(f"{ON}/clauses/whole")).text
        assert '<span class="vote-count" data-count="agree">1</span>' in page
        assert "<button" not in page.split('data-comment="comment-1"', 1)[1].split("</div>", 1)[0]
