"""Nothing written for one person on two petitions can be laid side by side: no value but public ones repeats.

The comparison is of all values in all requests, decisions and documents, so a field added later is compared too.
"""

from collections.abc import Iterable, Iterator
from random import Random

import orjson
import pytest

from schemas.envelope import RECORDED_TIME
from services.petitions.domain.petition import Petition
from services.petitions.projection import petition_document, projections
from tests.unit.petitions.memory import Memory
from tests.unit.petitions.samples import KEYRING, person, text
from tests.unit.store import project

PUBLIC = {
    "petitions.signature.accepted.v1",
    "petitions.signature.withdrawn.v1",
    "high",  # level of assurance
    "citizen",  # the role that everybody has
    "/petitions",
    "kz-republic",
    "en",
    "application/json",
    "1.0",
}
PEOPLE = 40


def strings(value: object) -> Iterator[str]:
    """Every text in a document, keys left out; bytes as hexadecimal digits."""
    match value:
        case dict():
            for each in value.values():
                yield from strings(each)
        case list() | tuple():
            for each in value:
                yield from strings(each)
        case bytes():
            yield value.hex()
        case str():
            yield value


def parts(texts: Iterable[str], length: int = 12) -> set[str]:
    """All pieces of so many letters, so that a value inside another one is found as well."""
    return {text[at : at + length] for text in texts for at in range(max(1, len(text) - length + 1))}


def written(memory: Memory, petition: str) -> list[dict[str, object]]:
    """Every request and decision about a petition, as it is in the log, without times and ids of their own."""
    events = [sent.request for sent in memory.sent] + list(memory.decided.values())
    found = []
    for each in events:
        if each.event.subject == petition:
            times = ("ce_time", RECORDED_TIME)
            headers = {name: value.decode() for name, value in each.event.headers() if name not in (*times, "ce_type")}
            found.append({**orjson.loads(each.data.write()), **headers})
    return found


def of_person(memory: Memory, petition: str, number: int) -> set[str]:
    """Pieces of all values of everything that carries the person's pseudonym on a petition."""
    pseudonym = KEYRING.pseudonym(petition, person(number).id)
    mine = [each for each in written(memory, petition) if pseudonym in set(strings(each))]
    assert mine, "the search finds something"
    texts = [each for one in mine for each in strings(one)]
    # A place in the log is counted for each partition: small numbers, which tell nobody apart.
    return parts(each for each in texts if each not in PUBLIC and not each.isdigit())


@pytest.fixture
async def memory() -> Memory:
    return Memory()


async def crowd(memory: Memory) -> tuple[str, str]:
    """Two petitions that the same people signed, in orders of their own; half of them withdrew from one."""
    one = await memory.collecting(person(0), text("The first of two petitions"))
    other = await memory.collecting(person(0), text("Another petition altogether"))
    for petition, seed in ((one, 1), (other, 2)):
        order = list(range(PEOPLE))
        Random(seed).shuffle(order)
        for number in order:
            await memory.commands.sign(person(number), petition, listed=number % 2 == 0, wait=0)
    for number in range(0, PEOPLE, 2):
        await memory.commands.withdraw(person(number), other, 0)
    return one, other


async def test_no_value_of_one_person_repeats_on_another_petition(memory: Memory) -> None:
    one, other = await crowd(memory)
    region_codes = {f"KZ-{unit}" for unit in ("75", "71", "10")}
    for number in range(1, PEOPLE):  # the author is compared below
        common = of_person(memory, one, number) & of_person(memory, other, number)
        assert common <= region_codes, f"person {number}"


async def test_nor_does_a_value_of_the_author(memory: Memory) -> None:
    one, other = await crowd(memory)
    documents = [petition_document(_found(memory, each), 0, 0) for each in (one, other)]
    identifying = [
        parts(str(document[field]) for field in ("author", "sealed", "owner", "_id")) for document in documents
    ]
    assert not identifying[0] & identifying[1]
    shared = {name for name in documents[0] if documents[0][name] == documents[1][name]}
    dates = {"created_at", "opened_at", "closes_at", "closed_at", "published_at", "timeline", "duties", "finding"}
    rules = {"rules", "unit", "goals", "needed", "checkpoint"}
    course = {
        "status",
        "revision",
        "reached",
        "charge",
        "draft_answer",
        "answer_drafts",
        "answer_comments",
        "answers",
        "in_favour_of",
        "due",
        "paper",
        "on_paper",
    }
    nobody = {"organisers", "besides", "discussion", "lock", "proposal", "suspended_from", "suspended_at", "archive_at"}
    assert shared <= {"p", "s"} | dates | rules | course | nobody, "public, or of few values"


def _found(memory: Memory, petition: str) -> Petition:
    found = memory.petitions[petition]
    assert found is not None
    return found


async def test_stored_documents_of_two_petitions_have_nothing_in_common(memory: Memory) -> None:
    """`signed` is keyed by the person on purpose, and says nothing of a petition; all else must not repeat."""
    one, other = await crowd(memory)
    decisions = [each for (topic, _), each in memory.decided.items() if "signatures" in topic]
    decisions.sort(key=lambda each: (each.partition, each.event.sequence or 0))
    projection = next(each for each in projections(KEYRING.open_owner) if each.name == "signatures")
    store = project(projection, decisions, [1])
    by_petition = {
        petition: [each for each in store.all("signatures") if each["petition"] == petition]
        for petition in (one, other)
    }
    for number in range(PEOPLE):
        mine = [
            next(each for each in documents if each.get("signer") == KEYRING.pseudonym(petition, person(number).id))
            for petition, documents in by_petition.items()
        ]
        shared = {name for name in mine[0].keys() & mine[1].keys() if mine[0][name] == mine[1][name]}
        assert shared <= {"decision", "code", "region", "listed", "at"}
    entries = store.all("signed")
    assert len(entries) == 2 * PEOPLE
    told = [set(strings(each["note"])) for each in entries]
    assert all(one not in each and other not in each for each in told)


async def test_pseudonyms_sort_in_no_common_order(memory: Memory) -> None:
    """People in the order of their pseudonyms on one petition stand in no order on the other."""
    ranks = []
    for petition in ("petition-one", "petition-two"):
        marks = {number: KEYRING.pseudonym(petition, person(number).id) for number in range(400)}
        ordered = sorted(marks, key=marks.__getitem__)
        ranks.append({number: rank for rank, number in enumerate(ordered)})
    n = len(ranks[0])
    distance = sum((ranks[0][each] - ranks[1][each]) ** 2 for each in range(n))
    correlation = 1 - 6 * distance / (n * (n * n - 1))
    assert abs(correlation) < 0.2, "four standard deviations of rank correlation without any order"


async def test_the_partition_of_a_signature_does_not_follow_the_person(memory: Memory) -> None:
    """Somebody's signatures are spread over partitions by pseudonym: the place tells no more than chance."""
    one, other = await crowd(memory)
    places = []
    for petition in (one, other):
        found = {
            str(getattr(sent.request.data, "signer", "")): sent.record.partition
            for sent in memory.sent
            if sent.request.event.subject == petition
        }
        places.append([found[KEYRING.pseudonym(petition, person(number).id)] for number in range(PEOPLE)])
    same = sum(here == there for here, there in zip(*places, strict=True))
    assert same < PEOPLE / 2
