"""Campaigns of a consultation: one text, so many senders, its variations, and the one answer to all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from schemas.parts import Statement
from services.consultations.campaigns.variations import Edit, Variation, variations
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.ledger.paging import after_of, cursor, size
from services.consultations.ledger.reads import PAGE, Answered
from services.consultations.pages.presenting import present
from services.consultations.pages.site import ConsultationSite
from services.consultations.words import Words, read_in

KEPT: Final = 5
OUTCOMES: Final = {"accepted": "good", "partly-accepted": "good", "declined": "bad"}
AROUND: Final = 6
"""Words shown on either side of what a variation changes."""


@dataclass(frozen=True)
class AnswerToAll:
    """What the body said to everybody who sent a campaign's text. `kind` is that of the tag with the `outcome`."""

    outcome: str
    kind: str
    statement: Words
    at: datetime


@dataclass(frozen=True)
class ShownVariation:
    """A text and how many sent it. Without `edits` it is the campaign's text itself."""

    comment: str
    copies: int
    edits: Sequence[Edit]


@dataclass(frozen=True)
class ShownCampaign:
    """A campaign with its answer; `title` tells how many sent it, `more` texts are not among the `variations`."""

    title: str
    told: Answered
    answer: AnswerToAll | None
    variations: Sequence[ShownVariation]

    @property
    def more(self) -> int:
        """Texts beyond those that are listed."""
        return self.told.campaign.texts - len(self.variations)


@dataclass(frozen=True)
class CampaignPages:
    """`/consultations/{consultation}/campaigns`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        return [Route("/consultations/{consultation}/campaigns", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """The greatest campaigns first, a page at a time."""
        consultation = await heard(self.site, request)
        after = after_of(request, size)
        t = self.site.translator(request)

        async def shown() -> dict[str, object]:
            campaigns = await self.site.ledger.campaigns(consultation.id, after)
            varied = await asyncio.to_thread(lambda: [variations(each.campaign) for each in campaigns])
            each_with = zip(campaigns, varied, strict=True)
            return {
                "it": present(consultation, t),
                "campaigns": [shown_campaign(told, t, self.site.small_group, them) for told, them in each_with],
                "number": await self.site.ledger.number_of_campaigns(consultation.id),
                "next": _further(request, campaigns),
            }

        return await self.site.published(request, "campaigns.html", shown, max_age=KEPT)


async def heard(site: ConsultationSite, request: Request) -> Consultation:
    """The consultation of the address, once people are heard: before that there is nothing to show."""
    consultation = await site.consultation(request)
    if consultation.opened_at is None:
        raise Problem(404, Refusal.CONSULTATION_UNKNOWN)
    return consultation


def title_of(told: Answered, t: Translator, least: int) -> str:
    """How many sent a campaign's text; fewer than `least` are only said to be few."""
    people = told.campaign.people
    return t("campaign.title_few", count=least) if 0 < people < least else t("campaign.title", count=people)


def shown_campaign(told: Answered, t: Translator, least: int, varied: Sequence[Variation] = ()) -> ShownCampaign:
    """A campaign in the reader's language, with its variations where they are to be shown."""
    reply = told.account.reply
    answer = None
    if reply is not None:
        statement = read_in(Statement.model_validate(reply["statement"]), t.language)
        outcome = reply["outcome"]
        answer = AnswerToAll(t(f"outcome.{outcome}"), OUTCOMES.get(outcome, "neutral"), statement, reply["at"])
    return ShownCampaign(title_of(told, t, least), told, answer, [_shown(each) for each in varied])


def _shown(variation: Variation) -> ShownVariation:
    changed = any(edit.kind != "kept" for edit in variation.edits)
    return ShownVariation(variation.comment, variation.copies, shortened(variation.edits) if changed else ())


def shortened(edits: Sequence[Edit]) -> list[Edit]:
    """Edits with the long runs between them cut to the words near a change."""
    last = len(edits) - 1
    return [
        _cut(edit, first=AROUND if place else 0, last=AROUND if place != last else 0) if edit.kind == "kept" else edit
        for place, edit in enumerate(edits)
    ]


def _cut(edit: Edit, first: int, last: int) -> Edit:
    words = edit.words.split()
    if len(words) <= first + last + 1:
        return edit
    return Edit(edit.kind, " ".join([*words[:first], "…", *words[len(words) - last :]]))


def _further(request: Request, campaigns: Sequence[Answered]) -> str | None:
    if len(campaigns) < PAGE:
        return None
    last = campaigns[-1].campaign
    return f"{request.url.path}?{urlencode({'after': cursor(last.size, last.id)})}"
