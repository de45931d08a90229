"""Plain texts are told from bureaucratic ones in three languages, and the sentences to mend are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.readability import HARDEST, Ease, readability, reading_ease, syllables
from schemas.petitions.v1 import Language

PLAIN = {
    "kk": "Біз петицияны оқыдық. Мектеп жанына бағдаршам қоямыз. Ақша бар. Жұмыс көктемде басталады.",
    "ru": "Мы прочли вашу петицию. У школ в этом году поставят светофоры. Деньги на это уже есть.",
    "en": "We have read your petition. We will put up lights at schools this year. The money is there.",
}
BUREAUCRATIC = {
    "kk": "Қазақстан Республикасының заңнамасына сәйкес уәкілетті органның құзыретіне жататын мәселелерді қарау "
    "нәтижелері бойынша тиісті шаралар кешенін іске асыру мақсатында ведомствоаралық жұмыс тобы құрылды.",
    "ru": "В соответствии с действующим законодательством Республики Казахстан уполномоченным органом осуществляется "
    "рассмотрение обращений физических и юридических лиц в порядке, установленном административным кодексом.",
    "en": "In accordance with applicable legislation, the competent authority shall undertake an interdepartmental "
    "consideration of the aforementioned initiative with a view to the determination of regulatory measures.",
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_plain_and_bureaucratic(language: str) -> None:
    plain, other = readability(PLAIN[language], language), readability(BUREAUCRATIC[language], language)  # type: ignore[arg-type]
    assert plain is not None
    assert other is not None
    assert plain.ease is Ease.PLAIN
    assert plain.hardest == ()
    assert other.ease is Ease.VERY_HARD
    assert other.hardest[0].text == BUREAUCRATIC[language]
    assert other.score < plain.score


@pytest.mark.parametrize(
    ("language", "sentence_words", "word_syllables", "score"),
    [
        ("en", 1, 1, 121.22),  # the highest score there is
        ("en", 15, 1.5, 64.71),
        ("en", 20, 1.2, 85.015),
        ("en", 13, 24 / 13, 37.455),  # the platypus sentence below, counted by hand
        ("ru", 10, 2, 73.635),
        ("ru", 20, 3, 0.535),
        ("kk", 3, 2, 110.645),  # Ali okula gitti. Ayşe ev aldı.
        ("kk", 10, 2.6, 68.27),
    ],
)
def test_the_formulas_give_the_scores_that_are_published_or_reckoned_from_them(
    language: Language, sentence_words: float, word_syllables: float, score: float
) -> None:
    assert reading_ease(sentence_words, word_syllables, language) == pytest.approx(score, abs=0.001)


@pytest.mark.parametrize(
    ("text", "language", "score"),
    [
        ("The cat sat on the mat.", "en", 116),
        ("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", "en", 37),
        ("Мама мыла раму.", "ru", 83),
        ("Ана баласын сүйеді. Бала күледі.", "kk", 88),
    ],
)
def test_whole_sentences_get_the_score_they_have_by_hand(text: str, language: Language, score: int) -> None:
    found = readability(text, language)
    assert found is not None
    assert found.score == score


def test_the_hardest_sentences_of_a_mixed_text_are_named() -> None:
    found = readability(f"{PLAIN['ru']} {BUREAUCRATIC['ru']} {PLAIN['ru']}", "ru")
    assert found is not None
    assert [each.text for each in found.hardest] == [BUREAUCRATIC["ru"]]


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("тау", "kk", 1),
        ("уақыт", "kk", 2),
        ("бару", "kk", 2),
        ("обращение", "ru", 5),
        ("в", "ru", 1),
        ("wanted", "en", 2),
        ("made", "en", 1),
    ],
)
def test_syllables(word: str, language: str, count: int) -> None:
    assert syllables(word, language) == count  # type: ignore[arg-type]


def test_abbreviations_end_no_sentence() -> None:
    found = readability("Работы начнём в г. Алматы по ст. 5 закона. Они будут идти всё лето.", "ru")
    assert found is not None
    assert found.sentence_words == 6.5


@given(st.text(max_size=400), st.sampled_from(["kk", "ru", "en"]))
def test_any_text_gets_a_verdict_or_has_no_words(text: str, language: str) -> None:
    found = readability(text, language)  # type: ignore[arg-type]
    if found is not None:
        assert found.words > 0
        assert len(found.hardest) <= HARDEST
    else:
        assert not any(letter.isalpha() for letter in text)
