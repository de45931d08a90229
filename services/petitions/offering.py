"""Which rule packs the pages offer to start a petition under, as the settings name them."""

from collections.abc import Sequence
from datetime import datetime
from fnmatch import filter as matching
from fnmatch import fnmatchcase

from services.petitions.domain.rules import RulePack, RulePacks


class Offer:
    """The packs that are offered, among those of the installation."""

    def __init__(self, packs: RulePacks, names: Sequence[str]) -> None:
        """`names` are ids of packs, with `*` for any letters. Raises `ValueError` for one that is of no pack."""
        for name in names:
            if not matching(packs.ids, name):
                raise ValueError(f"there is no rule pack {name!r}; there are: {', '.join(sorted(packs.ids))}")
        self._packs = packs
        self._names = tuple(names)

    def in_force(self, at: datetime) -> list[RulePack]:
        """Those in force at an instant, by id; raises `LookupError` where there is none."""
        every = self._packs.all_in_force(at)
        found = [pack for pack in every if any(fnmatchcase(pack.id, name) for name in self._names)]
        if not found:
            raise LookupError(f"no rule pack that is offered is in force at {at}")
        return found
