"""Rule packs: data with a source and dates, refused with file, place and reason where it is wrong."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from schemas.petitions.v1 import Assurance, Eligibility, RulePackRef
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack, Threshold, WhoMay, Window
from services.petitions.rule_packs import RulePackError, load_rule_packs

SHIPPED = Path("services/petitions/rule_packs")
REPUBLIC = (SHIPPED / "kz-republic.toml").read_text(encoding="utf-8")
SURE = {"certainty": "H", "source": "the law itself"}


def folder_of(tmp_path: Path, *packs: str) -> Path:
    for number, pack in enumerate(packs):
        (tmp_path / f"{number}.toml").write_text(pack, encoding="utf-8")
    return tmp_path


def version(name: str, start: str, end: str | None = None) -> str:
    pack = REPUBLIC.replace('version = "2024-04-04"', f'version = "{name}"')
    dates = f"effective_from = {start}" + ("" if end is None else f"\neffective_to = {end}")
    return pack.replace("effective_from = 2024-04-04", dates)


def pack(months: int = 6, *thresholds: int) -> RulePack:
    who = WhoMay(minimum_age=18, assurance=Assurance.HIGH, citizen=True, certainty="H", source="the law itself")
    return RulePack(
        id="test",
        version="1",
        jurisdiction="KZ",
        level="republic",
        effective_from=date(2024, 1, 1),
        calendar="kk",
        name={},
        addressee={},
        thresholds=tuple(
            Threshold(signatures=number, effect="answer", certainty="H", source="the law itself")
            for number in thresholds or (10,)
        ),
        window=Window(months=months, certainty="H", source="the law itself"),
        signer=who,
        author=who,
    )


def test_the_shipped_pack_says_what_the_law_says() -> None:
    found = load_rule_packs(SHIPPED).in_force("kz-republic", date(2026, 11, 22))

    assert found.goal == 50_000
    assert found.window.months == 6
    assert found.signer.minimum_age == 18
    assert found.name.keys() == found.addressee.keys() == {"kk", "ru", "en"}
    assert load_rule_packs(SHIPPED).pinned(found.ref) is not found, "each load is its own"


Change = Callable[[str], str]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda text: text.replace("signatures = 50_000", "signatures = 0"), "thresholds.0.signatures"),
        (lambda text: text.replace("months = 6", "months = 61"), "window.months"),
        (lambda text: text.replace("months = 6", 'months = "six"'), "window.months"),
        (lambda text: text.replace('certainty = "L"', 'certainty = "X"'), "window.certainty"),
        (lambda text: text.replace('assurance = "high"', 'assurance = "total"', 1), "signer.assurance"),
        (lambda text: text.replace("minimum_age = 18", "minimum_age = 180", 1), "signer.minimum_age"),
        (lambda text: text.replace('calendar = "kk"', ""), "calendar"),
        (lambda text: text.replace('calendar = "kk"', 'calendar = "kk"\ncolour = "red"'), "colour"),
        (lambda text: text.replace("effective_from = 2024-04-04", 'effective_from = "soon"'), "effective_from"),
        (lambda text: text.replace("[[thresholds]]", "[[threshold]]"), "thresholds"),
    ],
)
def test_a_wrong_pack_is_refused_with_file_and_place(tmp_path: Path, change: Change, place: str) -> None:
    folder = folder_of(tmp_path, change(REPUBLIC))

    with pytest.raises(RulePackError, match=rf"0\.toml: {place}: \w+"):
        load_rule_packs(folder)


def test_what_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match=r"0\.toml: .*line 1"):
        load_rule_packs(folder_of(tmp_path, "id = = 1"))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'id = "\xff"')

    with pytest.raises(RulePackError, match=r"latin\.toml: .*utf-8"):
        load_rule_packs(tmp_path)


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_folder_without_packs_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(RulePackError, match="no rule packs there"):
        load_rule_packs(tmp_path / folder)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (version("a", "2024-01-01"), version("a", "2025-01-01"), "version: both are kz-republic a"),
        (version("a", "2024-01-01"), version("b", "2025-01-01"), "in force on 2025-01-01"),
        (version("a", "2024-01-01", "2025-01-01"), version("b", "2025-01-01"), "in force on 2025-01-01"),
        (version("a", "2025-01-01"), version("b", "2024-01-01"), "in force on 2025-01-01"),
    ],
)
def test_two_versions_for_one_day_are_refused(tmp_path: Path, first: str, second: str, reason: str) -> None:
    with pytest.raises(RulePackError, match=reason):
        load_rule_packs(folder_of(tmp_path, first, second))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), "a"),
        (date(2024, 12, 31), "a"),
        (date(2025, 1, 1), "b"),
        (date(2025, 6, 30), "b"),
        (date(2025, 7, 1), None),
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "c"),
        (date(9999, 12, 31), "c"),
    ],
)
def test_the_version_in_force_is_the_one_of_the_day(tmp_path: Path, on: date, expected: str | None) -> None:
    packs = load_rule_packs(
        folder_of(
            tmp_path,
            version("b", "2025-01-01", "2025-06-30"),
            version("c", "2026-01-01"),
            version("a", "2024-01-01", "2024-12-31"),
        )
    )

    if expected is None:
        with pytest.raises(LookupError, match=f"no version of rule pack 'kz-republic' is in force on {on}"):
            packs.in_force("kz-republic", on)
    else:
        assert packs.in_force("kz-republic", on).version == expected
    with pytest.raises(LookupError):
        packs.in_force("another", on)


def test_a_petition_stays_with_its_pack_after_it_ended(tmp_path: Path) -> None:
    packs = load_rule_packs(folder_of(tmp_path, version("a", "2024-01-01", "2024-12-31"), version("b", "2025-01-01")))

    assert packs.pinned(RulePackRef(id="kz-republic", version="a")).version == "a"
    with pytest.raises(KeyError):
        packs.pinned(RulePackRef(id="kz-republic", version="z"))


@pytest.mark.parametrize(
    ("opened", "months", "closes"),
    [
        ((2026, 1, 15), 6, (2026, 7, 15)),
        ((2026, 7, 1), 6, (2027, 1, 1)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2027, 8, 30), 6, (2028, 2, 29)),
        ((2026, 3, 31), 1, (2026, 4, 30)),
        ((2026, 12, 31), 2, (2027, 2, 28)),
        ((2026, 12, 31), 12, (2027, 12, 31)),
        ((2028, 2, 29), 12, (2029, 2, 28)),
        ((2026, 6, 30), 60, (2031, 6, 30)),
    ],
)
def test_the_window_ends_on_the_same_day_or_the_months_last(
    opened: tuple[int, int, int], months: int, closes: tuple[int, int, int]
) -> None:
    found = pack(months).closes_at(datetime(*opened, 13, 5, tzinfo=UTC))

    assert found == datetime(*closes, 13, 5, tzinfo=UTC)


def test_a_window_past_the_last_year_is_an_error() -> None:
    with pytest.raises(AssertionError):
        pack().closes_at(datetime(9999, 12, 1, tzinfo=UTC))


def test_the_goal_is_the_highest_threshold() -> None:
    assert pack(6, 10_000, 100_000, 5).goal == 100_000


def eligible(**changes: object) -> Eligibility:
    return Eligibility(age=30, region=None, assurance=Assurance.SUBSTANTIAL, citizen=False).model_copy(update=changes)


@pytest.mark.parametrize(
    ("who", "person", "expected"),
    [
        ((18, "low", False), eligible(), None),
        ((18, "low", False), eligible(age=18), None),
        ((18, "low", False), eligible(age=17), Refusal.UNDER_AGE),
        ((18, "low", False), eligible(age=None), Refusal.BIRTH_DATE_MISSING),
        ((0, "low", False), eligible(age=0), None),
        ((0, "low", False), eligible(age=None), Refusal.BIRTH_DATE_MISSING),
        ((18, "substantial", False), eligible(), None),
        ((18, "high", False), eligible(), Refusal.ASSURANCE_TOO_LOW),
        ((18, "substantial", False), eligible(assurance=Assurance.LOW), Refusal.ASSURANCE_TOO_LOW),
        ((18, "low", False), eligible(assurance=Assurance.HIGH), None),
        ((18, "low", True), eligible(), Refusal.NOT_A_CITIZEN),
        ((18, "low", True), eligible(citizen=True), None),
        # The first reason counts: how sure the identity is, before what it says.
        ((18, "high", True), eligible(age=None), Refusal.ASSURANCE_TOO_LOW),
        ((18, "low", True), eligible(age=5), Refusal.NOT_A_CITIZEN),
    ],
)
def test_who_may(who: tuple[int, str, bool], person: Eligibility, expected: Refusal | None) -> None:
    age, assurance, citizen = who
    rule = WhoMay.model_validate({"minimum_age": age, "assurance": assurance, "citizen": citizen, **SURE})

    assert rule.refusal(person) is expected
