"""Settings that may be given as files: `KENES_<NAME>_FILE` is the path of one that holds the setting.

So are secrets mounted into containers. An empty file is a setting left out: whoever mounts a file for each secret there
is need not know which of them are in use.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "KENES_"
SUFFIX = "_file"


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
