"""Which rule decided, on the page: in which version, by whose word; until when it holds; and who must answer."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from click.testing import CliRunner

from kenes.web.i18n import LANGUAGES, Translator
from schemas.petitions.v1 import RulePackRef
from services.petitions.domain.status import Milestone, Status
from services.petitions.live import LiveCounts
from services.petitions.pages.presenter import Presenter
from services.petitions.projection import projections
from services.petitions.rules_command import rules_command
from tests.unit.petitions.pages_support import KEYRING, NOW, PACKS, RULES, Stored, pages, petition
from tests.unit.petitions.test_pages_messages import CATALOGS

ADDRESS = f"/petitions/{petition().id}"
DAY = timedelta(days=1)
PUBLISHED = (
    Milestone(what="created", at=NOW - 12 * DAY),
    Milestone(what="gathering", at=NOW - 11 * DAY, rule="supporters"),
    Milestone(what="published", at=NOW - 9 * DAY, rule="window"),
)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_step_names_its_rule_and_version_and_leads_to_its_source(language: str) -> None:
    told = petition().model_copy(update={"timeline": PUBLISHED})
    async with pages(Stored([told])) as world:
        page = (await world.get(ADDRESS, **{"accept-language": language})).text
    story = page.split('id="story"')[1].split("</ol>")[0]
    links = re.findall(r'<a href="#(rule-[a-z-]+)">([^<]+)</a>', story)
    assert [anchor for anchor, _ in links] == ["rule-author", "rule-supporters", "rule-window"]
    assert all(RULES.version in words for _, words in links)
    pack = PACKS.pinned(RULES)
    for anchor, rule in (
        ("rule-author", pack.author),
        ("rule-supporters", pack.supporters),
        ("rule-window", pack.window),
    ):
        assert rule is not None
        row = page.split(f'id="{anchor}"')[1].split("</dl>")[0]
        assert rule.source.split('"')[0] in row


@pytest.mark.parametrize(
    ("status", "left", "button", "until"),
    [
        (Status.COLLECTING, 100, True, False),
        (Status.CONSIDERATION, 100, True, True),
        (Status.ANSWERED, 100, True, True),
        (Status.ANSWERED, -1, False, False),
        (Status.CONSIDERATION, -1, False, False),
        (Status.ARCHIVED, 100, False, False),
        (Status.CLOSED, -1, False, False),
    ],
)
async def test_what_is_decided_is_signed_only_as_long_as_the_rule_says_and_the_page_says_until_when(
    status: Status, left: int, button: bool, until: bool
) -> None:
    ends = NOW + left * DAY
    decided = petition(status).model_copy(update={"closes_at": ends})
    async with pages(Stored([decided])) as world:
        page = (await world.get(ADDRESS, **{"accept-language": "en"})).text
    assert (f'href="{ADDRESS}/sign"' in page) == button
    assert ("it can be signed until" in page) == until


@pytest.mark.parametrize(
    ("pack", "unit", "language", "addressee"),
    [
        ("kz-district-small-akimat", "KZ-101800", "ru", "Акимат города Курчатов"),
        ("kz-district-small-akimat", "KZ-101800", "kk", "Курчатов қаласының әкімдігі"),
        ("kz-district-small-akimat", "KZ-101800", "en", "Akimat of Kurchatov city"),
        ("kz-region-maslikhat", "KZ-11", "ru", "Маслихат Акмолинской области"),
        ("kz-region-maslikhat", "KZ-75", "kk", "Алматы қаласының мәслихаты"),
        ("kz-republic", None, "ru", "Правительство Республики Казахстан"),
    ],
)
def test_the_addressee_names_the_unit(pack: str, unit: str | None, language: str, addressee: str) -> None:
    ref = PACKS.in_force(pack, NOW).ref
    asked = petition().model_copy(update={"rules": RulePackRef(id=ref.id, version=ref.version), "unit": unit})
    presenter = Presenter(PACKS, LiveCounts(cast("Any", None), small_group=5))
    assert presenter.of(asked, Translator(CATALOGS, language), NOW).addressee == addressee


@pytest.mark.parametrize("pack", [each for each in PACKS.all_in_force(NOW) if each.units], ids=lambda each: each.id)
def test_every_unit_is_named_in_every_language(pack: Any) -> None:
    for unit in pack.units:
        said = pack.addressed(unit.code)
        assert set(said) == set(LANGUAGES)
        assert all(
            "{" not in words and "(" not in words and words != pack.addressee[each] for each, words in said.items()
        )


def test_explaining_without_a_database_is_one_line_and_a_status() -> None:
    settings = SimpleNamespace(mongo_uri="mongodb://127.0.0.1:1/?directConnection=true", mongo_timeout=0.2)
    tallies = projections(KEYRING.open_owner)[0]
    service = SimpleNamespace(settings=settings, database="petitions", projection=lambda _name: tallies, packs=PACKS)
    done = CliRunner().invoke(rules_command(lambda: cast("Any", service)), ["explain", "p-1"])
    assert done.exit_code == 69
    told = "the database does not answer (ServerSelectionTimeoutError): is it up, and KENES_MONGO_URI right?"
    assert done.output == f"Error: {told}\n"
