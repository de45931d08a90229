"""What became of a request, for whoever holds its receipt; says so while it is still undecided."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.kafka.records import Receipt
from kenes.service.answers import ReceiptView
from kenes.service.receipt_reads import awaited_receipt
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn
from services.petitions.answers import ANSWERS, PREFIX
from services.petitions.pages.refusing import offered_by_mail, refused
from services.petitions.pages.site import WAIT, PetitionSite

_OUTCOMES: Final = {SignatureAccepted.TYPE: "signed", SignatureWithdrawn.TYPE: "withdrawn"}


@dataclass(frozen=True)
class Receipts:
    """`/petitions/{petition}/receipts/{receipt}`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        path = "/petitions/{petition}/receipts/{receipt}"
        return [Route(path, limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """Accepted, withdrawn, done, refused, or still being decided."""
        text = request.path_params["receipt"]
        kind, receipt = ANSWERS.known_receipt(text)
        found = await self._found(kind, receipt)
        wanted = request.path_params["petition"]
        if found is None:
            return await self.site.render(request, "pending.html", {"receipt": text, "petition": wanted})
        if found.subject != wanted:
            raise Problem(404, "receipt-unknown")
        person = await current_person(request)
        # Whoever holds a receipt is told, also where the petition may not be read or, refused, was never made.
        petition = await self.site.readable(request, person)
        if found.code:
            return await refused(self.site, request, found.code, petition, text)
        context = {
            "it": petition and self.site.present(request, petition),
            "receipt": text,
            "outcome": _OUTCOMES.get(found.decision, "done"),
            "at": found.at,
            "api": f"{PREFIX}/receipts/{text}",
            "by_mail": person is None and petition is not None and offered_by_mail(self.site, petition),
        }
        return await self.site.render(request, "receipt.html", context)

    async def _found(self, kind: str, receipt: Receipt) -> ReceiptView | None:
        commands, queries = self.site.commands, self.site.queries
        if kind == "signature":
            return await awaited_receipt(commands.signing.decisions, queries.signature_receipt, receipt, WAIT)
        return await awaited_receipt(commands.life.decisions, queries.petition_receipt, receipt, WAIT)
