"""Units are called the same by the rule packs and by whoever else names them."""

from __future__ import annotations

from datetime import date

import pytest

from kenes.bodies import body_name
from kenes.regions import unit_name
from kenes.web.i18n import LANGUAGES
from services.petitions.rule_packs import load_rule_packs
from tests.processes import ROOT

DAY = date(2026, 11, 22)
PACKS = load_rule_packs(ROOT / "services" / "petitions" / "rule_packs")
UNITS = {unit.code: unit for pack in PACKS.all_in_force(DAY) for unit in pack.units}


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
