"""The root of a site of its own: on one host with petitions, the gateway leads it to them."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kenes.web.limits import RateClass, limited

LIST = "/consultations"


def front_routes() -> list[BaseRoute]:
    """The root leads to the list."""
    return [Route("/", limited(RateClass.READ)(_front), methods=["GET"])]


async def _front(_request: Request) -> Response:
    return RedirectResponse(LIST, 307, {"cache-control": "public, max-age=60"})
