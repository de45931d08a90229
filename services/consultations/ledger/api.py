"""Campaigns, duties and the results report by the JSON API."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kenes.mongo.projection import LiveCollections
from kenes.service.answers import json_response
from kenes.web import csv_text
from kenes.web.openapi import Operation, Parameter
from kenes.web.openapi_parameters import switch, switched
from kenes.web.problems import Problem
from kenes.web.values import instant
from services.consultations.answers import PREFIX
from services.consultations.campaigns.variations import variations
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.ledger.paging import after_of, cursor, size
from services.consultations.ledger.reads import PAGE, Answered, Duty, LedgerReads
from services.consultations.ledger.report import report
from services.consultations.ledger.rows import csv_rows
from services.consultations.ledger.views import CampaignList, CampaignView, DutyList, ReportView
from services.consultations.live import LiveVotes
from services.consultations.operations import AFTER, ONE
from services.consultations.queries import Queries

OVERDUE = switch("overdue", "Only what is past due.")


@dataclass(frozen=True)
class LedgerApi:
    """The handlers and what they read. What nobody may comment on yet has no ledger.

    Numbers of people below `small_group` are not told.
    """

    queries: Queries
    ledger: LedgerReads
    live: LiveCollections
    votes: LiveVotes
    small_group: int

    def operations(self) -> list[Operation]:
        """One read each."""
        unknown = (Refusal.CONSULTATION_UNKNOWN,)

        def read(path: str, handler: Any, answer: Any, *parameters: Parameter, media: str = "application/json") -> Any:
            return Operation.read(
                f"{ONE}/{path}", handler, answer, problems=unknown, parameters=parameters, media_type=media
            )

        return [
            read("campaigns", self.list_campaigns, CampaignList, AFTER),
            read("campaigns/{campaign}", self.show_campaign, CampaignView),
            read("duties", self.list_duties, DutyList, OVERDUE, AFTER),
            read("report", self.show_report, ReportView),
            read("report.csv", self.report_csv, None, media=csv_text.MEDIA_TYPE),
        ]

    async def list_campaigns(self, request: Request) -> Response:
        """Campaigns: comments that say nearly the same, the greatest first."""
        found = await self._consultation(request)
        campaigns = await self.ledger.campaigns(found.id, after_of(request, size))
        last = campaigns[-1].campaign if len(campaigns) == PAGE else None
        after = None if last is None else cursor(last.size, last.id)
        return json_response({"campaigns": await self._views(campaigns), "after": after})

    async def show_campaign(self, request: Request) -> Response:
        """One campaign; the id of one that has joined another leads to that one."""
        found = await self._consultation(request)
        answered = await self.ledger.campaign(found.id, request.path_params["campaign"])
        if answered is None:
            raise Problem(404, "campaign-unknown")
        (view,) = await self._views([answered])
        return json_response(view)

    async def list_duties(self, request: Request) -> Response:
        """Open duties: answers that are owed, the most urgent first."""
        found = await self._consultation(request)
        late = switched(request, OVERDUE)
        duties = await self.ledger.duties(found.id, datetime.now(UTC), after_of(request, instant), late=late)
        last = duties[-1] if len(duties) == PAGE else None
        after = None if last is None else cursor(last.due.isoformat(), last.account.id)
        return json_response({"duties": [_duty_view(each) for each in duties], "after": after})

    async def show_report(self, request: Request) -> Response:
        """The results report, or what stands in its way."""
        found = await self._consultation(request)
        told = await report(self.queries, self.ledger, found)
        return json_response(
            {
                "consultation": found.id,
                "title": found.title.model_dump(),
                "status": found.status,
                "published_at": found.reported_at,
                "report_due_at": None if found.duty is None else found.duty.due_at,
                "conclusions": found.conclusions.model_dump() if told.published and found.conclusions else None,
                "versions": found.version,
                **asdict(told.owed),
                "people": _told(told.people, self.small_group),
                "campaigns": told.campaigns,
                "classes": told.heard["classes"],
                "clauses": told.heard["clauses"],
                "csv": f"{PREFIX}/consultations/{found.id}/report.csv",
            }
        )

    async def report_csv(self, request: Request) -> Response:
        """Every comment with what was answered to it and the votes on it, as CSV."""
        found = await self._consultation(request)
        return StreamingResponse(
            csv_rows(self.live, self.ledger, self.votes, found.id),
            media_type=csv_text.MEDIA_TYPE,
            headers={"content-disposition": f'attachment; filename="report-{found.id}.csv"'},
        )

    async def _views(self, campaigns: Sequence[Answered]) -> list[dict[str, Any]]:
        return await asyncio.to_thread(lambda: [campaign_view(each, self.small_group) for each in campaigns])

    async def _consultation(self, request: Request) -> Consultation:
        found = await self.queries.consultation(request.path_params["consultation"])
        if found is None or found.opened_at is None:
            raise Problem(404, Refusal.CONSULTATION_UNKNOWN)
        return found


def campaign_view(answered: Answered, least: int) -> dict[str, Any]:
    """As `CampaignView`; fewer people than `least` are not told. It takes its time, as `variations` do."""
    campaign, account = answered.campaign, answered.account
    reply = account.reply
    return {
        "id": campaign.id,
        "comments": campaign.size,
        "people": _told(campaign.people, least),
        "texts": campaign.texts,
        "text": campaign.text,
        "owed": account.owed,
        "answered": account.answered,
        "retracted": account.retracted,
        "reply": None if reply is None else {name: reply[name] for name in ("comment", "outcome", "statement", "at")},
        "variations": [
            {
                "comment": each.comment,
                "copies": each.copies,
                "edits": [{"kind": edit.kind, "words": edit.words} for edit in each.edits],
            }
            for each in variations(campaign)
        ],
    }


def _told(people: int, least: int) -> int | None:
    return None if 0 < people < least else people


def _duty_view(duty: Duty) -> dict[str, Any]:
    return {
        "campaign": duty.account.id,
        "comment": duty.comment,
        "text": duty.text,
        "language": duty.language,
        "comments": duty.account.comments,
        "owed": duty.account.owed,
        "overdue": duty.overdue,
        "due": duty.due,
    }
