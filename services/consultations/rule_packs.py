"""The rule packs of consultations. The format: docs/rules.md."""

from pathlib import Path

from kenes.rules.loading import load_packs
from services.consultations.domain.rules import ConsultationPack, ConsultationPacks


def load_rule_packs(folder: Path) -> ConsultationPacks:
    """Every pack in a folder; raises `RulePackError`."""
    return ConsultationPacks(*load_packs(folder, ConsultationPack))
