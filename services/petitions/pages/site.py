"""What every page shares: the shell, who is asking, forms that can be trusted, and answers that may be kept."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kenes.identity.access import current_person
from kenes.identity.login import LOGIN, LOGOUT
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.web import confirmations, csrf
from kenes.web.bodies import Form, read_form
from kenes.web.caching import etag, keep_private, publish
from kenes.web.confirmations import Confirmations
from kenes.web.context import cookie, web
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass
from kenes.web.pages import NavItem, Pages, Shell, Viewer
from kenes.web.problems import Problem
from kenes.web.sessions import Session
from services.petitions.answering.desk import is_agency
from services.petitions.commands import Commands
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import NEVER_PUBLIC
from services.petitions.live import LiveCounts
from services.petitions.pages.keeping import Kept
from services.petitions.pages.presenter import Presented, Presenter
from services.petitions.pages.reads import PageReads
from services.petitions.queries import Queries
from services.petitions.rights import Rights

WAIT: Final = 4.0
"""Seconds a page waits for a decision before it says that it is still being made."""

FORM_LIMIT: Final = 256 * 1024
"""Bytes of a form: the longest petition in letters that take six bytes each, and some room."""

SHELL: Final = Shell(
    nav=(
        NavItem("nav.petitions", "/petitions"),
        NavItem("nav.start", "/petitions/start"),
    ),
    footer=(
        NavItem("nav.how", "/#how"),
        NavItem("nav.petitions", "/petitions"),
        NavItem("nav.start", "/petitions/start"),
        NavItem("nav.me", "/me"),
        NavItem("nav.moderation_log", "/petitions/moderation-log"),
        NavItem("nav.developers", "/api/petitions/v1/openapi.json"),
    ),
    sign_in=f"{LOGIN}?next=/me",
    sign_out=LOGOUT,
)

MODERATION: Final = NavItem("nav.moderation", "/moderation")
"""In the menu of moderators only."""

AGENCY: Final = NavItem("nav.agency", "/agency")
"""In the menu of those who answer for a body only."""

S = TypeVar("S")
P = ParamSpec("P")
Handler = Callable[Concatenate[S, Request, P], Awaitable[Response]]


@dataclass(frozen=True)
class PageSite:
    """The parts of the pages. Handlers are methods of small classes that hold one."""

    pages: Pages
    commands: Commands
    queries: Queries
    rights: Rights
    reads: PageReads
    counts: LiveCounts
    packs: RulePacks
    keyring: Keyring
    confirmations: Confirmations
    small_group: int
    kept: Kept[Response] = field(default_factory=Kept)

    @property
    def presenter(self) -> Presenter:
        """Shows petitions."""
        return Presenter(self.packs, self.counts)

    def translator(self, request: Request) -> Translator:
        """The language of the answer."""
        return self.pages.translator(request)

    async def render(
        self, request: Request, template: str, context: Mapping[str, object] | None = None, *, status: int = 200
    ) -> Response:
        """A page for whoever asks; it is not for others to keep."""
        return keep_private(await self._render(request, template, context or {}, status))

    async def published(
        self, request: Request, template: str, make: Callable[[], Awaitable[Mapping[str, object]]], *, max_age: int
    ) -> Response:
        """A page that visitors' browsers and caches may keep for `max_age` seconds; a person's own copy is theirs.

        `make` gathers what the page shows. For visitors it runs once in so many seconds, however many ask.
        """
        session = cookie(request.scope, web(request.scope).settings.session_cookie)
        if session is not None or "lang" in request.query_params:
            # The language just chosen belongs to one browser, as a session does.
            return await self.render(request, template, await make())

        async def page() -> Response:
            return await self._render(request, template, await make())

        key = (request.url.path, request.url.query, self.translator(request).language)
        kept = await self.kept.get(key, max_age, page)
        response = Response(kept.body)
        response.raw_headers = list(kept.raw_headers)
        return publish(request, response, max_age=max_age, tag=etag(bytes(kept.body)))

    async def _render(
        self, request: Request, template: str, context: Mapping[str, object], status: int = 200
    ) -> Response:
        person = await current_person(request)
        roles = person.roles if person is not None else frozenset()
        desk = (*((MODERATION,) if MODERATOR in roles else ()), *((AGENCY,) if is_agency(roles) else ()))
        shell = replace(SHELL, nav=(*SHELL.nav, *desk), sign_in=sign_in_address(request))
        shared = {"viewer": await self._viewer(request), "shell": shell}
        return self.pages.render(request, f"petitions/{template}", {**shared, **context}, status=status)

    async def petition(self, request: Request, person: Person | None) -> Petition:
        """The petition of the address. A draft is nobody's but its author's and the moderators'."""
        found = await self.queries.petition(request.path_params["petition"])
        if found is None:
            raise Problem(404, "petition-unknown")
        if found.status in NEVER_PUBLIC and not (person and (self.wrote(found, person) or MODERATOR in person.roles)):
            raise Problem(404, "petition-unknown")
        return found

    def wrote(self, petition: Petition, person: Person | None) -> bool:
        """Whether this person is its author."""
        return person is not None and self.keyring.pseudonym(petition.id, person.id) == petition.author

    def present(self, request: Request, petition: Petition) -> Presented:
        """The petition as this reader sees it."""
        return self.presenter.of(petition, self.translator(request))

    async def tokens(self, request: Request, purpose: str) -> dict[str, str]:
        """Hidden fields of a form that will do `purpose`, once."""
        session = await session_of(request)
        token = await self.confirmations.issue(session, purpose, {})
        return {csrf.FIELD: csrf.form_token(session), confirmations.FIELD: token}

    async def confirmed(self, request: Request, purpose: str) -> Form:
        """The form of a confirmation page. Raises the problems of a form that is not from one, or not the first."""
        form = await read_form(request, limit=FORM_LIMIT)
        session = await csrf.check_form(request, form)
        await self.confirmations.consume(session, purpose, form.text(confirmations.FIELD))
        return form

    async def _viewer(self, request: Request) -> Viewer:
        person = await current_person(request)
        if person is None:
            return Viewer()
        t = self.translator(request)
        return Viewer(person.public_name or t("site.account"), csrf.form_token(await session_of(request)))


def personal(handler: Handler[S, [Person]]) -> Handler[S, []]:
    """A handler for people who have signed in; whoever has not is sent to do so and comes back here."""

    @wraps(handler)
    async def wrapped(self: S, request: Request) -> Response:
        person = await current_person(request)
        limiter = web(request.scope).limiter
        if person is None:
            limiter.admit(request.scope, RateClass.READ)
            return see_other(sign_in_address(request))
        limiter.admit(
            request.scope, RateClass.READ if request.method in ("GET", "HEAD") else RateClass.WRITE, person.id
        )
        return keep_private(await handler(self, request, person))

    return wrapped


async def session_of(request: Request) -> Session:
    """The session of somebody who has signed in."""
    sessions: Any = web(request.scope).sessions
    session: Session = await sessions.open(request.scope)
    return session


def sign_in_address(request: Request) -> str:
    """Where to sign in and come back to this page."""
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    return f"{LOGIN}?next={quote(request.url.path + query, safe='/')}"


def see_other(address: str) -> Response:
    """After a post: read there."""
    return RedirectResponse(address, 303, {"cache-control": "no-store"})
