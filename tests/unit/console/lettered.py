"""The pages of dead letters over a desk that knows a single one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from starlette.routing import BaseRoute

from kenes.web.openapi import Operation
from services.console.letters.pages import LetterPages
from services.console.letters.reads import Entry
from services.console.pages.site import ConsoleSite


def pages_of(entry: Entry, *, may_act: bool, settled: bool = True) -> Any:
    """The pages of a desk that knows one letter, to an operator who may act or only look.

    `settled`: its projections have what was decided.
    """

    async def found(_case: str) -> Entry:
        return entry

    async def waited(*_projections: object) -> bool:
        return settled

    async def nothing(*_asked: object) -> None:
        return None

    async def no_acts(_subject: str) -> list[object]:
        return []

    def pages(site: ConsoleSite, _authenticate: object) -> tuple[list[BaseRoute], list[Operation]]:
        desk = SimpleNamespace(
            site=site,
            settled=waited,
            letters=SimpleNamespace(one=found),
            trail=SimpleNamespace(about=no_acts),
            open_letter=nothing,
            shared=lambda _person: {"may_act": may_act},
        )
        return LetterPages(cast("Any", desk)).routes(), []

    return pages
