"""Rule packs: data with a source and dates, refused with file, line and reason where it is wrong."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretBytes

from kenes.home import HOME_ZONE
from kenes.rules.loading import RulePackError
from kenes.setting_files import SettingError
from schemas.packs import WhoMay
from schemas.petitions.v1 import Assurance, Eligibility, RulePackRef
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack, RulePacks, refusal_of
from services.petitions.rule_packs import load_rule_packs
from services.petitions.service import Petitions

SHIPPED = Path("services/petitions/rule_packs")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SURE = {"certainty": "H", "source": "the law itself"}

SMALL = """\
id = "xx-town"
version = "1"
jurisdiction = "XX"
level = "region"
body = "xx-council"
effective_from = 2025-01-01
calendar = "kk"

[dates]
certainty = "H"
source = "the by-law of the town"

[name]
kk = "Қала"
ru = "Город"
en = "Town"

[addressee]
kk = "Кеңес"
ru = "Совет"
en = "Council"

[[thresholds]]
signatures = 7
effect = "response"
certainty = "H"
source = '''
the by-law of the town,
section 3'''
answer = { days = 10, certainty = "H", source = "the by-law of the town" }

[window]
months = 6
certainty = "L"
source = "the by-law of the town"

[signer]
minimum_age = 18
assurance = "high"
citizen = true
certainty = "M"
source = "the by-law of the town"

[author]
minimum_age = 18
assurance = "high"
citizen = true
certainty = "M"
source = "the by-law of the town"
"""
UNIT = '\n[[units]]\ncode = "XX-1"\nname = { kk = "А", ru = "А", en = "A" }\ncertainty = "H"\nsource = "census"\n'
PEOPLE = "population = 101\ncounted_on = 2024-01-01\n"
ADDRESSEE_OF_UNIT = """\
[addressee_of_unit]
kk = '{unit} әкімдігі'
ru = 'Акимат'
en = 'Akimat of {unit}'

[signer]"""
DISCUSSION = """\
[discussion]
least = {{ {least} }}
certainty = "L"
source = "by-law"

[discussion.most]
months = 12
certainty = "L"
source = "by-law"

[signer]"""
SPREAD = """\
[thresholds.spread]
units = 2
certainty = "L"
source = "by-law"

[thresholds.spread.minimum]
DE = 3
at = 3

[window]"""


LANGUAGES = """\
[texts]
languages = ["kk", "kk"]
certainty = "L"
source = "by-law"

[signer]"""
EARLY = """\
[early]
signatures = {signatures}
within = {{ months = {months} }}
certainty = "L"
source = "by-law"

[signer]"""


def organisers(among: str, by: str = "country") -> str:
    return f"""\
[organisers]
minimum = 2
different = 2
by = "{by}"
among = [{among}]
certainty = "L"
source = "by-law"

