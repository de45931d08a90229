"""Names made of polis's numbers: always the same, never shared, and the number can be read again."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from kenes.identity.sealing import Keyring
from services.consultations.polis import PolisNames

NUMBERS = st.integers(0, 10**18 - 1).map(str)


@given(NUMBERS, st.uuids())
def test_a_number_is_read_again_from_its_names(number: str, consultation: UUID) -> None:
    names = PolisNames(str(consultation))
    assert names.number_of_comment(names.comment(number)) == number
    assert names.number_of_person(names.person(number)) == number
    assert UUID(names.comment(number)).version == 8


@given(NUMBERS, st.uuids(), st.uuids())
def test_names_of_two_consultations_differ(number: str, one: UUID, two: UUID) -> None:
    if one == two:
        return
    names, others = PolisNames(str(one)), PolisNames(str(two))
    assert names.comment(number) != others.comment(number)
    assert others.number_of_comment(names.comment(number)) is None
    assert others.number_of_person(names.person(number)) is None


@given(st.text(max_size=40))
def test_what_was_not_imported_has_no_number(name: str) -> None:
    names = PolisNames("00000000-0000-0000-0000-000000000000")
    assert names.number_of_comment(name) is None
    assert names.number_of_person(name) is None


def test_names_of_people_and_comments_made_here_have_no_number() -> None:
    names = PolisNames(str(uuid4()))
    assert names.number_of_comment(str(uuid4())) is None
    assert names.number_of_person(Keyring(b"k" * 32).pseudonym(names.consultation, "issuer|aigerim")) is None


def test_a_pseudonym_has_the_shape_of_everybodys() -> None:
    assert len(PolisNames("c").person("7")) == len(Keyring(b"k" * 32).pseudonym("c", "issuer|aigerim"))
