"""What stands behind the last article and is none of it."""

import pytest

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts.reading import read

LAW = "Article 1. Subject\n\nThis is a law.\n\nArticle 2. Lists\n\nThe lists are below.\n\n"


@pytest.mark.parametrize(
    ("first", "second", "numbers"),
    [
        ("Приложение 1 к Закону Республики Казахстан «О связи»", "Приложение 2 к Закону «О связи»", "1/2"),
        ("Приложение к Закону Республики Казахстан", "Приложение к Правилам", "/"),
        ("Приложение А", "Приложение Б (обязательное)", "А/Б"),
        ("Приложение I к Договору", "Приложение II к Договору", "I/II"),
        ("«Байланыс туралы» Қазақстан Республикасының Заңына 1-қосымша", "Байланыс қағидаларына 2-қосымша", "1/2"),
        ("А қосымшасы", "Ә қосымшасы", "А/Ә"),
        ("Байланыс туралы заңға қосымша", "Қосымша", "/"),
        ("ANNEX A", "ANNEX B", "A/B"),
        ("Annex 1 to the Act on Libraries", "Annex 2 to the Act on Libraries", "1/2"),
        ("Schedule A Libraries", "Schedule B of fees", "A/B"),
        ("Anlage 1 zu § 2 des Gesetzes", "Anlage 2 (zu § 3)", "1/2"),
        ("Anlage A", "Anlage B", "A/B"),
    ],
)
def test_annexes_are_no_part_of_the_last_article(first: str, second: str, numbers: str) -> None:
    text = f"{LAW}{first}\n\n1. One.\n\n2. Two.\n\n{second}\n\n1. Three.\n"
    clauses = read("a.txt", text.encode()).clauses
    assert [clause.kind for clause in clauses] == [ClauseKind.ARTICLE] * 2 + [ClauseKind.ANNEX] * 2
    assert [clause.number for clause in clauses[2:]] == numbers.split("/")
    assert [len(clause.children) for clause in clauses[2:]] == [2, 1]


@pytest.mark.parametrize(
    "mention",
    [
        "Приложение 1 к Закону утверждает Правительство.",
        "приложение к Закону",
        "Приложение 7 к Закону",
        "Приложение 1 | да",
        "Annex A applies to libraries;",
        "Annexes to the Act",
        "Die Anlage 1 zu § 2",
        "осы Заңға 1-қосымшаға сәйкес",
        "Мемлекет қосымша",
    ],
)
def test_mentions_of_annexes_are_text(mention: str) -> None:
    clauses = read("a.txt", f"{LAW}{mention}\n\nMore.\n".encode()).clauses
    assert clauses[-1].text == f"The lists are below.\n{mention}\nMore."