[signer]"""


def folder_of(folder: Path, *packs: str, **lists: str) -> Path:
    for number, pack in enumerate(packs):
        (folder / f"{number}.toml").write_text(pack, encoding="utf-8")
    for name, content in lists.items():
        (folder / name).mkdir()
        (folder / name / "some.toml").write_text(content, encoding="utf-8")
    return folder


def version(name: str, start: str, end: str | None = None) -> str:
    dates = f"effective_from = {start}" + ("" if end is None else f"\neffective_to = {end}")
    return SMALL.replace('version = "1"', f'version = "{name}"').replace("effective_from = 2025-01-01", dates)


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.fixture(scope="module")
def shipped() -> RulePacks:
    return load_rule_packs(SHIPPED)


# --- what is shipped -----------------------------------------------------------------------------------------------

# By id: what brings which effect about, the term of the answer, the grade; the window and its grade.
FIGURES: dict[str, tuple[list[tuple[str, str, str, str]], str, str]] = {
    "kz-republic": ([("50000", "consideration", "40 working_days", "M")], "6 months", "L"),
    "kz-region-akimat": ([("1 %", "consideration", "20 days", "M")], "6 months", "L"),
    "kz-region-maslikhat": ([("2 %", "consideration", "20 days", "M")], "6 months", "L"),
    "kz-district-large-akimat": ([("2500", "consideration", "20 days", "M")], "6 months", "L"),
    "kz-district-large-maslikhat": ([("5000", "consideration", "20 days", "M")], "6 months", "L"),
    "kz-district-small-akimat": ([("5 %", "consideration", "20 days", "L")], "6 months", "L"),
    "kz-district-small-maslikhat": ([("10 %", "consideration", "20 days", "L")], "6 months", "L"),
    "uk-parliament": ([("10000", "response", "1 months", "M"), ("100000", "debate", "6 months", "M")], "6 months", "M"),
    "fi-citizens-initiative": ([("50000", "parliament", "12 months", "M")], "6 months", "M"),
    "ee-rahvaalgatus": ([("1000", "parliament", "6 months", "M")], "18 months", "M"),
    "eu-initiative": ([("1000000", "hearing", "6 months", "M")], "12 months", "M"),
    "de-bundestag": ([("30000", "hearing", "12 months", "M")], "6 weeks", "M"),
}
KAZAKH = [name for name in FIGURES if name.startswith("kz-")]


def said(term: Any) -> str:
    units = ("working_days", "days", "weeks", "months")
    return next(f"{getattr(term, unit)} {unit}" for unit in units if getattr(term, unit) is not None)


def test_these_packs_are_shipped(shipped: RulePacks) -> None:
    assert {pack.id for pack in shipped.all_in_force(NOW)} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_a_shipped_pack_says_what_the_law_says(shipped: RulePacks, name: str) -> None:
    pack = shipped.in_force(name, NOW)
    thresholds, window, grade = FIGURES[name]

    assert [
        (
            str(each.signatures) if each.percent is None else f"{each.percent} %",
            each.effect,
            said(each.answer),
            each.certainty,
        )
        for each in pack.thresholds
    ] == thresholds
    assert (said(pack.window), pack.window.certainty) == (window, grade)
    assert pack.archive is not None, "an answered petition is put away some day"


@pytest.mark.parametrize("name", KAZAKH)
def test_before_publication_in_kazakhstan(shipped: RulePacks, name: str) -> None:
    pack = shipped.in_force(name, NOW)
    assert pack.supporters is not None
    assert (pack.supporters.needed, said(pack.supporters.within), pack.supporters.certainty) == (
        50,
        "10 working_days",
        "M",
    )
    assert pack.moderation is not None
    assert (said(pack.moderation.within), pack.moderation.certainty) == ("10 working_days", "M")
    assert (pack.signer.minimum_age, pack.signer.assurance, pack.signer.citizen) == (18, Assurance.HIGH, True)
    assert pack.calendar == "kk"


@pytest.mark.parametrize(
    ("name", "age", "assurance", "citizen"),
    [
        ("uk-parliament", 0, "email", False),
        ("fi-citizens-initiative", 18, "substantial", True),
        ("ee-rahvaalgatus", 16, "high", False),
        ("eu-initiative", 18, "substantial", True),
        ("de-bundestag", 0, "email", False),
    ],
)
def test_who_may_sign_abroad(shipped: RulePacks, name: str, age: int, assurance: str, citizen: bool) -> None:
    who = shipped.in_force(name, NOW).signer
    assert (who.minimum_age, who.assurance, who.citizen) == (age, assurance, citizen)


def test_what_else_is_asked_abroad(shipped: RulePacks) -> None:
    uk = shipped.in_force("uk-parliament", NOW)
    assert uk.supporters is not None
    assert uk.supporters.needed == 5
    early = shipped.in_force("fi-citizens-initiative", NOW).early
    assert early is not None
    assert (early.signatures, said(early.within)) == (50, "1 months")
    assert shipped.in_force("de-bundestag", NOW).moderation is not None


def test_what_comes_before_a_collection_abroad(shipped: RulePacks) -> None:
    estonia, europe = shipped.in_force("ee-rahvaalgatus", NOW), shipped.in_force("eu-initiative", NOW)
    assert estonia.discussion is not None
    assert (estonia.discussion.least.days, estonia.discussion.certainty) == (3, "M")
    assert europe.organisers is not None
    assert (europe.organisers.minimum, europe.organisers.different, europe.organisers.by) == (7, 7, "country")
    spread = europe.threshold("hearing").spread
    assert spread is not None
    assert set(europe.organisers.among) == set(spread.minimum), "the same states as those of the signatures"
    others = [each.id for each in shipped.all_in_force(NOW) if each.discussion or each.organisers]
    assert others == ["ee-rahvaalgatus", "eu-initiative"]


def test_the_european_initiative_is_spread_over_seven_states(shipped: RulePacks) -> None:
    spread = shipped.in_force("eu-initiative", NOW).threshold("hearing").spread
    assert spread is not None
    assert spread.units == 7
    assert len(spread.minimum) == 27
    # The seats of 2024 times 720: the sum of all is 720 squared.
    assert sum(spread.minimum.values()) == 720 * 720
    assert (spread.minimum["DE"], spread.minimum["FR"], spread.minimum["MT"]) == (69_120, 58_320, 4_320)


OLD = {
    "constitutional-and-state-system", "borders", "administrative-division", "languages", "elections-and-referendums",
    "courts", "prosecution", "special-services", "state-secrets", "president", "parliament-chambers", "defence",
    "amnesty-and-pardon", "national-security", "dismissal-of-officials",
}  # fmt: skip
ADDED = {
    "public-morality", "defamation", "inter-ethnic-and-inter-faith-accord", "propaganda-of-war-or-violence", "drugs",
}  # fmt: skip


@pytest.mark.parametrize(
    ("on", "ref", "subjects"),
    [
        (datetime(2024, 4, 4, tzinfo=UTC), "2024-04-04", OLD),
        (datetime(2026, 3, 1, tzinfo=UTC), "2024-04-04", OLD),
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02", OLD | ADDED),
        (NOW, "2026-03-02", OLD | ADDED),
    ],
)
def test_the_list_of_prohibited_subjects_grew(shipped: RulePacks, on: datetime, ref: str, subjects: set[str]) -> None:
    pack = shipped.in_force("kz-republic", on)
    assert pack.version == ref
    assert {subject.code for subject in pack.prohibited} == subjects
    assert {subject.certainty for subject in pack.prohibited} == {"M"}
    assert all("Code" in subject.law["en"] for subject in pack.prohibited)


def test_no_pack_was_in_force_before_the_law(shipped: RulePacks) -> None:
    with pytest.raises(LookupError):
        shipped.in_force("kz-republic", datetime(2024, 4, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "unit", "needed"),
    [
        ("kz-region-akimat", "KZ-62", 2_214),  # 1 % of 221,395
        ("kz-region-maslikhat", "KZ-62", 4_428),
        ("kz-region-akimat", "KZ-75", 23_515),  # 1 % of 2,351,424
        ("kz-region-maslikhat", "KZ-71", 32_985),  # 2 % of 1,649,242
        ("kz-region-akimat", "KZ-79", 12_983),  # 1 % of 1,298,279
        ("kz-district-small-akimat", "KZ-101800", 492),  # 5 % of 9,822
        ("kz-district-small-maslikhat", "KZ-101800", 983),
        ("kz-district-large-akimat", "KZ-632400", 2_500),  # Ridder, 50,022 people
        ("kz-district-large-maslikhat", "KZ-103200", 5_000),  # nobody's count is at hand
    ],
)
def test_signatures_needed_in_a_unit(shipped: RulePacks, name: str, unit: str, needed: int) -> None:
    assert [goal.signatures for goal in shipped.in_force(name, NOW).goals(unit)] == [needed]


def test_units_are_where_they_belong(shipped: RulePacks) -> None:
    regions, large, small = (
        shipped.in_force(name, NOW).units
        for name in ("kz-region-akimat", "kz-district-large-akimat", "kz-district-small-akimat")
    )
    assert len(regions) == 20
    assert sum(unit.population or 0 for unit in regions) == 19_765_004 + sum(
        new - old for new, old in ((2_351_424, 2_161_695), (1_649_242, 1_354_435), (1_298_279, 1_191_877))
    ), "the table of 2023 with the three cities as of 2026"
    assert all(unit.population is None or unit.population > 50_000 for unit in large)
    assert all(unit.population is not None and unit.population <= 50_000 for unit in small)
    assert not {unit.code for unit in large} & {unit.code for unit in small}
    assert len(large) + len(small) == 206, "224 less the 18 districts inside the three cities"
    assert len({unit.name["ru"] for unit in large}) == len(large), "no two units look the same"


def test_a_pinned_petition_keeps_its_version(tmp_path: Path) -> None:
    packs = load_rule_packs(folder_of(tmp_path, version("a", "2024-01-01", "2024-12-31"), version("b", "2025-01-01")))

    assert packs.pinned(RulePackRef(id="xx-town", version="a")).version == "a"
    with pytest.raises(KeyError):
        packs.pinned(RulePackRef(id="xx-town", version="z"))


# --- what is refused -----------------------------------------------------------------------------------------------

Change = Callable[[str], str]
ANSWER = 'answer = { days = 10, certainty = "H", source = "the by-law of the town" }\n'


def swap(old: str, new: str) -> Change:
    assert SMALL.count(old) >= 1
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("change", "at", "place"),
    [
        (swap("signatures = 7", "signatures = 0"), "signatures = 0", "thresholds.0.signatures"),
        (swap("signatures = 7", 'signatures = "7"'), 'signatures = "7"', "thresholds.0.signatures"),
        (swap("signatures = 7", "signatures = 7.0"), "signatures = 7.0", "thresholds.0.signatures"),
        (swap("signatures = 7", "signatures = 7\npercent = 5"), "[[thresholds]]", "thresholds.0: name either"),
        (swap("signatures = 7", "percent = 5"), "percent = 5", "thresholds.0.percent: needs the populations of units"),
        (swap('effect = "response"', 'effect = "riot"'), 'effect = "riot"', "thresholds.0.effect"),
        (swap('"1"', "2025-01-01"), "version", "version: texts go in quotes"),
        (swap('en = "Town"', "en = 10:00:00"), "en = 10", "name.en: texts go in quotes"),
        (swap("2025-01-01", '"2025-01-01"'), "effective_from", "effective_from: texts go in quotes, and only they"),
        (
            lambda text: text.replace("signatures = 7", 'percent = "5"') + UNIT + PEOPLE,
            "percent",
            "thresholds.0.percent: texts go in quotes, and only they",
        ),
        (
            lambda text: text + UNIT + PEOPLE.replace("2024-01-01", '"2024-01-01"'),
            "counted_on",
            "units.0.counted_on: texts go in quotes, and only they",
        ),
        (swap("months = 6", "months = 61"), "months = 61", "window.months"),
        (swap("months = 6", 'months = "six"'), 'months = "six"', "window.months"),
        (swap("months = 6", "months = 6\nweeks = 2"), "[window]", "window: name exactly one of"),
        (swap('certainty = "L"', 'certainty = "X"'), 'certainty = "X"', "window.certainty"),
        (swap('certainty = "L"\nsource = "the by-law of the town"', 'certainty = "L"'), "[window]", "window.source"),
        (swap("section 3'''", "section 3'''\ncolour = 1"), "colour", "thresholds.0.colour"),
        (swap("source = '''\nthe by-law of the town,\nsection 3'''\n", ""), "[[thresholds]]", "thresholds.0.source"),
        (swap("source = '''\nthe by-law of the town,\nsection 3'''", "source = '''\nx'''"), "source = '''", "source"),
        (swap(ANSWER, ""), "[[thresholds]]", "thresholds.0.answer: Field required"),
        (swap("days = 10", "days = 0"), "answer = {", "thresholds.0.answer.days"),
        (swap('assurance = "high"', 'assurance = "total"'), 'assurance = "total"', "signer.assurance"),
        (swap("citizen = true", "citizen = 1"), "citizen = 1", "signer.citizen"),
        (swap("minimum_age = 18", "minimum_age = 180"), "minimum_age = 180", "signer.minimum_age"),
        (swap('en = "Town"', ""), "[name]", "name: not said in en"),
        (swap('calendar = "kk"', ""), "id", "calendar: Field required"),
        (swap('calendar = "kk"', 'calendar = "zz"'), 'calendar = "zz"', "calendar: unknown calendar 'zz'"),
        (swap('calendar = "kk"', 'calendar = "kk"\ncolour = "red"'), "colour", "colour: Extra inputs"),
        (swap('calendar = "kk"', 'calendar = "kk"\nunits = "no"'), "units", "units: there is no list 'no'"),
        (swap("effective_from = 2025-01-01", 'effective_from = "soon"'), "effective_from", "effective_from"),
        (
            swap("effective_from = 2025-01-01", "effective_from = 2025-01-01\neffective_to = 2024-01-01"),
            "effective_to",
            "effective_to: comes before",
        ),
        (swap("[signer]", organisers('"AT", "BE", "AT"')), "among", "organisers.among.2: AT is there twice"),
        (
            swap("[signer]", organisers('"AT", "DE-BY"', by="country")),
            "among",
            "organisers.among.1: DE-BY is no country",
        ),
        (swap("[signer]", organisers('"DE-BY", "AT"', by="region")), "among", "organisers.among.1: AT is no region"),
        (swap("[signer]", LANGUAGES), "languages", "texts.languages.1: kk is there twice"),
        (
            swap("[signer]", EARLY.format(signatures=8, months=1)),
            "signatures = 8",
            "early.signatures: a threshold asks",
        ),
        (swap("[signer]", EARLY.format(signatures=5, months=6)), "within", "early.within: the window may be over"),
        (
            swap("[signer]", DISCUSSION.format(least="months = 24")),
            "[discussion.most]",
            "discussion.most: the discussion",
        ),
        (
            swap("[signer]", DISCUSSION.format(least="days = 366")),
            "[discussion.most]",
            "discussion.most: the discussion",
        ),
        (
            swap("[signer]", DISCUSSION.format(least="working_days = 250")),
            "[discussion.most]",
            "discussion.most: the discussion",
        ),
        (swap("[window]", SPREAD), "at = 3", "thresholds.0.spread.minimum.at"),
        (swap("[signer]", ADDRESSEE_OF_UNIT), "ru = 'Акимат'", "addressee_of_unit.ru: lacks {unit}"),
        (lambda text: text + UNIT + PEOPLE + UNIT + PEOPLE, 'source = "census"', "units.1: XX-1 is there twice"),
    ],
)
def test_a_wrong_pack_is_refused_with_file_line_and_reason(tmp_path: Path, change: Change, at: str, place: str) -> None:
    text = change(SMALL)
    line = text.rindex("[[units]]") if "units.1" in place else text.index(at)
    where = f"0.toml:{text[:line].count(chr(10)) + 1}: "

    with pytest.raises(RulePackError, match=re.escape(where) + ".*" + re.escape(place)):
        load_rule_packs(folder_of(tmp_path, text))


def test_a_process_with_a_wrong_pack_ends_before_it_starts_and_says_where(tmp_path: Path) -> None:
    text = SMALL.replace('calendar = "kk"', 'calendar = "kk"\ncolour = "red"')
    settings: Any = SimpleNamespace(master_key=SecretBytes(b"k" * 32), petitions_rule_packs=folder_of(tmp_path, text))
    where = f"KENES_PETITIONS_RULE_PACKS: {tmp_path}"
    with pytest.raises(SettingError, match=re.escape(where) + rf".*0\.toml:{line_of(text, 'colour')}: colour: Extra"):
        Petitions(settings)


def test_a_share_needs_the_people_of_every_unit(tmp_path: Path) -> None:
    text = SMALL.replace("signatures = 7", "percent = 5") + UNIT
    with pytest.raises(RulePackError, match=rf"0\.toml:{line_of(text, '[[units]]')}: units\.0: XX-1 has no population"):
        load_rule_packs(folder_of(tmp_path, text))


def test_a_wrong_list_is_refused_with_its_own_line(tmp_path: Path) -> None:
    units = '[counts.one]\ncertainty = "H"\nsource = "census"\n\n[[units]]\ncode = "XX-1"\ncount = "two"\n'
    units += 'name = { kk = "А", ru = "А", en = "A" }\n'
    with pytest.raises(RulePackError, match=r"some\.toml:7: units\.0\.count: no count 'two'"):
        load_rule_packs(folder_of(tmp_path, SMALL, units=units))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("id = = 1", r"0\.toml:1: "), ('id = "a"\nb = [\n1,\n', r"0\.toml:2: "), ("a = 1\n\na = 2\n", r"0\.toml:3: ")],
)
def test_what_is_no_toml_is_refused_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(RulePackError, match=reason):
        load_rule_packs(folder_of(tmp_path, text))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'id = "a"\nname = "\xff"')
    with pytest.raises(RulePackError, match=r"latin\.toml:2: not UTF-8"):
        load_rule_packs(tmp_path)


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_folder_without_packs_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(RulePackError, match="no rule packs there"):
        load_rule_packs(tmp_path / folder)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (
            version("a", "2024-01-01", "2024-12-31"),
            version("a", "2025-01-01"),
            "1.toml:2: version: 0.toml is xx-town a",
        ),
        (
            version("a", "2024-01-01"),
            version("b", "2025-01-01"),
            "1.toml:6: effective_from: overlaps version a in 0.toml, in force until further notice",
        ),
        (version("a", "2024-01-01", "2025-01-01"), version("b", "2025-01-01"), "1.toml:6: effective_from: overlaps"),
        (version("b", "2025-01-01"), version("a", "2024-01-01"), "0.toml:6: effective_from: overlaps version a"),
        (
            version("a", "2024-01-01", "2024-12-30"),
            version("b", "2025-01-01"),
            "1.toml:6: effective_from: leaves a gap after version a in 0.toml, in force until 2024-12-30",
        ),
    ],
)
def test_versions_neither_overlap_nor_leave_a_gap(tmp_path: Path, first: str, second: str, reason: str) -> None:
    with pytest.raises(RulePackError, match=re.escape(reason)):
        load_rule_packs(folder_of(tmp_path, first, second))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), "a"),
        (date(2024, 12, 31), "a"),
        (date(2025, 1, 1), "b"),
        (date(2025, 6, 30), "b"),
        (date(2025, 7, 1), "c"),
        (date(2025, 12, 31), "c"),
        (date(2026, 1, 1), None),
    ],
)
@pytest.mark.parametrize("o_clock", [time.min, time.max])
def test_the_version_in_force_is_the_one_of_the_day_where_its_calendar_is_used(
    tmp_path: Path, on: date, expected: str | None, o_clock: time
) -> None:
    at = datetime.combine(on, o_clock, timezone(timedelta(hours=5)))
    versions = [
        version("b", "2025-01-01", "2025-06-30"),
        version("c", "2025-07-01", "2025-12-31"),
        version("a", "2024-01-01", "2024-12-31"),
    ]
    packs = load_rule_packs(folder_of(tmp_path, *versions))

    if expected is None:
        with pytest.raises(LookupError, match="no version of rule pack 'xx-town' is in force at "):
            packs.in_force("xx-town", at)
    else:
        assert packs.in_force("xx-town", at).version == expected


# --- what rules answer ---------------------------------------------------------------------------------------------


def test_an_operator_moves_a_day_of_a_calendar(tmp_path: Path) -> None:
    pack = SMALL.replace("days = 10", "working_days = 1")
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
    moved = (
        '{"calendar": "kk", "days_off": [{"date": "2026-11-23", "reason": "storm", "source": "order of the mayor"}],'
    )
    totals = '"totals": [{"year": 2026, "working_days": 246, "source": "order of the mayor"}]}'
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "kk.json").write_text(moved + totals, encoding="utf-8")

    packs = load_rule_packs(folder_of(tmp_path, pack))
    found = packs.in_force("xx-town", NOW)
    answer = found.threshold("response").answer
    assert answer is not None
    assert packs.ends(answer, friday, found).date() == date(2026, 11, 24)

    (tmp_path / "calendars" / "kk.json").write_text("{", encoding="utf-8")
    with pytest.raises(RulePackError, match=r"0\.toml:7: calendar: calendar file .*kk\.json"):
        load_rule_packs(tmp_path)


def test_another_country_s_calendar_is_data_too(tmp_path: Path) -> None:
    pack = SMALL.replace("days = 10", "working_days = 1").replace('calendar = "kk"', 'calendar = "lv"')
    own = {"calendar": "lv", "country": "LV", "utc_offset_hours": 2, "utc_offset_since": "2000-01-01"}
    (tmp_path / "calendars").mkdir()
    file = tmp_path / "calendars" / "lv.json"
    file.write_text(json.dumps(own), encoding="utf-8")

    packs = load_rule_packs(folder_of(tmp_path, pack))
    found = packs.in_force("xx-town", NOW)
    answer = found.threshold("response").answer
    assert answer is not None
    before_independence_day = datetime(2026, 11, 17, 9, tzinfo=UTC)
    assert packs.ends(answer, before_independence_day, found).date() == date(2026, 11, 19)

    for wrong in ({"calendar": "ee"}, {"country": "QQ"}):
        file.write_text(json.dumps(own | wrong), encoding="utf-8")
        with pytest.raises(RulePackError, match=r"0\.toml:7: calendar: .*lv"):
            load_rule_packs(tmp_path)


def test_a_unit_is_rounded_up_and_known_by_code(tmp_path: Path) -> None:
    text = SMALL.replace("signatures = 7", "percent = 2.5") + UNIT + PEOPLE
    pack = load_rule_packs(folder_of(tmp_path, text)).in_force("xx-town", NOW)

    assert [goal.signatures for goal in pack.goals("XX-1")] == [3], "2.5 % of 101 is 2.525"
    assert pack.role_of_body("XX-1") == "agency:xx-council:XX-1"
    with pytest.raises(ValueError, match="knows no unit 'XX-2'"):
        pack.goals("XX-2")


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
        ((0, "low", False), eligible(age=None), None),
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

    assert refusal_of(rule, person) is expected


@pytest.mark.parametrize(
    ("opened", "months", "closes"),
    [
        ((2026, 1, 15), 6, (2026, 7, 15)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2027, 8, 30), 6, (2028, 2, 29)),
        ((2026, 12, 31), 12, (2027, 12, 31)),
        ((2028, 2, 29), 12, (2029, 2, 28)),
        ((2026, 6, 30), 60, (2031, 6, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(
    shipped: RulePacks, opened: tuple[int, int, int], months: int, closes: tuple[int, int, int]
) -> None:
    pack: RulePack = shipped.in_force("kz-republic", NOW)
    term = pack.window.model_copy(update={"months": months})

    assert shipped.ends(term, datetime(*opened, 13, 5, tzinfo=UTC), pack) == datetime(*closes, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "closes"),
    [
        ((2027, 3, 1, 1), (2027, 9, 1, 1)),
        ((2026, 10, 1, 4), (2027, 4, 1, 4)),
        ((2026, 8, 31, 1), (2027, 2, 28, 1)),
        ((2027, 2, 28, 23), (2027, 8, 28, 23)),
    ],
)
def test_months_are_those_of_where_the_calendar_is_used(
    shipped: RulePacks, opened: tuple[int, int, int, int], closes: tuple[int, int, int, int]
) -> None:
    pack = shipped.in_force("kz-republic", NOW)
    start = datetime(*opened, tzinfo=HOME_ZONE).astimezone(UTC)

    ends = shipped.ends(pack.window, start, pack)

    assert ends == datetime(*closes, tzinfo=HOME_ZONE)
    assert ends.tzinfo is UTC


def test_weeks_and_days_are_counted_from_the_instant(shipped: RulePacks) -> None:
    pack = shipped.in_force("de-bundestag", NOW)
    start = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)

    assert shipped.ends(pack.window, start, pack) == start + timedelta(weeks=6)
