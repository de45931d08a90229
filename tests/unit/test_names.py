"""Units are called the same by packs and pages, and places of the site by all of its menus."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kenes.bodies import body_name
from kenes.regions import unit_name
from kenes.web.i18n import LANGUAGES, read_messages
from services.petitions.rule_packs import load_rule_packs
from tests.processes import ROOT

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PACKS = load_rule_packs(ROOT / "services" / "petitions" / "rule_packs")
UNITS = {unit.code: unit for pack in PACKS.all_in_force(NOW) for unit in pack.units}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_of_a_rule_pack_has_its_name(language: str) -> None:
    assert len(UNITS) > 200, "regions, and the districts in them"
    named = {code: unit_name(code, language) for code in UNITS}
    assert named == {code: unit.name[language] for code, unit in UNITS.items()}


def test_a_body_is_called_with_its_unit() -> None:
    assert body_name("kz-maslikhat:KZ-101800", "en") == "Maslikhat (Kurchatov city)"
    assert body_name("kz-akimat:KZ-75", "ru") == "Акимат (Город Алматы)"
    assert body_name("kz-akimat:KZ-000000", "kk") == "Әкімдік (KZ-000000)"
    assert body_name("kz-government", "en") == "Government of the Republic of Kazakhstan"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menus_of_the_services_that_are_one_site_have_the_same_words(language: str) -> None:
    words: dict[str, set[str]] = {}
    for service in ("petitions", "consultations", "notifications"):
        folder = ROOT / "services" / service / "locales"
        for key, said in read_messages(folder / f"{language}.po").items():
            if key.startswith("nav."):
                words.setdefault(key, set()).add(str(said))
    assert {"nav.petitions", "nav.consultations", "nav.notifications", "nav.developers"} <= words.keys()
    assert {key: said for key, said in words.items() if len(said) > 1} == {}
