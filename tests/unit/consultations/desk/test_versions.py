"""Versions: files become clause trees with lasting names, or are refused with the place; readers see what changed."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

import pytest

from schemas.consultations.clauses import ClauseTree
from schemas.consultations.course import VersionRequested
from schemas.consultations.parts import Anchor, TextQuote
from services.consultations.commands import Place
from services.consultations.drafts.alignment import Fate, by_ids
from services.consultations.drafts.reading import read
from services.consultations.drafts.tree import walk
from services.consultations.handing_in.comparing import compared
from services.consultations.handing_in.drafting import DraftFile, drafted
from services.consultations.handing_in.errors import LanguagesDifferError, UnreadableDraftError
from services.consultations.pages.versions_diff import PAGE, QUOTES
from services.consultations.reading import PAGE as COMMENTS
from tests.drafting import markdown
from tests.unit.consultations.desk.hands import DESK, send, texts, upload
from tests.unit.consultations.pages.world import AUTHOR, OFFICIAL, READER, SUMMARY, C, World, hidden, pages

ON = f"{DESK}/{C}"
HERE = f"/consultations/{C}/versions"
ASKING = "Everybody may ask a body for what it knows, and need not say why."
ANSWER = "An answer comes within five working days of the request."
FEES = "A body asks for a fee where copies cost it money."
GOING = "Who is refused an answer may go to court within a month."


def files(*articles: str, **others: str) -> list[DraftFile]:
    """The articles in Kazakh and Russian; `others` take the place of a language's whole text."""
    return [
        DraftFile(language, "draft.md", others.get(language, markdown(language, *articles)).encode())
        for language in ("kk", "ru")
    ]


def trees(texts: object) -> dict[str, ClauseTree]:
    """By language."""
    return {each.language: each.tree for each in texts}  # type: ignore[attr-defined]


def test_a_clause_that_moved_and_changed_has_its_name_in_both_languages() -> None:
    first = drafted(files(ASKING, FEES, ANSWER), {}, 1)
    second = drafted(files(ANSWER.replace("five", "three"), ASKING, GOING), trees(first.texts), 2)
    for text in second.texts:
        ids = [place.clause.id for place in walk(text.tree)]
        assert ids[:2] == ["art_3", "art_1"]
        assert ids[2].endswith("~v2")
    assert first.alignment is None
    assert second.alignment is not None
    assert second.alignment.by_old["art_2"].new is None


def test_lasting_ids_tell_again_what_the_comparison_found() -> None:
    first = drafted(files(ASKING, FEES, ANSWER), {}, 1)
    second = drafted(files(ANSWER.replace("five", "three"), ASKING, GOING), trees(first.texts), 2)
    old, new = first.texts[0].tree, second.texts[0].tree
    assert by_ids(old, new) == second.alignment
    assert by_ids(old, old).counts() == {Fate.UNCHANGED: 3}
    both = compared(old, new)
    assert [line.id for line in both.removed] == ["art_2"]
    assert [line.row.fate for line in both.changed() if line.id == "art_3"] == [Fate.MOVED_AND_CHANGED]


def test_languages_that_differ_are_refused_with_the_clause() -> None:
    with pytest.raises(LanguagesDifferError) as raised:
        drafted(files(ASKING, ru=markdown("ru", ASKING, ANSWER)), {}, 1)
    assert [each.path for each in raised.value.mismatches] == [("Статья 2",)]
    assert (raised.value.first, raised.value.second) == ("kk", "ru")


def test_an_unreadable_file_is_named_with_its_language() -> None:
    with pytest.raises(UnreadableDraftError) as raised:
        drafted(files(ASKING, ru="Просто текст без статей, один абзац.\x07"), {}, 1)
    assert raised.value.language == "ru"


async def hand_in(world: World, *articles: str, **typed: str) -> None:
    """Uploads, looks, confirms."""
    look = await upload(world, C, texts(*articles), **typed)
    assert look.status_code == 200, look.text
    answer = await world.post(f"{ON}/versions/confirm", hidden(look.text, f"{ON}/versions/confirm"))
    assert answer.headers["location"] == f"{ON}?done=versions"


async def test_what_changed_outlives_another_sign_in_and_only_the_files_are_asked_for_anew() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        look = await upload(world, C, texts(ASKING, ANSWER), note__kk=SUMMARY.kk, note__ru=SUMMARY.ru)
        form = hidden(look.text, f"{ON}/versions/confirm")
        await world.sign_in(OFFICIAL)
        shown = await world.post(f"{ON}/versions/confirm", form)
        assert shown.status_code == 403
        assert SUMMARY.ru in shown.text
        page = await world.post(f"{ON}/versions/confirm", hidden(shown.text.split("<main", 1)[1], "?"))
        assert page.status_code == 403
        assert f"{SUMMARY.kk}</textarea>" in page.text
        assert f"{SUMMARY.ru}</textarea>" in page.text
        assert len([each for each in world.memory.sent if isinstance(each, VersionRequested)]) == 1


