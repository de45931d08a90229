"""The public moderation log as JSON."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from kenes.service.answers import json_response
from kenes.web.openapi import Operation
from schemas.petitions.v1 import RulePackRef, Verdict
from services.petitions.answers import PREFIX
from services.petitions.filters import PAGING, read_paging
from services.petitions.moderation.log import LogEntry
from services.petitions.queries import Queries
from services.petitions.views import View

PATH = "/moderation-log"
KEPT = {"cache-control": "public, max-age=5"}


class LogEntryView(View):
    """One verdict of moderation."""

    id: str
    petition: str
    at: datetime
    verdict: Verdict
    title: str | None = Field(description="As it was judged; null where repeating it would do the harm again.")
    language: str
    rules: RulePackRef = Field(description="The rules that were applied.")
    reasons: list[str] = Field(description="Codes of prohibited subjects of the rule pack, or of general faults.")
    explanation: str
    undone_at: datetime | None = Field(description="When the verdict was taken back.")
    undone_because: str | None


class LogView(View):
    """A page of the log, the newest verdict first. `next` is where it goes on."""

    entries: list[LogEntryView]
    next: str | None = None


@dataclass(frozen=True)
class LogApi:
    """`GET /moderation-log`"""

    queries: Queries

    def operation(self) -> Operation:
        return Operation.read(PATH, self.moderation_log, LogView, parameters=PAGING)

    async def moderation_log(self, request: Request) -> Response:
        """Every verdict of moderation with its reasons, and whether it was taken back."""
        before, limit = read_paging(request)
        found = await self.queries.moderation.log_before(before, limit)
        following = None
        if len(found) == limit:
            query = request.url.include_query_params(after=f"{found[-1].at.isoformat()}~{found[-1].id}").query
            following = f"{PREFIX}{PATH}?{query}"
        return json_response({"entries": [_view(each) for each in found], "next": following}, headers=KEPT)


def _view(entry: LogEntry) -> dict[str, object]:
    return entry.model_dump(mode="json")
