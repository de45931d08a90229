"""Demo data: people who do not exist, and requests written as of the day on which they would have been made."""

import random
from contextvars import ContextVar
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from kenes.identity.person import Assurance, Person
from kenes.kafka.producer import Producer
from kenes.kafka.records import Receipt
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import Topic

CROWD: Final = 900

# People by region, in thousands (2023): where a believable crowd lives.
_PEOPLE: Final = {
    "KZ-10": 610, "KZ-11": 788, "KZ-15": 928, "KZ-19": 1506, "KZ-23": 693, "KZ-27": 688, "KZ-31": 1218, "KZ-33": 699,
    "KZ-35": 1135, "KZ-39": 832, "KZ-43": 834, "KZ-47": 767, "KZ-55": 755, "KZ-59": 534, "KZ-61": 2119, "KZ-62": 221,
    "KZ-63": 730, "KZ-71": 1354, "KZ-75": 2162, "KZ-79": 1192,
}  # fmt: skip
_GIVEN: Final = (
    "Айгерім", "Ержан", "Динара", "Нұрлан", "Сәуле", "Асқар", "Мөлдір", "Қуаныш", "Жанар", "Бекзат", "Ольга", "Сергей",
    "Наталья", "Андрей", "Елена", "Павел", "Ирина", "Дмитрий", "Лейла", "Рамиль", "Гүлмира", "Тимур", "Әсел", "Данияр",
)  # fmt: skip
_FAMILY: Final = (
    "Ахметов", "Жұмабаев", "Серікқызы", "Оспанова", "Қасымов", "Ибраева", "Ким", "Цой", "Иванова", "Петров", "Шмидт",
    "Мельник", "Юсупов", "Әлиева", "Төлеген", "Бейсенова", "Нұрғали", "Соколова", "Рахимов", "Дүйсен",
)  # fmt: skip

AS_OF: ContextVar[datetime] = ContextVar("as_of")
"""When the act happens that is asked for next."""


class DatedProducer(Producer):
    """Writes requests with the date of the invented act: the record's own timestamp is what rules go by."""

    async def send(self, topic: Topic, key: bytes, event: Event[Payload], partition: int | None = None) -> Receipt:
        """As `Producer.send`, at the moment in `AS_OF`."""
        return await super().send(topic, key, replace(event, time=AS_OF.get()), partition)


def invented(issuer: str, subject: str, given: str, family: str, region: str, born: int) -> Person:
    """A citizen whom the identity provider knows well."""
    return Person(
        issuer=issuer,
        subject=subject,
        given_name=given,
        family_name=family,
        birth_date=date(born, 5, 17),
        region=region,
        assurance=Assurance.HIGH,
        citizen=True,
        roles=frozenset({"citizen"}),
    )


def crowd(issuer: str, year: int) -> list[Person]:
    """Invented grown-ups, as many in each region as its share of the country. The same ones each time."""
    chance = random.Random("crowd")  # noqa: S311 - the same people each time
    regions = chance.choices(list(_PEOPLE), weights=list(_PEOPLE.values()), k=CROWD)
    return [
        invented(
            issuer,
            f"demo-{number}",
            chance.choice(_GIVEN),
            chance.choice(_FAMILY),
            region,
            year - chance.randint(19, 78),
        )
        for number, region in enumerate(regions)
    ]
