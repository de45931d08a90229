"""The people one can be here. All of them are invented; together they meet every rule from both sides."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class TestPerson:
    """One invented person. `age` is the age today, whenever that is, so that seventeen stays seventeen."""

    __test__ = False  # pytest takes every class named Test... for a test

    key: str
    given_name: str
    family_name: str
    age: int
    region: str | None
    role: str = "citizen"
    assurance: str = "high"
    citizen: bool = True

    def birth_date(self, today: date) -> date:
        """A birthday half a year away from `today`, in the year that makes them `age` years old."""
        month = (today.month + 5) % 12 + 1
        still_to_come = month > today.month
        return date(today.year - self.age - still_to_come, month, 1)

    def claims(self, today: date) -> dict[str, Any]:
        """The claims other than the protocol's own, as a national provider would send them."""
        claims: dict[str, Any] = {
            "sub": self.key,
            "name": f"{self.given_name} {self.family_name}",
            "given_name": self.given_name,
            "family_name": self.family_name,
            "birthdate": self.birth_date(today).isoformat(),
            "acr": self.assurance,
            "citizen": self.citizen,
            "roles": ["citizen"] if self.role == "citizen" else ["citizen", self.role],
        }
        return claims if self.region is None else {**claims, "region": self.region}


PEOPLE = (
    TestPerson("aigerim", "Айгерім", "Сапарова", 29, "KZ-75"),
    TestPerson("yerlan", "Ерлан", "Жақыпов", 41, "KZ-71"),
    TestPerson("olga", "Ольга", "Ветрова", 56, "KZ-35"),
    TestPerson("madina", "Мадина", "Төлегенова", 34, "KZ-79"),
    TestPerson("serik", "Серік", "Байжанов", 63, "KZ-61"),
    TestPerson("viktor", "Виктор", "Лемешев", 72, "KZ-55"),
    TestPerson("dana", "Дана", "Оразбек", 22, "KZ-47"),
    TestPerson("alikhan", "Әлихан", "Мұратұлы", 17, "KZ-19"),
    TestPerson("zhanna", "Жанна", "Ковалёва", 38, None),
    TestPerson("tomas", "Томас", "Рихтер", 45, "KZ-39", citizen=False),
    TestPerson("nurlan", "Нұрлан", "Қадыров", 31, "KZ-23", assurance="low"),
    TestPerson("gulnar", "Гүлнар", "Әбенова", 47, "KZ-71", role="moderator"),
    TestPerson("timur", "Тимур", "Садықов", 36, "KZ-63", role="moderator"),
    TestPerson("saule", "Сәуле", "Нұрпейіс", 52, "KZ-71", role="agency"),
    TestPerson("kamila", "Камила", "Ысқақова", 44, "KZ-10", role="akimat"),
    TestPerson("botagoz", "Ботагөз", "Сейітова", 42, "KZ-71", role="culture"),
    TestPerson("arman", "Арман", "Дәуітов", 37, "KZ-75", role="ngo"),
    TestPerson("irina", "Ирина", "Соболь", 50, "KZ-75", role="expert"),
    TestPerson("rustem", "Рүстем", "Тұрсын", 28, "KZ-47", role="journalist"),
    TestPerson("asel", "Әсел", "Тоқтарова", 39, "KZ-71", role="registrar"),
    TestPerson("pavel", "Павел", "Громов", 33, "KZ-10", role="operator"),
    TestPerson("leila", "Ләйла", "Оспанова", 40, "KZ-71", role="operator-act"),
    # Of seven states of the European Union, as many as an initiative there needs.
    TestPerson("mari", "Mari", "Tamm", 33, "EE-37"),
    TestPerson("aino", "Aino", "Korhonen", 45, "FI-18"),
    TestPerson("lukas", "Lukas", "Weber", 38, "DE-BE"),
    TestPerson("camille", "Camille", "Moreau", 29, "FR-IDF"),
    TestPerson("zofia", "Zofia", "Nowak", 51, "PL-14"),
    TestPerson("marco", "Marco", "Bianchi", 62, "IT-25"),
    TestPerson("ines", "Inês", "Almeida", 41, "PT-11"),
)

BY_KEY = {person.key: person for person in PEOPLE}

_UNITS = (10, 11, 15, 19, 23, 27, 31, 33, 35, 39, 43, 47, 55, 59, 61, 62, 63, 71, 75, 79)
REGIONS = tuple(f"KZ-{unit}" for unit in _UNITS)
"""ISO 3166-2 codes of the 20 first-level units of Kazakhstan."""


def crowd_person(number: int) -> TestPerson:
    """Person `number` of an endless crowd of grown-up citizens spread over all regions."""
    name = BY_KEY[("aigerim", "yerlan", "olga", "madina", "serik", "viktor", "dana", "zhanna")[number % 8]]
    return TestPerson(
        key=f"crowd-{number}",
        given_name=name.given_name,
        family_name=name.family_name,
        age=18 + number % 60,
        region=REGIONS[number % len(REGIONS)],
    )
