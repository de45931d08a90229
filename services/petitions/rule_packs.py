"""Reads rule packs from their files. A wrong file stops the process with its name and the reason."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from services.petitions.domain.rules import RulePack, RulePacks


class RulePackError(ValueError):
    """A rule pack that cannot be used; the message names file, place and reason."""


def load_rule_packs(folder: Path) -> RulePacks:
    """Every pack in a folder; raises `RulePackError`."""
    packs = tuple(_load(path) for path in sorted(folder.glob("*.toml")))
    if not packs:
        raise RulePackError(f"{folder}: no rule packs there")
    return RulePacks(packs)


def _load(path: Path) -> RulePack:
    try:
        return RulePack.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise RulePackError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RulePackError(f"{path}: {place}: {first['msg']}") from error
