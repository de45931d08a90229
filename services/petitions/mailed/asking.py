"""Asking for a letter: whether it is offered, what must be given for it, and sending it. The page and the API do it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from starlette.requests import Request

from kenes.web.client_address import client_address, limit_group
from kenes.web.context import web
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import Mailed, RulePacks
from services.petitions.mailed.form import Faults, Values, address_faults, address_of, residence_of, signing_faults
from services.petitions.mailed.mailing import MailAct, Mailing, Wish
from services.petitions.mailed.person import mailed_person

NOT_OFFERED: Final = "by-mail-not-offered"


@dataclass(frozen=True)
class Asking:
    """One letter's asking. `asked` is what the rules of its petition ask for; an erasure has neither."""

    mailing: Mailing
    act: MailAct
    petition: Petition | None
    asked: Mailed | None

    @classmethod
    def of(cls, mailing: Mailing | None, packs: RulePacks, act: MailAct, petition: Petition | None) -> Self:
        """Raises 404 where no mail is sent, or the rules of the petition ask for an account."""
        asked = None if petition is None else packs.pinned(petition.rules).mailed
        if mailing is None or (petition is not None and asked is None):
            raise Problem(404, NOT_OFFERED)
        return cls(mailing, act, petition, asked)

    def refusal(self) -> Refusal | None:
        """Why nobody can do this to the petition now, or `None`."""
        return None if self.petition is None else self.petition.window.refusal(datetime.now(UTC))

    def faults(self, values: Values) -> Faults:
        """What to mend in what was given."""
        return address_faults(values) if self._signs is None else signing_faults(values, self._signs)

    async def write(self, request: Request, values: Values, t: Translator) -> Wish:
        """Sends the letter, and tells whoever asks the same whatever the address has done or been sent.

        `values` have no faults. Raises `TooManyLetters`, `MailUnavailableError`.
        """
        address = address_of(values)
        if address is None:
            raise ValueError("no address")
        residence = None if self._signs is None else residence_of(values, self._signs)
        names = ("", "") if self._signs is None else (values["given_name"], values["family_name"])
        who = mailed_person(address, *names, None if residence is None else residence.code)
        wish = Wish(self.act, who, self.petition, listed=self._signs is not None and values["listed"] == "yes")
        client = limit_group(client_address(request.scope))
        await self.mailing.write(wish, address.written, client, web(request.scope).settings.public_url, t)
        return wish

    @property
    def _signs(self) -> Mailed | None:
        """What must be given beside the address: only who signs is asked."""
        return self.asked if self.act is MailAct.SIGN else None
