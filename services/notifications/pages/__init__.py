"""What people see: pages made on the server, in three languages, that work without a script."""

from starlette.routing import BaseRoute

from kenes.web.front import front_routes
from services.notifications.feeds.pages import FeedPages
from services.notifications.pages.centre import PATH as CENTRE
from services.notifications.pages.centre import Centre
from services.notifications.pages.deliveries import DeliveryPages
from services.notifications.pages.developers import DeveloperPage
from services.notifications.pages.follow import FollowPages
from services.notifications.pages.inbox import Inbox
from services.notifications.pages.keys import KeyPages
from services.notifications.pages.public_channels import PublicChannelPages
from services.notifications.pages.replays import ReplayPages
from services.notifications.pages.site import NotificationSite
from services.notifications.pages.streams import StreamPages


def page_routes(site: NotificationSite) -> list[BaseRoute]:
    """Every page. Paths with fixed words stand before those with a name in their place."""
    groups = (
        Inbox(site),
        Centre(site),
        FollowPages(site),
        PublicChannelPages(site),
        KeyPages(site),
        StreamPages(site),
        ReplayPages(site),
        DeliveryPages(site),
        DeveloperPage(site),
        FeedPages(site),
    )
    return [*front_routes(CENTRE), *(route for group in groups for route in group.routes())]
