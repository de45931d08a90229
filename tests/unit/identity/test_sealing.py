"""Pseudonyms that cannot be joined, and text that only its key opens."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.identity.sealing import Box, Keyring, PersonKey, UnsealError

KEYRING, OTHER = Keyring(b"k" * 32), Keyring(b"o" * 32)
BOX = Box(b"b" * 32)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PEOPLE = [f"https://issuer.example|person-{number}" for number in range(20)]
PETITIONS = [f"petition-{number}" for number in range(20)]


def test_a_pseudonym_is_stable_and_its_own_for_each_person_and_petition() -> None:
    found = {(petition, who): KEYRING.pseudonym(petition, who) for petition in PETITIONS for who in PEOPLE}

    assert len(set(found.values())) == len(found)
    again = Keyring(b"k" * 32)
    assert all(again.pseudonym(petition, who) == name for (petition, who), name in found.items())
    # Stored states are keyed by it: it must be the same in every version of this program.
    assert KEYRING.pseudonym("petition", "person") == "U-M5KmOu1_BKC3laNZwMxg"


def test_pseudonyms_of_another_installation_are_others() -> None:
    assert KEYRING.pseudonym("p", PEOPLE[0]) != OTHER.pseudonym("p", PEOPLE[0])
    assert KEYRING.index(PEOPLE[0]) != OTHER.index(PEOPLE[0])


def test_a_pseudonym_says_nothing_of_what_it_is_made_of() -> None:
    found = KEYRING.pseudonym("petition-1", PEOPLE[1])

    assert len(base64.urlsafe_b64decode(found + "==")) == 16
    assert found != KEYRING.pseudonym(PEOPLE[1], "petition-1")
    index = base64.urlsafe_b64encode(KEYRING.index(PEOPLE[1])).rstrip(b"=").decode()
    assert index not in {KEYRING.pseudonym(petition, PEOPLE[1]) for petition in PETITIONS}


@given(st.text(), st.text(), st.text(), st.text())
def test_two_subjects_or_people_never_meet(subject: str, person: str, other_subject: str, other: str) -> None:
    same = (subject, person) == (other_subject, other)

    assert (encodable(subject, person) == encodable(other_subject, other)) is same


def encodable(subject: str, person: str) -> str:
    clean = [part.encode("utf-8", "surrogatepass").hex() for part in (subject, person)]
    return KEYRING.pseudonym(*clean)


def test_an_owner_is_sealed_differently_each_time_and_opens_to_the_index() -> None:
    index = KEYRING.index(PEOPLE[0])
    sealed = [KEYRING.seal_owner(index) for _ in range(50)]

    assert len(set(sealed)) == 50
    assert {KEYRING.open_owner(each) for each in sealed} == {index}
    # Not even their beginnings or ends meet: nothing but the key joins them.
    assert len({each[:8] for each in sealed}) == len({each[-8:] for each in sealed}) == 50
    with pytest.raises(UnsealError):
        OTHER.open_owner(sealed[0])


@given(
    text=st.text(st.characters(exclude_categories=["Cs"])), context=st.text(st.characters(exclude_categories=["Cs"]))
)
def test_what_is_sealed_opens_with_key_and_context(text: str, context: str) -> None:
    sealed = BOX.seal(text, context)

    assert BOX.open(sealed, context) == text
    assert BOX.seal(text, context) != sealed
    assert sealed.isascii()
    with pytest.raises(UnsealError):
        BOX.open(sealed, context + "x")
    with pytest.raises(UnsealError):
        Box(b"x" * 32).open(sealed, context)


SEALED = BOX.seal("given and family name", "petition")


@pytest.mark.parametrize("place", range(0, len(SEALED) - 1, 3))
def test_a_changed_letter_does_not_open(place: int) -> None:
    other = "A" if SEALED[place] != "A" else "B"

    with pytest.raises(UnsealError):
        BOX.open(SEALED[:place] + other + SEALED[place + 1 :], "petition")


@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[:8],
        lambda sealed: sealed + "AAAA",
        lambda sealed: sealed + "A",
        lambda sealed: sealed[:9] + "!" + sealed[9:],
        lambda sealed: sealed[:9] + "\n" + sealed[9:],
        lambda sealed: sealed[:5] + "ё" + sealed[5:],
        lambda _: "",
        lambda _: "not sealed",
    ],
)
def test_what_is_not_sealed_text_does_not_open(change: Callable[[str], str]) -> None:
    for opens in (lambda text: BOX.open(text, "petition"), KEYRING.open_owner):
        with pytest.raises(UnsealError):
            opens(change(SEALED))


def test_a_persons_key_is_random_and_bound_to_its_person() -> None:
    assert len({PersonKey.generate() for _ in range(20)}) == 20
    key, (index, other) = PersonKey.generate(), (KEYRING.index(who) for who in PEOPLE[:2])
    wrapped = KEYRING.wrap(index, key)

    assert key not in wrapped
    assert KEYRING.unwrap(index, wrapped).open(PersonKey(key).seal("text")) == "text"
    for keyring, whose, what in (
        (KEYRING, other, wrapped),
        (OTHER, index, wrapped),
        (KEYRING, index, wrapped[:-1]),
        (KEYRING, index, b""),
    ):
        with pytest.raises(UnsealError):
            keyring.unwrap(whose, what)


def test_entries_are_named_by_the_persons_key_alone() -> None:
    one, other = PersonKey(b"1" * 32), PersonKey(b"2" * 32)
    names = {key.entry(petition) for key in (one, other) for petition in PETITIONS}

    assert len(names) == 2 * len(PETITIONS)
    assert one.entry("petition-1") == PersonKey(b"1" * 32).entry("petition-1")
    assert all(len(base64.urlsafe_b64decode(name + "==")) == 16 for name in names)


def test_what_is_sealed_for_one_purpose_is_not_opened_for_another() -> None:
    sealed = KEYRING.box("one").seal("text")

    assert KEYRING.box("one").open(sealed) == "text"
    for box in (KEYRING.box("other"), OTHER.box("one")):
        with pytest.raises(UnsealError):
            box.open(sealed)
