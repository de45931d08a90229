"""What the pages about one's streams share: whose a stream is, and the way back to its page."""

from collections.abc import Collection
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.bodies import body_name
from kenes.identity.person import Person
from kenes.service.asking import Outcome
from kenes.web.i18n import Translator
from kenes.web.site import see_other
from services.notifications.domain.streams import AgencyStream
from services.notifications.pages.acting import decided
from services.notifications.pages.site import NotificationSite
from services.notifications.streams.access import body_of, owners_of
from services.notifications.streams.answers import ANSWERS

PATH: Final = "/streams"
ONE: Final = f"{PATH}/{{stream}}"
SAID: Final = ("pause", "resumption", "test", "replay", "cancelled", "retry", "pending", "deleted")
"""What the page of a stream, or the list of them, says of the act before."""


def own_stream(site: NotificationSite, request: Request, person: Person) -> AgencyStream:
    """The stream of the address; raises the problem of its being nobody's, or somebody else's."""
    return site.streams.commands.find(owners_of(site.keyring, person), request.path_params["stream"])


def shown_body(owner: str, t: Translator) -> str:
    """The name of the body whose something is; empty where it is the reader's own."""
    body = body_of(owner)
    return "" if body is None else body_name(body, t.language)


def back_to(stream: AgencyStream, asked: Outcome, word: str, harmless: Collection[str] = ()) -> Response:
    """Leads back to a stream's page, which says `word` once it is decided. Raises the problem of a refusal."""
    return see_other(f"{PATH}/{stream.id}?done={word if decided(asked, ANSWERS, harmless) else 'pending'}")
