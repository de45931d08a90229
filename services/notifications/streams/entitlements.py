"""How many streams and keys somebody may have: data in `entitlements.toml`, for people, bodies, and bodies by name."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

AGENCY: Final = "agency:"
"""What the owner of a body's streams begins with, as its officials' role does."""


class EntitlementsError(ValueError):
    """The file cannot be used; the message says where."""


class Entitlement(BaseModel):
    """The most that one owner may have at a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    streams: int = Field(ge=0)
    keys: int = Field(ge=0)


class Entitlements(BaseModel):
    """`agencies` has the bodies that may have more or less than others, by their names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: Entitlement
    agency: Entitlement
    agencies: Mapping[str, Entitlement] = {}

    def of(self, owner: str) -> Entitlement:
        """What an owner may have."""
        if not owner.startswith(AGENCY):
            return self.person
        return self.agencies.get(owner.removeprefix(AGENCY), self.agency)


def read_entitlements(path: Path) -> Entitlements:
    """Reads the file; raises `EntitlementsError`."""
    try:
        return Entitlements.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise EntitlementsError(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise EntitlementsError(f"{path}: {error}") from error
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        raise EntitlementsError(f"{path}: {'.'.join(map(str, found['loc']))}: {found['msg']}") from error
