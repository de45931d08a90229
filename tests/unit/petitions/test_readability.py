"""Plain texts are told from bureaucratic ones in three languages, and the sentences to mend are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.petitions.answering.readability import HARDEST, Ease, readability, syllables

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