async def test_nothing_is_handed_in_before_it_was_looked_at_and_then_only_once() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        look = await upload(world, C, texts(ASKING, ANSWER), note__kk=SUMMARY.kk, note__ru=SUMMARY.ru)
        assert "Check the version" in look.text
        assert len([each for each in world.memory.sent if isinstance(each, VersionRequested)]) == 1
        form = hidden(look.text, f"{ON}/versions/confirm")
        assert (await world.post(f"{ON}/versions/confirm", form)).status_code == 303
        assert (await world.post(f"{ON}/versions/confirm", form)).status_code == 409
        request = world.memory.sent[-1]
        assert isinstance(request, VersionRequested)
        assert (request.version, request.note) == (2, SUMMARY.model_copy(update={"en": None}))


async def test_a_version_that_came_meanwhile_makes_the_look_stale() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        look = await upload(world, C, texts(ASKING))
        await world.memory.version(2)
        answer = await world.post(f"{ON}/versions/confirm", hidden(look.text, f"{ON}/versions/confirm"))
        assert answer.status_code == 409
        assert "The version is out of date" in answer.text


async def test_when_the_broker_is_away_the_version_can_be_handed_in_again() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        look = await upload(world, C, texts(ASKING))
        world.memory.down = True
        form = hidden(look.text, f"{ON}/versions/confirm")
        answer = await world.post(f"{ON}/versions/confirm", form)
        assert answer.status_code == 503
        world.memory.down = False
        again = await world.post(f"{ON}/versions/confirm", hidden(answer.text, f"{ON}/versions/confirm"))
        assert again.status_code == 303


