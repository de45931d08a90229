"""What people see: pages made on the server, in three languages, that work without a script."""

from starlette.routing import BaseRoute

from kenes.web.front import front_routes
from services.consultations.pages.campaigns import CampaignPages
from services.consultations.pages.clause import ClausePage
from services.consultations.pages.consultation import ConsultationPage
from services.consultations.pages.desk import Desk
from services.consultations.pages.desk_acts import DeskActs
from services.consultations.pages.desk_comment import DeskComment
from services.consultations.pages.desk_comments import DeskComments
from services.consultations.pages.desk_new import DeskNew
from services.consultations.pages.desk_versions import DeskVersions
from services.consultations.pages.groups import OpinionPages
from services.consultations.pages.listing import Listing
from services.consultations.pages.mine import Mine
from services.consultations.pages.moderation import Moderation
from services.consultations.pages.moderation_log import ModerationLog
from services.consultations.pages.report import ReportPage
from services.consultations.pages.site import ConsultationSite
from services.consultations.pages.taking_part import Retracting, Voting
from services.consultations.pages.thread import ThreadPage
from services.consultations.pages.versions import Versions
from services.consultations.pages.versions_diff import VersionsDiff


def page_routes(site: ConsultationSite) -> list[BaseRoute]:
    """Every page. Paths with fixed words stand before those with a consultation in their place.

    Routes are tried in this order: what most people read does not wait behind what few ask for.
    """
    groups = (
        Listing(site),
        ClausePage(site),
        Mine(site),
        Moderation(site),
        ModerationLog(site),
        DeskNew(site),
        Desk(site),
        ConsultationPage(site),
        DeskComments(site),
        DeskComment(site),
        DeskVersions(site),
        DeskActs(site),
        Versions(site),
        VersionsDiff(site),
        ThreadPage(site),
        Voting(site),
        Retracting(site),
        OpinionPages(site),
        CampaignPages(site),
        ReportPage(site),
    )
    return [*front_routes("/consultations"), *(route for group in groups for route in group.routes())]
