"""Settings of the environment, which may be given as files: `KENES_<NAME>_FILE` is the path of one that holds it.

So are secrets mounted into containers. An empty file is a setting left out: whoever mounts a file for each secret there
is need not know which of them are in use.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

PREFIX = "KENES_"
SUFFIX = "_file"

S = TypeVar("S", bound=BaseSettings)


class SettingError(Exception):
    """Settings are missing or wrong: a line for each, which starts with its name in the environment."""


def load_settings(settings: type[S]) -> S:
    """Reads `settings` from the environment. Raises SettingError naming every wrong setting, never its value."""
    try:
        return settings()
    except ValidationError as error:
        told: dict[str, str] = {}
        for problem in error.errors(include_input=False, include_context=False, include_url=False):
            place, reason = problem["loc"], problem["msg"].removeprefix("Value error, ")
            if not place:  # a rule over several fields: its message begins with the name of the one to mend
                field, _, reason = reason.partition(": ")
                place = (field,)
            told.setdefault(_variable(settings, place), reason)
        raise SettingError("\n".join(f"{name}: {reason}" for name, reason in told.items())) from None
    except SettingsError as error:
        # Its message names the field, and its cause has the value, of which is told only where it is wrong.
        cause, field = error.__cause__, str(error).partition('"')[2].partition('"')[0]
        where = f" (line {cause.lineno}, column {cause.colno})" if isinstance(cause, json.JSONDecodeError) else ""
        raise SettingError(
            f"{_variable(settings, (field,))}: must be JSON, as must what it is made of{where}"
        ) from None


def _variable(settings: type[BaseSettings], place: tuple[int | str, ...]) -> str:
    """The environment's name of a setting, to which `place` leads from the outermost field.

    What is inside of a value has a name of its own where settings are nested; else `.` leads there.
    """
    prefix, nested = settings.model_config.get("env_prefix", ""), settings.model_config.get("env_nested_delimiter")
    if nested is None:
        head, *steps = map(str, place)
        return ".".join([f"{prefix}{head.upper()}", *steps])
    # Of a value that may be of several kinds, pydantic also says as which it was tried: that is no name.
    return prefix + nested.join(step for step in place if isinstance(step, str) and "[" not in step).upper()


class FileSettings(BaseSettings):
    """Settings of the environment, each of which may be the content of a file; what is set itself goes first."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {**values, **contents(name for name in cls.model_fields if name not in values)}


def contents(names: Iterable[str]) -> dict[str, str]:
    """What the files of these settings hold, without blanks around it, but of those that have none or an empty one.

    Raises `ValueError`, which begins with the setting's name.
    """
    files = {name: os.environ.get(f"{PREFIX}{name}{SUFFIX}".upper()) for name in names}
    read = {name: _content(name, path) for name, path in files.items() if path}
    return {name: content for name, content in read.items() if content}


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        # The decoder's own message would tell bytes of a secret.
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ValueError(f"{name}{SUFFIX}: {path}: {reason}") from None
