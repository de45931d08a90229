"""The root of a service's own site: on one host with others, the gateway leads it to the first of them."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kenes.web.limits import RateClass, limited


def front_routes(page: str) -> list[BaseRoute]:
    """The root leads to the service's front page."""

    async def front(_request: Request) -> Response:
        return RedirectResponse(page, 307, {"cache-control": "public, max-age=60"})

    return [Route("/", limited(RateClass.READ)(front), methods=["GET"])]
