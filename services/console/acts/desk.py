"""What the pages of acts have at hand, and what they share: who may act, and what a refused act is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.mongo.projection import Projection
from kenes.web.problems import Problem
from schemas.payload import Payload
from services.console.access import may_act
from services.console.acts.commands import Commands, RefusedError, UndecidedError
from services.console.acts.live import LiveActs
from services.console.acts.reads import Trail
from services.console.letters.opening import Opened
from services.console.letters.reads import Letters
from services.console.pages.site import ConsoleSite
from services.console.upkeep.reads import Projections

OpenLetter = Callable[[str, int], Awaitable[Opened | None]]
"""The letter at an offset of the dead letters of the topic of this name, if it is there."""

SECOND: Final = 409
UNAVAILABLE: Final = 503


@dataclass(frozen=True)
class Hindrance:
    """Why an act came to nothing, as the page says it: status, words, and whether something is to be written better."""

    status: int
    code: str
    words: str


@dataclass(frozen=True)
class Desk:
    """The parts of the pages. Handlers are methods of small classes that hold one."""

    site: ConsoleSite
    commands: Commands
    live: LiveActs
    trail: Trail
    letters: Letters
    projections: Projections
    open_letter: OpenLetter

    async def act(self, request: Request, subject: str, asked: Payload) -> Payload | Hindrance:
        """The decision on an act, or what came in between."""
        t = self.site.translator(request)
        try:
            return await self.commands.ask(subject, asked)
        except RefusedError as error:
            refusal = error.refusal
            if refusal.by is not None and refusal.at is not None:
                first = {"name": refusal.by.name, "when": t.formats.date_time(refusal.at)}
                return Hindrance(SECOND, refusal.code, t(f"act.refused.{refusal.code}.by", **first))
            return Hindrance(SECOND, refusal.code, t(f"act.refused.{refusal.code}"))
        except UndecidedError:
            return Hindrance(UNAVAILABLE, "undecided", t("act.undecided"))
        except BrokerUnavailableError:
            return Hindrance(UNAVAILABLE, "unavailable", t("act.unavailable"))

    async def settled(self, *projections: Projection) -> bool:
        """Waits until these have what was decided; false where a page must say that it may be older.

        Raises what the database raises.
        """
        return all(await asyncio.gather(*map(self.live.settled, projections)))

    def shared(self, person: Person) -> dict[str, Any]:
        """What every page of acts tells its template."""
        return {"may_act": may_act(person.roles)}


def absent(code: str, *, settled: bool) -> Problem:
    """There is no such thing, or what was noted a moment ago is not to be seen yet."""
    return Problem(404, code) if settled else Problem(503, "unavailable", headers={"retry-after": "2"})


def page_number(request: Request) -> int:
    """The page asked for; raises 404 for one that cannot be."""
    asked = request.query_params.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and int(asked[:6]) > 0 and len(asked) < 7):
        raise Problem(404, "not-found")
    return int(asked)