def packed(name: str, data: bytes) -> bytes:
    """A zip file with one entry."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return found.getvalue()


ENTITY = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><akomaNtoso>&x;</akomaNtoso>'
HOSTILE = {
    "bomb.docx": (packed("word/document.xml", b" " * 30_000_000), "far too large when it is unpacked"),
    "macro.docx": (packed("word/vbaProject.bin", b"code"), "has macros"),
    "entity.xml": (ENTITY, "must not have a DOCTYPE"),
    "draft.pdf": (b"%PDF-1.7", "This format cannot be read"),
    "latin.md": ("# Закон".encode("cp1251"), "not UTF-8"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
async def test_hostile_files_are_refused_in_words_and_nothing_is_made(name: str) -> None:
    data, words = HOSTILE[name]
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        before = len(world.memory.sent)
        answer = await upload(world, C, {**texts(ASKING), "ru": (name, data)}, note__kk=SUMMARY.kk, note__ru=SUMMARY.ru)
        assert answer.status_code == 422
        assert words in answer.text
        assert name in answer.text
        assert SUMMARY.ru in answer.text
        assert len(world.memory.sent) == before


async def test_a_missing_language_is_asked_for() -> None:
    async with pages() as world:
        await world.memory.prepared()
        await world.sign_in(OFFICIAL)
        answer = await upload(world, C, {"ru": texts(ASKING)["ru"]})
        assert answer.status_code == 422
        assert "A file is needed: in Kazakh" in answer.text


async def test_readers_see_what_changed_and_where_comments_went() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        await hand_in(world, ASKING, FEES, ANSWER)
        quote = TextQuote(exact="comes within five working days", prefix="An answer ", suffix=" of the request")
        await world.memory.say(
            AUTHOR, "Too long.", comment="quoting", version=2, anchor=await anchor(world, ANSWER, quote)
        )
        await world.memory.say(READER, "No fees.", comment="lost", version=2, anchor=await anchor(world, FEES))
        await hand_in(world, ANSWER.replace("five working", "three working"), ASKING, GOING)

        page = (await world.get(f"{HERE}/2..3?text=kk&view=inline")).text
        assert "<del>" in page
        assert "three" in page
        assert ASKING in page  # it moved
        assert "The text under 1 comment was removed" in page
        side = (await world.get(f"{HERE}/2..3?text=kk&view=side&all=1")).text
        assert 'class="diff is-side is-whole"' in side
        follow = (await world.get(f"{HERE}/2..3/comments?text=kk")).text
        assert FEES in follow
        assert "No fees." in follow
        assert "found in other words" in follow
        assert "within three working days" in follow


async def told(world: World, address: str, rounds: int = 100) -> list[str]:
    """This page and all that "more" leads to."""
    found = [(await world.get(address)).text]
    while more := re.search(r'rel="next" href="([^"]+)"', found[-1]):
        assert len(found) < rounds
        found.append((await world.get(unescape(more.group(1)))).text)
    return found


@pytest.mark.parametrize("lagging", [False, True])
async def test_every_comment_on_what_was_removed_is_counted_and_can_be_reached(*, lagging: bool) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        await hand_in(world, ASKING, FEES, ANSWER, GOING)
        said = []
        for number in range(COMMENTS * 2 + 20):
            where = await anchor(world, FEES if number % 20 else GOING)
            said.append(await world.memory.say(comment=f"c{number:03}", version=2, anchor=where))
        head = await world.site.comments.comment(C, "c001")
        assert head is not None
        await world.memory.say(
            READER, comment="reply", version=2, under=Place.under(head), anchor=Anchor(clause=head.clause)
        )
        await hand_in(world, ASKING, ANSWER.replace("five", "three"), GOING)
        if lagging:
            world.memory.lag()
        said.append(await world.memory.say(comment="later", version=3, anchor=Anchor(clause=head.clause)))
        await hand_in(world, ASKING, ANSWER)

        page = (await world.get(f"{HERE}/2..4?text=kk")).text
        assert f"The text under {len(said)} comments was removed" in page
        link = re.search(rf'href="([^"]+/comments[^"]*)#{head.clause}">115 comments<', page)
        assert link is not None
        assert FEES in (await world.get(unescape(link.group(1)))).text
        found = [
            re.findall(r'href="/consultations/[^"]+/comments/([^"]+)"', each)
            for each in await told(world, f"{HERE}/2..4/comments?text=kk")
        ]
        assert sorted(each for page in found for each in page) == sorted(said)
        assert len(found) == 3


async def test_a_changed_quote_is_found_behind_ever_so_many_that_still_stand() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        await hand_in(world, ASKING, ANSWER)
        stands = await anchor(world, ANSWER, TextQuote(exact="An answer comes", prefix="", suffix=" within"))
        for number in range(QUOTES + 1):
            await world.memory.say(comment=f"c{number}", version=2, anchor=stands)
        lost = await anchor(world, ANSWER, TextQuote(exact="five working days", prefix="within ", suffix=" of"))
        await world.memory.say(comment="lost", version=2, anchor=lost)
        await hand_in(world, ASKING, ANSWER.replace("five working", "three"))
        first, *_, last = await told(world, f"{HERE}/2..3/comments?text=kk")
        assert "There are none among the comments on this page." in first
        assert f"/consultations/{C}/comments/lost" in last
        assert "comments/c0" not in last


async def test_a_long_comparison_is_read_page_by_page() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        await hand_in(world, *(f"Rule {number} of the first text is here." for number in range(PAGE + 20)))
        first = (await world.get(f"{HERE}/1..2?text=ru&all=1")).text
        assert f"Rule {PAGE + 19} of" not in first
        assert "page=2" in first
        last = (await world.get(f"{HERE}/1..2?text=ru&all=1&page=99999")).text
        assert f"Rule {PAGE + 19} of" in last
        assert (await world.get(f"{HERE}/1..2?page=-1")).status_code == 200


async def anchor(world: World, words: str, quote: TextQuote | None = None) -> Anchor:
    """Where these words stand in the last version."""
    found = await world.site.queries.consultation(C)
    assert found is not None
    tree = (await world.site.handing_in.last(found))["kk"]
    clause = next(place.clause.id for place in walk(tree) if place.clause.text == words)
    return Anchor(clause=clause, quote=quote)


@pytest.mark.parametrize("address", ["1..1", "2..1", "0..1", "1..9", "1..2/comments", "9/kk.md", "1/kk.pdf", "1/de.md"])
async def test_what_is_no_version_is_not_found(address: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        assert (await world.get(f"{HERE}/{address}")).status_code == 404


@pytest.mark.parametrize("ending", ["md", "txt", "xml"])
async def test_an_export_reads_as_the_same_clauses(ending: str) -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        await hand_in(world, ASKING, ANSWER)
        answer = await world.get(f"{HERE}/2/ru.{ending}")
        assert answer.status_code == 200
        assert f".{ending}" in answer.headers["content-disposition"]
        again = [place.clause.text for place in walk(read(f"draft.{ending}", answer.content))]
        assert again == [ASKING, ANSWER]


async def test_a_draft_in_preparation_is_nobodys_but_the_bodys() -> None:
    async with pages() as world:
        await world.memory.prepared()
        for address in (HERE, f"{HERE}/1/kk.md"):
            assert (await world.get(address)).status_code == 404
        await world.sign_in(OFFICIAL)
        for address in (HERE, f"{HERE}/1/kk.md"):
            answer = await world.get(address)
            assert answer.status_code == 200
            assert "no-store" in answer.headers["cache-control"]


async def test_the_withdrawn_keep_their_versions() -> None:
    async with pages() as world:
        await world.memory.opened()
        await world.sign_in(OFFICIAL)
        await send(world, f"{ON}/withdrawal", reason="The draft is no longer needed.")
        assert "Version 1" in (await world.get(HERE)).text
        look = await upload(world, C, texts(ASKING))
        answer = await world.post(f"{ON}/versions/confirm", hidden(look.text, f"{ON}/versions/confirm"))
        assert answer.status_code == 409
        assert "It is too late" in answer.text
