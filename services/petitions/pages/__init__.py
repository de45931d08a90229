"""What citizens see: pages made on the server, in three languages, that work without a script."""

from starlette.routing import BaseRoute

from services.petitions.pages.account import Account
from services.petitions.pages.agency import Agency
from services.petitions.pages.by_mail import ByMail
from services.petitions.pages.discussion import Discussing
from services.petitions.pages.editing import Editing
from services.petitions.pages.embedding import Embedding
from services.petitions.pages.home import Home
from services.petitions.pages.listing import Listing
from services.petitions.pages.moderation import Moderation
from services.petitions.pages.moderation_log import ModerationLog
from services.petitions.pages.organisers import Organising
from services.petitions.pages.paper import PaperPages
from services.petitions.pages.petition import PetitionPage
from services.petitions.pages.receipts import Receipts
from services.petitions.pages.removing import Removing
from services.petitions.pages.signing import Signing
from services.petitions.pages.site import PetitionSite
from services.petitions.pages.start import Start
from services.petitions.pages.steering import Steering


def page_routes(site: PetitionSite) -> list[BaseRoute]:
    """Every page. Paths with fixed words stand before those with a petition in their place.

    Routes are tried in this order: what most people read does not wait behind what few ask for.
    """
    groups = (
        Home(site),
        Listing(site),
        ModerationLog(site),
        Start(site),
        PetitionPage(site),
        Signing(site),
        ByMail(site),
        PaperPages(site),
        Steering(site),
        Editing(site),
        Discussing(site),
        Removing(site),
        Organising(site),
        Receipts(site),
        Moderation(site),
        Embedding(site),
        Account(site),
        Agency(site),
    )
    return [route for group in groups for route in group.routes()]
