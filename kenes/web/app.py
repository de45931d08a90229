"""Composes an application: the routes of a service behind the edge every service shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan

from kenes.web.boundary import ProblemBoundary, Translations
from kenes.web.context import Web
from kenes.web.csrf import CrossSiteGuard
from kenes.web.guards import Guards
from kenes.web.i18n import Catalogs
from kenes.web.language import edge_catalogs
from kenes.web.limits import Limiter
from kenes.web.methods import EveryMethod
from kenes.web.problems import ProblemPage
from kenes.web.security import SecurityHeaders
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings


class EdgeApp(Starlette):
    """Starlette with our one exception boundary in place of its two: no path answers in a way of its own."""

    edge: Callable[[ASGIApp], ASGIApp]

    def build_middleware_stack(self) -> ASGIApp:
        """The edge around the router."""
        self.router.redirect_slashes = False  # one name per page
        return self.edge(EveryMethod(self.router))


def build_app(  # noqa: PLR0913 - all but two are named and have defaults
    routes: Sequence[BaseRoute],
    *,
    settings: WebSettings,
    catalogs: Catalogs | None = None,
    limiter: Limiter | None = None,
    sessions: Sessions | None = None,
    lifespan: Lifespan[Any] | None = None,
    problem_page: ProblemPage | None = None,
    translations: Translations | None = None,
    middleware: Sequence[Callable[[ASGIApp], ASGIApp]] = (),
) -> Starlette:
    """The application. Handlers find the shared parts with `context.web(request.scope)`.

    From the outside in: `middleware` (metrics, traces), security headers, the problem boundary, guards against
    request tricks, the cross-site check, the router. Rate limits are asked by handlers, which know who is asking.
    """
    messages = catalogs if catalogs is not None else edge_catalogs()
    app = EdgeApp(routes=routes, lifespan=lifespan)
    app.state.web = Web(
        settings=settings,
        catalogs=messages,
        limiter=limiter if limiter is not None else Limiter(settings),
        sessions=sessions,
    )

    def edge(inner: ASGIApp) -> ASGIApp:
        inner = CrossSiteGuard(inner, settings, routes)
        inner = Guards(inner, settings)
        inner = ProblemBoundary(inner, messages, problem_page, translations or {})
        inner = SecurityHeaders(inner, settings)
        for wrap in reversed(middleware):
            inner = wrap(inner)
        return inner

    app.edge = edge
    return app
