"""Reads rule packs from their files. A wrong file stops the process with file, line and reason.

A folder holds a TOML file per version of a pack, folders of lists that packs refer to by name, and, where an operator
has them, `calendars/*.json` on top of the shipped calendars. The format: docs/rules.md.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from kenes.calendar import WorkingCalendar
from kenes.rules.toml_file import Place, TomlError, TomlFile, read_toml
from schemas.packs import Pack, PlacedError

Model = TypeVar("Model", bound=BaseModel)
P = TypeVar("P", bound=Pack)
Entries = list[dict[str, Any]]
Lists = Mapping[str, Mapping[str, Entries]]


class RulePackError(ValueError):
    """A rule pack that cannot be used; the message names the file, line, place and reason."""


def load_packs(folder: Path, model: type[P], lists: Lists | None = None) -> tuple[list[P], dict[str, WorkingCalendar]]:
    """Every pack in a folder, and the calendars they name; raises `RulePackError`.

    `lists` gives, for a field of a pack, the entries that a name there stands for.
    """
    files = [read_file(path) for path in files_in(folder)]
    if not files:
        raise RulePackError(f"{folder}: no rule packs there")
    loaded = [(_pack(file, model, lists or {}), file) for file in files]
    calendars: dict[str, WorkingCalendar] = {}
    for pack, file in loaded:
        if pack.calendar not in calendars:
            calendars[pack.calendar] = _calendar(pack.calendar, folder, file)
    _refuse_broken_sequences(loaded)
    return [pack for pack, _ in loaded], calendars


def files_in(folder: Path) -> list[Path]:
    """The files of a folder, by name."""
    return sorted(folder.glob("*.toml"))


def read_file(path: Path) -> TomlFile:
    """What a file says; raises `RulePackError`."""
    try:
        return read_toml(path)
    except TomlError as error:
        raise RulePackError(f"{path}:{error}") from error


def validated(file: TomlFile, model: type[Model], changed: Mapping[str, Any] | None = None) -> Model:
    """What a file says, as `model`; nothing is converted, so a number in quotes is wrong. `changed` replaces fields.

    Raises `RulePackError`.
    """
    content = {**file.content, **(changed or {})}
    try:
        found = model.model_validate_json(json.dumps(content, default=str), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place, reason = first["loc"], first["msg"].removeprefix("Value error, ")
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, PlacedError):
            place = (*place, *cause.place)
        raise _wrong(file, place, reason) from error
    if (converted := _converted(content, found.model_dump())) is not None:
        raise _wrong(file, converted, "texts go in quotes, and only they")
    return found


def _converted(said: Any, taken: Any) -> Place | None:
    """Where a text was taken for something else, or something else for a text: JSON has dates and decimals as texts."""
    inner: Iterable[tuple[str | int, Any]]
    if isinstance(said, dict):
        inner = said.items()
    elif isinstance(said, list | tuple):
        inner = enumerate(said)
    else:
        return None if isinstance(said, str) == isinstance(taken, str) else ()
    for part, value in inner:
        if (place := _converted(value, taken[part])) is not None:
            return (part, *place)
    return None


def _wrong(file: TomlFile, place: Place, reason: str) -> RulePackError:
    where = ".".join(str(part) for part in place)
    return RulePackError(f"{file.path}:{file.line(place)}: {where}{': ' if where else ''}{reason}")


def _pack(file: TomlFile, model: type[P], lists: Lists) -> P:
    changed: dict[str, Entries] = {}
    for field, known in lists.items():
        name = file.content.get(field)
        if not isinstance(name, str):
            continue
        if name not in known:
            raise _wrong(file, [field], f"there is no list {name!r}; there are: {', '.join(sorted(known)) or 'none'}")
        changed[field] = known[name]
    return validated(file, model, changed)


def _calendar(name: str, folder: Path, file: TomlFile) -> WorkingCalendar:
    data = folder / "calendars" / f"{name}.json"
    try:
        return WorkingCalendar.named(name, data if data.exists() else None)
    except ValueError as error:
        raise _wrong(file, ["calendar"], str(error)) from error


def _refuse_broken_sequences(loaded: Sequence[tuple[Pack, TomlFile]]) -> None:
    """The versions of a pack must follow each other day by day: no gap, no overlap, and no name twice."""
    in_order = sorted(loaded, key=lambda each: (each[0].id, each[0].effective_from))
    for _, versions in groupby(in_order, key=lambda each: each[0].id):
        seen: dict[str, Path] = {}
        for (before, earlier), (after, file) in pairwise(group := list(versions)):
            _refuse_unless_next(before, earlier.path, after, file)
        for pack, file in group:
            if pack.version in seen:
                raise _wrong(file, ["version"], f"{seen[pack.version].name} is {pack.id} {pack.version}, too")
            seen[pack.version] = file.path


def _refuse_unless_next(before: Pack, path: Path, after: Pack, file: TomlFile) -> None:
    ends, begins = before.effective_to or date.max, after.effective_from
    version = f"version {before.version} in {path.name}, in force until {before.effective_to or 'further notice'}"
    if begins <= ends:
        raise _wrong(file, ["effective_from"], f"overlaps {version}")
    if begins > ends + timedelta(days=1):
        raise _wrong(file, ["effective_from"], f"leaves a gap after {version}")
