"""What a person is told about themselves: everything, described, theirs alone, and in bounded pieces."""

import json
from collections.abc import Sequence

import pytest

from kenes.web.i18n import LANGUAGES, Catalogs, Translator
from kenes.web.language import edge_catalogs
from services.petitions import rights as module
from services.petitions.domain.petition import Petition
from services.petitions.queries import Signed, TookPart
from services.petitions.rights import STAYS, Rights
from services.petitions.serving import FOLDERS
from tests.unit.petitions.memory import Memory
from tests.unit.petitions.pages_support import NOW
from tests.unit.petitions.samples import KEYRING, person, text

CATALOGS: Catalogs = edge_catalogs((FOLDERS.locales,), strict=True)


async def told(rights: Rights, number: int, language: str = "en") -> tuple[dict[str, object], list[bytes]]:
    pieces = [piece async for piece in rights.data(person(number), Translator(CATALOGS, language))]
    return json.loads(b"".join(pieces)), pieces


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_part_is_described_in_the_language_of_the_reader(language: str) -> None:
    held, _ = await told(Memory().rights, 1, language)

    described = [held, *(part for part in held.values() if isinstance(part, dict))]
    words = [part["what"] for part in described]
    assert len(set(words)) == len(described) == 8
    assert all(f"erase.stays.{each}" in CATALOGS.keys(language) for each in STAYS)


async def test_the_name_is_told_as_it_is_stored_and_nobody_elses() -> None:
    memory = Memory()
    mine, theirs = [await memory.collecting(person(number), text()) for number in (1, 2)]
    for number in (1, 2):
        await memory.commands.sign(person(number), mine, listed=True, wait=0)
        await memory.commands.sign(person(number), theirs, listed=False, wait=0)

    held, _ = await told(memory.rights, 1)

    petitions, signatures = held["petitions"], held["signatures"]
    assert isinstance(petitions, dict)
    assert isinstance(signatures, dict)
    assert [each["name"] for each in petitions["items"]] == [
        {"given_name": person(1).given_name, "family_name": person(1).family_name}
    ]
    assert {each["petition"] for each in signatures["items"]} == {mine, theirs}
    assert {each["pseudonym"] for each in signatures["items"]} == {
        KEYRING.pseudonym(each, person(1).id) for each in (mine, theirs)
    }
    everything = json.dumps(held, ensure_ascii=False)
    for other in (person(2).given_name, person(2).subject, KEYRING.pseudonym(mine, person(2).id)):
        assert other not in everything


class Many:
    """Somebody who signed a great deal; looks up petitions as it is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def signed_by(self, _who: object) -> list[Signed]:
        return [Signed(f"petition-{number}", NOW, signed=True) for number in range(250)]

    async def authored_by(self, _who: object) -> list[str]:
        return []

    async def took_part(self, _who: object) -> list[TookPart]:
        return []

    async def by_ids(self, ids: Sequence[str]) -> list[Petition]:
        self.asked.append(len(ids))
        return []


async def test_long_lists_come_in_pieces() -> None:
    memory, many = Memory(), Many()
    rights = Rights(memory.keyring, memory.vault, many, memory.sessions)  # type: ignore[arg-type]

    held, pieces = await told(rights, 1)

    assert many.asked == [module.CHUNK, module.CHUNK, 50]
    assert max(map(len, pieces)) < 2000
    signatures = held["signatures"]
    assert isinstance(signatures, dict)
    assert len(signatures["items"]) == 250


async def test_erasing_is_the_same_however_often_and_touches_nobody_else() -> None:
    memory = Memory()
    petition = await memory.collecting(person(1), text())
    await memory.commands.sign(person(2), petition, listed=True, wait=0)

    for _ in range(2):
        assert (await memory.rights.erase(person(1))).sessions == 0

    assert person(1).id not in memory.vault.keys
    assert person(2).id in memory.vault.keys
    assert memory.counts.get(petition).count == 1
