"""What operators see: pages made on the server, in three languages, that work without a script."""

from starlette.routing import BaseRoute

from services.console.pages.alerts import AlertPages
from services.console.pages.groups import GroupPages
from services.console.pages.overview import Overview
from services.console.pages.site import ConsoleSite
from services.console.pages.topics import TopicPages


def page_routes(site: ConsoleSite) -> list[BaseRoute]:
    """Every page."""
    groups = (Overview(site), TopicPages(site), GroupPages(site), AlertPages(site))
    return [route for group in groups for route in group.routes()]
