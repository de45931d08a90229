"""The rule packs of petitions, with the lists of units and prohibited subjects they refer to. Format: docs/rules.md."""

from pathlib import Path

from kenes.rules.loading import files_in, load_packs, read_file, validated
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.rule_lists import SubjectList, UnitList


def load_rule_packs(folder: Path) -> RulePacks:
    """Every pack in a folder; raises `RulePackError`."""
    units = {path.stem: validated(read_file(path), UnitList).entries() for path in files_in(folder / "units")}
    subjects = {path.stem: validated(read_file(path), SubjectList).entries() for path in files_in(folder / "subjects")}
    return RulePacks(*load_packs(folder, RulePack, {"units": units, "prohibited": subjects}))
