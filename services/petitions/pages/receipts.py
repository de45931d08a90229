"""What became of a request, for whoever holds its receipt; says so while it is still undecided."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.kafka.records import Receipt
from kenes.kafka.waiting import Decisions
from kenes.service.answers import MalformedReceiptError, ReceiptView
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn
from services.petitions.answers import ANSWERS, PREFIX
from services.petitions.pages.refusing import offered_by_mail, refused
from services.petitions.pages.site import WAIT, PageSite

_OUTCOMES: Final = {SignatureAccepted.TYPE: "signed", SignatureWithdrawn.TYPE: "withdrawn"}


@dataclass(frozen=True)
class Receipts:
    """`/petitions/{petition}/receipts/{receipt}`"""

    site: PageSite

    def routes(self) -> list[BaseRoute]:
        """Its only route."""
        path = "/petitions/{petition}/receipts/{receipt}"
        return [Route(path, limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """Accepted, withdrawn, done, refused, or still being decided."""
        text = request.path_params["receipt"]
        try:
            kind, receipt = ANSWERS.parse_receipt(text)
        except MalformedReceiptError:
            raise Problem(404, "receipt-unknown") from None
        found = await self._found(kind, receipt)
        wanted = request.path_params["petition"]
        if found is None:
            return await self.site.render(request, "pending.html", {"receipt": text, "petition": wanted})
        if found.subject != wanted:
            raise Problem(404, "receipt-unknown")
        person = await current_person(request)
        petition = await self.site.petition(request, person)
        if found.code:
            return await refused(self.site, request, found.code, petition, text)
        context = {
            "it": self.site.present(request, petition),
            "receipt": text,
            "outcome": _OUTCOMES.get(found.decision, "done"),
            "at": found.at,
            "api": f"{PREFIX}/receipts/{text}",
            "by_mail": person is None and offered_by_mail(self.site, petition),
        }
        return await self.site.render(request, "receipt.html", context)

    async def _found(self, kind: str, receipt: Receipt) -> ReceiptView | None:
        """From memory, else from what is stored, else from the live tail as soon as it comes."""
        commands, queries = self.site.commands, self.site.queries
        signature = kind == "signature"
        decisions: Decisions = (commands.signing if signature else commands.life).decisions
        if recent := decisions.get(receipt):
            return ReceiptView.of(recent)
        stored = await (queries.signature_receipt if signature else queries.petition_receipt)(receipt)
        if stored is not None:
            return stored
        late = await decisions.wait(receipt, WAIT)
        return ReceiptView.of(late) if late else None
