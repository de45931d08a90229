"""Dead letters: a list with filters and counts, and a page for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerError, BrokerUnavailableError
from kenes.mongo.client import DatabaseError
from kenes.web.problems import Problem
from kenes.web.site import see_other
from schemas.console.letters import DiscardRequested, ReplayRequested
from schemas.console.subjects import letter_subject
from schemas.topics import REGISTRY
from services.console.access import acting, viewing
from services.console.acts.commands import operator_of
from services.console.acts.desk import Desk, Hindrance, absent, page_number
from services.console.acts.trail import TRAIL
from services.console.domain.letters import Standing
from services.console.letters.opening import Opened
from services.console.letters.projection import LETTERS
from services.console.letters.reads import PAGE, Chosen, Entry

PURPOSE: Final = "console.letter/{}"
CASE: Final = "/letters/case/{topic}/{partition:int}/{offset:int}"
DECLARED: Final = {topic.name: topic for topic in REGISTRY}
SPANS: Final[Mapping[str, timedelta]] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
"""How far back a list may reach."""


@dataclass(frozen=True)
class LetterPages:
    """`/letters` and `/letters/case/...`"""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The list, a letter, and what may be done about it."""
        return [
            Route("/letters", self.listed, methods=["GET"]),
            Route(CASE, self.show, methods=["GET"]),
            Route(f"{CASE}/replay", self.replay, methods=["POST"]),
            Route(f"{CASE}/discard", self.discard, methods=["POST"]),
        ]

    @viewing
    async def listed(self, request: Request, person: Person) -> Response:
        """What is open, by topic, error, consumer and time."""
        chosen, page = chosen_of(request), page_number(request)
        context: dict[str, Any] = {
            "chosen": chosen,
            "span": request.query_params.get("since", ""),
            "spans": tuple(SPANS),
            "standings": tuple(map(str, Standing)),
            "page": page,
            "address": _addresses(request),
            "unavailable": False,
            **self.desk.shared(person),
        }
        letters = self.desk.letters
        try:
            context["settled"] = await self.desk.settled(LETTERS)
            entries, total = await letters.listed(chosen, page)
            kinds, batches = await letters.kinds(), await letters.batches()
        except DatabaseError:
            entries, total, kinds, batches = [], 0, [], []
            context |= {"settled": True, "unavailable": True}
        context |= {"entries": entries, "total": total, "pages": max(1, -(-total // PAGE)), "batches": batches}
        context |= {"kinds": kinds, "open": sum(kind.open for kind in kinds)}
        status = 503 if context["unavailable"] else 200
        return await self.desk.site.show(request, "letters.html", context, status=status)

    @viewing
    async def show(self, request: Request, person: Person) -> Response:
        """The record beside what was wrong with it, and what was done about it."""
        settled = await self.desk.settled(LETTERS, TRAIL)
        return await self._page(request, person, await self._entry(request, settled=settled), settled=settled)

    @acting
    async def replay(self, request: Request, person: Person) -> Response:
        """Orders the record to be written to its topic again."""
        return await self._do(request, person, ReplayRequested)

    @acting
    async def discard(self, request: Request, person: Person) -> Response:
        """Closes the case for a reason."""
        return await self._do(request, person, DiscardRequested)

    async def _do(
        self, request: Request, person: Person, kind: type[ReplayRequested] | type[DiscardRequested]
    ) -> Response:
        entry = await self._entry(request)
        form = await self.desk.site.confirmed(request, PURPOSE.format(entry.id))
        field = "reason" if kind is ReplayRequested else "discard-reason"
        reason, tries = form.text(field)[:1000], form.text("tries")
        if kind is DiscardRequested and not reason.strip():
            t = self.desk.site.translator(request)
            missing = Hindrance(422, "reason-missing", t("act.refused.reason-missing"))
            return await self._page(request, person, entry, missing)
        asked = kind(
            case=entry.id,
            # What the operator saw, not what is there now: whoever acted in between came first.
            tries=int(tries) if tries.isascii() and tries.isdigit() and len(tries) < 9 else entry.case.tries,
            operator=operator_of(person),
            reason=reason,
        )
        decided = await self.desk.act(request, letter_subject(entry.id), asked)
        if isinstance(decided, Hindrance):
            settled = await self.desk.settled(LETTERS)
            return await self._page(request, person, await self._entry(request), decided, reason, settled=settled)
        return see_other(f"/letters/case/{entry.id}")

    async def _entry(self, request: Request, *, settled: bool = True) -> Entry:
        path = request.path_params
        found = await self.desk.letters.one(f"{path['topic']}/{path['partition']}/{path['offset']}")
        if found is None:
            raise absent("letter-unknown", settled=settled)
        return found

    async def _page(
        self,
        request: Request,
        person: Person,
        entry: Entry,
        hindrance: Hindrance | None = None,
        reason: str = "",
        *,
        settled: bool = True,
    ) -> Response:
        context = {
            "settled": settled,
            "entry": entry,
            "content": await self._opened(entry),
            "asked": self._asked(entry),
            "folds": self._folds(entry),
            "acts": await self.desk.trail.about(letter_subject(entry.id)),
            "hindrance": hindrance,
            "reason": reason,
            "tokens": await self.desk.site.tokens(request, PURPOSE.format(entry.id)),
            **self.desk.shared(person),
        }
        status = 200 if hindrance is None else hindrance.status
        return await self.desk.site.show(request, "letter.html", context, status=status)

    def _asked(self, entry: Entry) -> bool:
        """Whether the record is a request: a decision is folded again, and not replayed."""
        topic = DECLARED.get(entry.letter.topic)
        return topic is not None and topic.takes_requests

    def _folds(self, entry: Entry) -> list[str]:
        """The projections that set it aside, as their pages are called."""
        known = {f"{each.service}/{each.who.name}" for each in self.desk.site.seen.projections}
        return [consumer for consumer in entry.consumers if consumer in known]

    async def _opened(self, entry: Entry) -> Opened | None:
        """The letter itself, from its topic; nothing where the broker is away or it is there no more."""
        try:
            return await self.desk.open_letter(entry.letter.topic, entry.letter.offset)
        except (BrokerError, BrokerUnavailableError, TimeoutError):
            return None


def chosen_of(request: Request) -> Chosen:
    """What a query chooses. Raises 404 for a standing or a span that there is not."""
    asked = request.query_params
    span, standing = asked.get("since", ""), asked.get("standing", "") or str(Standing.OPEN)
    if standing not in set(Standing) or (span and span not in SPANS):
        raise Problem(404, "not-found")
    return Chosen(
        topic=asked.get("topic", "")[:200],
        error=asked.get("error", "")[:80],
        consumer=asked.get("consumer", "")[:200],
        since=datetime.now(UTC) - SPANS[span] if span else None,
        standing=Standing(standing),
    )


def _addresses(request: Request) -> Any:
    """The address of this list with something chosen otherwise."""
    kept = {name: told for name, told in request.query_params.items() if name not in ("lang", "page") and told}

    def address(**changes: str | int) -> str:
        chosen = {name: told for name, told in (kept | changes).items() if told != ""}
        return f"/letters?{urlencode(chosen)}" if chosen else "/letters"

    return address
