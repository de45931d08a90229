"""Reads rule packs from their files. A wrong file stops the process with its name and the reason."""

import tomllib
from datetime import date
from itertools import combinations
from pathlib import Path

from pydantic import ValidationError

from kenes.identity.settings import SettingError
from services.petitions.domain.rules import RulePack, RulePacks


class RulePackError(SettingError, ValueError):
    """A rule pack that cannot be used; the message names the setting, file, place and reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"KENES_PETITIONS_RULE_PACKS: {reason}")


def load_rule_packs(folder: Path) -> RulePacks:
    """Every pack in a folder; raises `RulePackError`."""
    packs = {path: _load(path) for path in sorted(folder.glob("*.toml"))}
    if not packs:
        raise RulePackError(f"{folder}: no rule packs there")
    for (first, one), (second, other) in combinations(packs.items(), 2):
        _refuse_both(f"{first}, {second}", one, other)
    return RulePacks(tuple(packs.values()))


def _refuse_both(where: str, one: RulePack, other: RulePack) -> None:
    """Two versions of a pack must differ in name and must not be in force on the same day."""
    if one.id != other.id:
        return
    if one.version == other.version:
        raise RulePackError(f"{where}: version: both are {one.id} {one.version}")
    starts = max(one.effective_from, other.effective_from)
    if starts <= min(one.effective_to or date.max, other.effective_to or date.max):
        raise RulePackError(f"{where}: effective_from: two versions of {one.id} are in force on {starts}")


def _load(path: Path) -> RulePack:
    try:
        return RulePack.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulePackError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RulePackError(f"{path}: {place}: {first['msg']}") from error
