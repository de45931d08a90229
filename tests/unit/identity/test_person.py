"""What a person is, what of them is public, and that logs never show them."""

from datetime import date

import pytest

from kenes.identity.person import Assurance, Person


def person(**changes: object) -> Person:
    values: dict[str, object] = {
        "issuer": "https://id.example",
        "subject": "42",
        "given_name": "Aigerim",
        "family_name": "Serikkyzy",
        "birth_date": date(2000, 2, 29),
        "region": "KZ-75",
        "assurance": Assurance.HIGH,
        "citizen": True,
        "roles": frozenset({"citizen", "moderator"}),
        **changes,
    }
    return Person(**values)  # type: ignore[arg-type]


def test_id_joins_issuer_and_subject() -> None:
    assert person().id == "https://id.example|42"


@pytest.mark.parametrize(
    ("given", "family", "public"),
    [
        ("Aigerim", "Serikkyzy", "Aigerim S."),
        ("Әсел", "әшімова", "Әсел Ә."),
        ("Aigerim", "", "Aigerim"),
        ("", "Serikkyzy", "S."),
        ("", "", ""),
    ],
)
def test_public_name_hides_the_surname(given: str, family: str, public: str) -> None:
    assert person(given_name=given, family_name=family).public_name == public


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2018, 2, 28), 17),
        (date(2018, 3, 1), 18),
        (date(2020, 2, 28), 19),
        (date(2020, 2, 29), 20),
    ],
)
def test_age_counts_full_years_also_for_a_leap_day(day: date, age: int) -> None:
    assert person().age_on(day) == age


def test_age_is_unknown_without_a_birth_date() -> None:
    assert person(birth_date=None).age_on(date(2026, 1, 1)) is None


@pytest.mark.parametrize("changes", [{}, {"birth_date": None, "region": None, "roles": frozenset()}])
def test_a_session_gives_back_the_same_person(changes: dict[str, object]) -> None:
    assert Person.from_dict(person(**changes).as_dict()) == person(**changes)


@pytest.mark.parametrize("form", [repr, str, "{}".format])
def test_no_text_form_tells_who_it_is(form: object) -> None:
    text = form(person())  # type: ignore[operator]
    for secret in ("42", "id.example", "Aigerim", "Serik", "2000", "KZ-75"):
        assert secret not in text
