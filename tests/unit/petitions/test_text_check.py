"""What a petition's text must mend: told by position, refused by name, and never a word of correct Kazakh."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.petitions.v1 import Edited, EditRequested, GatheringBegun, PetitionRefused, PetitionText
from schemas.prose import hidden
from services.petitions.domain.evolution import evolve
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.refusals import TEXT_REFUSALS, Refusal
from services.petitions.domain.rules import RulePack
from services.petitions.domain.text_check import MOST, check, refusal
from services.petitions.domain.text_letters import disguises, mended, unstressed
from services.petitions.domain.text_links import links
from tests.unit.petitions.lives import AUTHOR, CREATE, NOW, SOON, SUBMIT, SURE, live, pack, packs
from tests.unit.petitions.samples import PACKS as SHIPPED

KAZAKH = {
    "language": "kk",
    "title": "Көл жағасын барлығына ашыңыздар",
    "text": "Біздің ауылдың жанындағы көлдің жағасы үш жағынан қоршалған. Бұрын бәріне ашық еді, һәм таза.",
    "proposal": "Қоршауларды 1 мамырға дейін алып тастап, ол туралы хабарлаңыздар.",
}
RUSSIAN = {
    "language": "ru",
    "title": "Открыть берег озера для всех",
    "text": "Берег озера рядом с нашим аулом огорожен с трёх сторон. Ещё год назад он был открыт каждому.",
    "proposal": "Снять заборы до 1 мая и сообщить об этом.",
}
PLAIN = pack(prohibited=[])


def text(base: Mapping[str, str] = RUSSIAN, **changes: Any) -> PetitionText:
    return PetitionText.model_validate({**base, **changes})


def ruled(**rules: Any) -> RulePack:
    return pack(prohibited=[], texts={**SURE, **rules})


def codes(written: PetitionText, rules: RulePack) -> list[tuple[str, bool]]:
    return [(remark.code, remark.refused) for remark in check(written, rules)]


@pytest.mark.parametrize("rules", SHIPPED.all_in_force(NOW), ids=lambda each: each.id)
@pytest.mark.parametrize("base", [KAZAKH, RUSSIAN], ids=["kk", "ru"])
def test_an_honest_text_passes_every_shipped_pack_without_a_remark(base: dict[str, str], rules: RulePack) -> None:
    assert check(text(base), rules) == ()


@pytest.mark.parametrize("path", sorted(Path("services/petitions/locales").glob("kk.po")))
def test_no_sentence_of_our_own_kazakh_is_taken_for_a_trick(path: Path) -> None:
    assert list(disguises(path.read_text(encoding="utf-8"))) == []


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіАӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ -\n"))
def test_the_letters_of_kazakh_and_russian_are_never_a_trick(written: str) -> None:
    assert not list(disguises(written))
    assert not list(disguises(unicodedata.normalize("NFD", written)))
    assert not list(hidden(written))
    assert mended(written) == written


@pytest.mark.parametrize(
    ("written", "plain", "refused"),
    [
        ("пeтиция", "петиция", True),
        ("Москвa", "Москва", True),
        ("pаypal", "paypal", True),
        ("𝐩𝐞𝐭𝐢𝐭𝐢𝐨𝐧", "petition", True),
        ("ｐｅｔｉｔｉｏｎ", "petition", True),
        ("ΑΚΙΜАТ", "АКІМАТ", True),
        ("peфepeʜдyм", "референдум", True),
        ("рефереʜдум", "референдум", True),
        ("peфepeƞдyм", "рефереƞдум", True),
        ("выбօры", "выборы", True),
        ("бiлiм", "білім", False),
        ("əкім", "әкім", False),
    ],
)
def test_a_word_in_borrowed_letters_is_told_with_how_it_should_be(written: str, plain: str, refused: bool) -> None:
    petition = text(proposal=f"Просим так: {written} и всё.")
    [remark] = check(petition, PLAIN)
    assert (remark.code, remark.refused, remark.detail) == (Refusal.LETTERS_MIXED, refused, plain)
    assert petition.proposal[remark.start : remark.end] == written == remark.excerpt
    assert mended(petition.proposal) == f"Просим так: {plain} и всё."


@pytest.mark.parametrize(
    "word",
    [
        *("QRкод", "IT-компания", "wifiды", "PDFті", "SMSка", "TOEFLға", "HRа", "CO₂", "25°C", "№5"),
        *("WhatsAppе", "Facebookе", "Telegramу", "iPhoneа", "Pepsiді", "wifiка", "мкSv", "Հայաստան"),
    ],
)
def test_words_of_two_scripts_that_fool_nobody_are_left_alone(word: str) -> None:
    assert check(text(proposal=f"Просим открыть {word} для всех."), PLAIN) == ()


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\ufeff", "\xad", "\x07", "ㅤ", "\U000e0041"])
def test_what_nobody_sees_is_refused_where_it_stands(character: str) -> None:
    petition = text(title=f"Открыть берег{character * 2} озера для всех")
    [remark] = check(petition, PLAIN)
    assert (remark.code, remark.refused, remark.field) == (Refusal.HIDDEN_CHARACTERS, True, "title")
    assert (remark.start, remark.end, remark.detail) == (13, 15, f"U+{ord(character):04X}")
    assert remark.excerpt == "Открыть берег▯ озера для всех"[: 14 + 20]
    assert mended(petition.title) == RUSSIAN["title"]


@pytest.mark.parametrize("seen", ["👨‍👩‍👧", "❤️", "🇰🇿", "line\n\nline", "tab\tstop", "no-break\u00a0space", "« — …»"])
def test_what_people_see_is_not_hidden(seen: str) -> None:
    assert list(hidden(f"Вот {seen} так")) == []


@given(st.text(max_size=300))
def test_mending_leaves_nothing_hidden_and_positions_are_within(written: str) -> None:
    assert list(hidden(mended(written))) == []
    for start, end in hidden(written):
        assert 0 <= start < end <= len(written)
    for found in disguises(written):
        assert written[found.start : found.end] == found.word != found.plain


def test_one_kind_of_remark_is_not_told_without_end() -> None:
    words = " ".join(f"сл{'о' * n}вo" for n in range(40))
    assert len(check(text(text=f"{RUSSIAN['text']} {words}"), PLAIN)) == MOST


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("см. https://adilet.zan.kz/rus/docs/K2000000350.", ["https://adilet.zan.kz/rus/docs/K2000000350"]),
        ("на www.gov.kz, и на egov.kz!", ["www.gov.kz", "egov.kz"]),
        ("(bit.ly/abc)", ["bit.ly/abc"]),
        ("пишите на akimat.office@kurchatov.kz", []),
        ("т.е. в 2026 г.Алматы и т.д. 1.5 км", []),
        ("That works.To begin, call.Me", []),
    ],
)
def test_links_are_told_from_sentences(written: str, found: list[str]) -> None:
    assert [link.written for link in links(written)] == found
    assert all(written[link.start : link.end] == link.written for link in links(written))


@pytest.mark.parametrize(
    "link", ["https://bit.ly/3abc", "HTTP://WWW.TINYURL.COM/x", "clck.ru/abc", "https://gov.kz@t.co/1"]
)
def test_a_link_that_hides_where_it_leads_is_refused(link: str) -> None:
    [remark] = check(text(proposal=f"Читайте тут: {link} и там."), PLAIN)
    assert (remark.code, remark.refused, remark.excerpt) == (Refusal.LINK_SHORTENED, True, link)


def test_more_links_than_the_rules_allow_are_refused_at_the_first_too_many() -> None:
    petition = text(proposal="Вот one.kz, two.kz и three.kz для примера.")
    assert codes(petition, PLAIN) == []
    assert codes(petition, ruled(links=3)) == []
    [remark] = check(petition, ruled(links=2))
    assert (remark.code, remark.excerpt, remark.detail) == (Refusal.TOO_MANY_LINKS, "three.kz", "2")
    [remark] = check(petition, ruled(links=0))
    assert (remark.code, remark.excerpt) == (Refusal.LINK_NOT_ALLOWED, "one.kz")


def test_two_languages_where_the_rules_ask_for_two() -> None:
    both = ruled(languages=["kk", "ru"])
    assert [(each.code, each.language) for each in check(text(), both)] == [(Refusal.LANGUAGE_MISSING, "kk")]
    assert check(text(translations=[KAZAKH]), both) == ()
    assert check(text(KAZAKH, translations=[RUSSIAN]), both) == ()
    assert [each.language for each in check(text(RUSSIAN | {"language": "en"}), both)] == ["kk", "ru"]


def test_the_same_text_twice_is_no_translation() -> None:
    copied = text(translations=[RUSSIAN | {"language": "kk", "text": RUSSIAN["text"].upper()}])
    assert {each.code for each in check(copied, PLAIN)} == {Refusal.TRANSLATION_COPIED}


def test_every_language_is_checked() -> None:
    [remark] = check(text(translations=[KAZAKH | {"title": "Көл жaғасын барлығына ашыңыздар"}]), PLAIN)
    assert (remark.language, remark.field, remark.excerpt) == ("kk", "title", "жaғасын")


def test_a_text_over_the_rules_limit_is_refused_from_where_it_is_too_long() -> None:
    petition = text(text="а " * 100 + "конец")
    assert check(petition, ruled(longest={"text": 205})) == ()
    [remark] = check(petition, ruled(longest={"text": 204}))
    assert (remark.code, remark.start, remark.end, remark.detail) == (Refusal.TEXT_TOO_LONG, 204, 205, "204")


@pytest.mark.parametrize(
    ("language", "written", "subject"),
    [
        ("ru", "Требуем отставки министра сегодня же.", "dismissal-of-officials"),
        ("kk", "Әкімді қызметінен босатуды сұраймыз.", "dismissal-of-officials"),
        ("ru", "Объявить амнистию до конца этого года.", "amnesty-and-pardon"),
        ("kk", "Сайлау өткізу тәртібін өзгертіңіздер.", "elections-and-referendums"),
        ("en", "Please legalise cannabis in the country.", "drugs"),
    ],
)
def test_a_hint_of_a_prohibited_subject_warns_and_does_not_refuse(language: str, written: str, subject: str) -> None:
    rules = SHIPPED.in_force("kz-republic", NOW)
    petition = text(language=language, proposal=written)
    [remark] = check(petition, rules)
    assert (remark.code, remark.refused, remark.detail) == (Refusal.SUBJECT_PROHIBITED, False, subject)
    assert petition.proposal[remark.start : remark.end] == remark.excerpt
    assert refusal(petition, rules) is None


@pytest.mark.parametrize("word", ["рефере\u0301ндум", "р\u0336е\u0336ферендум\u0336", "\u0301референдум"])
def test_a_hint_is_found_under_stress_and_told_where_it_stands(word: str) -> None:
    rules = SHIPPED.in_force("kz-republic", NOW)
    petition = text(proposal=f"Э\u0301тот край: провести {word} весной.")
    [remark] = check(petition, rules)
    assert (remark.detail, remark.excerpt) == ("elections-and-referendums", word.lstrip("\u0301"))
    assert petition.proposal[remark.start : remark.end] == remark.excerpt


@given(st.text(alphabet="айёеиЙ \u0301\u0306\u0308\u0336", max_size=20))
def test_without_stress_every_letter_knows_its_place(written: str) -> None:
    plain, places = unstressed(written)
    assert len(places) == len(plain) + 1
    assert plain == unstressed(plain)[0]
    assert [unicodedata.normalize("NFD", written[place])[0] for place in places[:-1]] == [
        unicodedata.normalize("NFD", letter)[0] for letter in plain
    ]
    assert not written or places[-1] == len(written)


def test_a_hint_of_one_language_says_nothing_of_another() -> None:
    """The Kazakh for "in the water" is written as the Russian for "of the court"."""
    rules = SHIPPED.in_force("kz-republic", NOW)
    assert check(text(KAZAKH, proposal="Көлдегі суда шомылуға рұқсат беріңіздер."), rules) == ()
    assert [each.detail for each in check(text(proposal="Требуем суда над ними."), rules)] == ["courts"]


def test_a_hint_refuses_where_the_pack_says_so_and_whole_words_only() -> None:
    law = dict.fromkeys(("kk", "ru", "en"), "article 1")
    subject = {"code": "courts", "name": law, "law": law, "certainty": "H", "hints": {"ru": ["суд"]}, "refuse": True}
    rules = pack(prohibited=[subject])
    assert check(text(proposal="Отменить налог на рассудок и судно."), rules) == ()
    assert refusal(text(proposal="Отменить суд присяжных."), rules) is Refusal.SUBJECT_PROHIBITED


def test_refusals_come_before_warnings() -> None:
    petition = text(title="Открыть бiлiм для всех", proposal="Читайте bit.ly/1 и пeтицию.")
    order = [remark.refused for remark in check(petition, PLAIN)]
    assert order == sorted(order, reverse=True)
    assert set(order) == {True, False}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"proposal": "Читайте bit.ly/1 и всё."}, Refusal.LINK_SHORTENED),
        ({"title": "Открыть берeг озера"}, Refusal.LETTERS_MIXED),
        ({"title": "Открыть\u202e берег озера"}, Refusal.HIDDEN_CHARACTERS),
    ],
)
def test_what_was_told_before_is_refused_after_and_the_draft_stays(changes: dict[str, Any], code: Refusal) -> None:
    written = text(**changes)
    rules = packs(PLAIN)
    steps = [(CREATE, SOON), (EditRequested(petition="p", actor=AUTHOR, text=written), SOON)]
    petition, now, [_, edited] = live(steps, rules)
    assert isinstance(edited, Edited)
    answer = decide(petition, SUBMIT, now, rules)
    assert isinstance(answer, PetitionRefused)
    assert (answer.code, refusal(written, PLAIN)) == (code, code)
    assert code in TEXT_REFUSALS
    assert evolve(petition, answer, now) == petition
    mended_now = EditRequested(petition="p", actor=AUTHOR, text=text())
    *_, handed_in = live([*steps, (mended_now, SOON), (SUBMIT, SOON)], rules)[2]
    assert isinstance(handed_in, GatheringBegun)
