"""The services of this checkout, found by their shape: the kit knows none by name."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROLES: Final = ("api", "stream", "project")
_PACKAGE: Final = "services"


@dataclass(frozen=True)
class Service:
    """A package under `services/` that can be run: `python -m services.NAME ROLE`."""

    name: str
    folder: Path

    @property
    def module(self) -> str:
        return f"{_PACKAGE}.{self.name}"

    @property
    def for_operators(self) -> bool:
        """Its site is for operators, as its file `audience.txt` says: other sites' menus do not lead there."""
        file = self.folder / "audience.txt"
        return file.exists() and file.read_text(encoding="utf-8").strip() == "operators"

    @property
    def has_demo_data(self) -> bool:
        """It takes the role `seed`, which may be run again and again and adds nothing the second time."""
        return (self.folder / "seed.py").exists()

    @property
    def has_rules(self) -> bool:
        """It takes the command `rules`, which lists its rule packs and explains what they decided."""
        return (self.folder / "rules_command.py").exists()

    @property
    def takes_polis(self) -> bool:
        """It takes the commands `import polis` and `export polis`."""
        return (self.folder / "polis_command.py").exists()


def find_services() -> list[Service]:
    """All runnable services, in their order; empty when there is no `services` package."""
    spec = importlib.util.find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    return [service for place in places or () for service in services_in(Path(place))]


def services_in(folder: Path) -> list[Service]:
    """The runnable packages of one folder: those that its file `order.txt` names first, then by name."""
    order = folder / "order.txt"
    first = order.read_text(encoding="utf-8").split() if order.exists() else []
    found = [Service(main.parent.name, main.parent) for main in folder.glob("*/__main__.py")]
    return sorted(found, key=lambda each: (first.index(each.name) if each.name in first else len(first), each.name))
