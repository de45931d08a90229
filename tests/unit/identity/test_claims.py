"""Claims of many kinds of issuers become the same Person; what cannot be read is unknown, never guessed."""

from datetime import date
from typing import Any

import pytest

from kenes.identity.claims import person_from_claims
from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.person import Assurance, Person
from kenes.identity.settings import ClaimMap

ISSUER = "https://id.example"


def read(claims: dict[str, Any], where: ClaimMap | None = None) -> Person:
    return person_from_claims(ISSUER, {"sub": "42", **claims}, where or ClaimMap())


def test_standard_claims() -> None:
    found = read(
        {
            "given_name": "Aigerim",
            "family_name": "Serikkyzy",
            "birthdate": "1990-05-17",
            "region": "KZ-75",
            "acr": "substantial",
            "citizen": True,
        }
    )
    assert found == Person(
        ISSUER, "42", "Aigerim", "Serikkyzy", date(1990, 5, 17), "KZ-75", Assurance.SUBSTANTIAL, True, frozenset()
    )


def test_claims_of_another_issuer_are_found_by_dotted_path_and_mapped() -> None:
    where = ClaimMap.model_validate(
        {
            "person": "iin_hash",
            "region": "address.region",
            "region_values": {"Алматы": "KZ-75"},
            "assurance": "https://gov.example/level",
            "assurance_values": {"3": "high"},
            "citizen": "nationality",
            "citizen_values": ["kz"],
            "roles": "realm_access.roles",
            "role_values": {"petition-moderator": "moderator"},
        }
    )
    found = read(
        {
            "iin_hash": "abc",
            "address": {"region": "Алматы"},
            "https://gov.example/level": 3,
            "nationality": "KZ",
            "realm_access": {"roles": ["petition-moderator", "admin"]},
        },
        where,
    )
    assert (found.subject, found.region, found.assurance, found.citizen) == ("abc", "KZ-75", Assurance.HIGH, True)
    assert found.roles == {"moderator"}


@pytest.mark.parametrize("address", [None, "KZ-75", ["KZ-75"], {}, {"region": None}])
def test_a_path_that_ends_early_finds_nothing(address: object) -> None:
    assert read({"address": address}, ClaimMap(region="address.region")).region is None


def test_a_role_that_is_not_listed_is_not_granted() -> None:
    assert read({"roles": ["operator"]}).roles == frozenset()


@pytest.mark.parametrize("roles", ["a b", ["a", "b"], ["a", "b", "c", 7, None]])
def test_roles_come_as_list_or_as_one_string(roles: object) -> None:
    assert read({"roles": roles}, ClaimMap(role_values={"a": "a", "b": "b"})).roles == {"a", "b"}


@pytest.mark.parametrize(
    "value", [None, "", "1990", "0000-05-17", "0001-01-01", "1990-02-30", "19900517", 19900517, "1990-W05-1", []]
)
def test_an_unreadable_birth_date_is_unknown(value: object) -> None:
    assert read({"birthdate": value}).birth_date is None


@pytest.mark.parametrize("value", [None, "", "Almaty", "KZ75", "kz-75", "KZ-٧٥", ["KZ-75"], {"code": "KZ-75"}])
def test_a_value_that_is_no_region_code_is_no_region(value: object) -> None:
    assert read({"region": value}).region is None


@pytest.mark.parametrize("value", [None, "", "urn:unknown", 9, True, ["high"], {"high": 1}])
def test_unknown_assurance_is_low(value: object) -> None:
    assert read({"acr": value}).assurance is Assurance.LOW


@pytest.mark.parametrize(
    ("value", "default", "citizen"),
    [(True, False, True), ("true", False, True), (False, True, False), ("no", True, False), (None, True, True)],
)
def test_citizenship_and_its_default(value: object, default: bool, citizen: bool) -> None:
    assert read({"citizen": value}, ClaimMap(citizen_default=default)).citizen is citizen


@pytest.mark.parametrize("told", ["KZ", "kz", "Kz"])
def test_citizenship_is_compared_in_any_case(told: str) -> None:
    where = ClaimMap.model_validate({"citizen": "nationality", "citizen_values": ["KZ"]})
    assert read({"nationality": told}, where).citizen
    assert not read({"nationality": "FR"}, where).citizen


@pytest.mark.parametrize("value", [None, "", "  ", True, ["42"], "x" * 256, "a\nb"])
def test_a_token_that_names_nobody_is_refused(value: object) -> None:
    with pytest.raises(TokenRefusedError) as refusal:
        read({"sub": value})
    assert refusal.value.reason is Reason.CLAIMS_MISSING


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        ({"name": "Aigerim Serikkyzy"}, ("Aigerim", "Serikkyzy")),
        ({"name": "Aigerim"}, ("Aigerim", "")),
        ({"name": "A B C"}, ("A", "C")),
        ({"name": "Other", "given_name": "Aigerim"}, ("Aigerim", "")),
        ({"given_name": "Ai\u202egerim\n  X"}, ("Ai gerim X", "")),
        ({"given_name": ["a"], "family_name": {}}, ("", "")),
    ],
)
def test_names_are_one_line_of_printable_text(claims: dict[str, Any], names: tuple[str, str]) -> None:
    found = read(claims)
    assert (found.given_name, found.family_name) == names


def test_a_very_long_name_is_cut() -> None:
    assert len(read({"given_name": "x" * 5000}).given_name) == 100
