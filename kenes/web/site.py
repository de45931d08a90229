"""What the pages of every service share: who is asking, forms that can be trusted, and answers that may be kept."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kenes.identity.access import current_person
from kenes.identity.login import LOGIN, LONGEST_PATH
from kenes.identity.person import Person
from kenes.web import again, confirmations, csrf
from kenes.web.bodies import Form, read_form
from kenes.web.caching import etag, keep_private, publish
from kenes.web.confirmations import Confirmations
from kenes.web.context import cookie, web
from kenes.web.i18n import Translator
from kenes.web.keeping import Kept
from kenes.web.limits import RateClass
from kenes.web.methods import read_at
from kenes.web.pages import NavItem, Pages, Shell, Viewer
from kenes.web.problems import Problem
from kenes.web.sessions import Session

FORM_LIMIT: Final = 1024 * 1024
"""Bytes of a form: six texts of 20,000 letters that take six bytes each, and some room."""

Desks = Callable[[frozenset[str]], tuple[NavItem, ...]]
"""The entries of the menu that somebody with these roles has beside everybody's."""

S = TypeVar("S")
P = ParamSpec("P")
Handler = Callable[Concatenate[S, Request, P], Awaitable[Response]]


@dataclass(frozen=True)
class Site:
    """Renders the templates of one `folder` inside the shell. A service's own site adds what its pages read and ask."""

    pages: Pages
    confirmations: Confirmations
    folder: str
    shell: Shell
    desks: Desks
    kept: Kept[Response] = field(default_factory=Kept)

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

        `make` gathers what the page shows. For visitors it runs once in so many seconds, however many ask, and they
        get the page before while the next one is made.
        """
        session = cookie(request.scope, web(request.scope).settings.session_cookie)
        if session is not None or "lang" in request.query_params:
            # The language just chosen belongs to one browser, as a session does.
            return await self.render(request, template, await make())

        async def page() -> Response:
            made = await self._render(request, template, await make())
            made.headers["etag"] = etag(bytes(made.body))  # once for all: it takes as long as the rest of an answer
            return made

        key = (request.url.path, request.url.query, self.translator(request).language)
        kept = await self.kept.get(key, max_age, page)
        response = Response(kept.body)
        response.raw_headers = list(kept.raw_headers)
        return publish(request, response, max_age=max_age, tag=kept.headers["etag"])

    async def _render(
        self, request: Request, template: str, context: Mapping[str, object], status: int = 200
    ) -> Response:
        person = await current_person(request)
        desks = self.desks(person.roles if person is not None else frozenset())
        shell = replace(self.shell, nav=(*self.shell.nav, *desks), sign_in=sign_in_address(request))
        shared = {"viewer": await self._viewer(request, person), "shell": shell}
        return self.pages.render(request, f"{self.folder}/{template}", {**shared, **context}, status=status)

    async def tokens(self, request: Request, purpose: str) -> dict[str, str]:
        """Hidden fields of a form that will do `purpose`, once."""
        session = await session_of(request)
        token = await self.confirmations.issue(session, purpose, {})
        return {csrf.FIELD: csrf.form_token(session), confirmations.FIELD: token}

    async def confirmed(self, request: Request, purpose: str) -> Form:
        """The form of a confirmation page. Raises the problems of a form that is not from one, or not the first."""
        form = await read_form(request, limit=FORM_LIMIT)
        try:
            session = await csrf.check_form(request, form)
            await self.confirmations.consume(session, purpose, form.text(confirmations.FIELD))
        except Problem:
            if again.sent(request) and await current_person(request) is not None:
                again.renew(request.scope, await self.tokens(request, purpose))
            raise
        return form

    async def _viewer(self, request: Request, person: Person | None) -> Viewer:
        if person is None:
            return Viewer()
        t = self.translator(request)
        return Viewer(person.public_name or t("site.account"), csrf.form_token(await session_of(request)))


def personal(handler: Handler[S, [Person]]) -> Handler[S, []]:
    """A handler for people who have signed in; whoever has not is sent to do so and comes back here.

    What was written in a form is never lost: whatever hinders it, the page of the problem shows it once more.
    """

    @wraps(handler)
    async def wrapped(self: S, request: Request) -> Response:
        person = await current_person(request)
        limiter = web(request.scope).limiter
        if person is None:
            limiter.admit(request.scope, RateClass.READ)
            if await again.keep(request, FORM_LIMIT):
                raise Problem(403, "signed-out", members={"sign_in": sign_in_address(request)})
            return see_other(sign_in_address(request))
        try:
            limiter.admit(
                request.scope, RateClass.READ if request.method in ("GET", "HEAD") else RateClass.WRITE, person.id
            )
            return keep_private(await handler(self, request, person))
        except Exception:
            await again.keep(request, FORM_LIMIT)
            raise

    return wrapped


def personal_to(allowed: Callable[[frozenset[str]], bool]) -> Callable[[Handler[S, [Person]]], Handler[S, []]]:
    """As `personal`, for people with roles that are allowed; others are told that it is not open to them."""

    def decorate(handler: Handler[S, [Person]]) -> Handler[S, []]:
        @wraps(handler)
        async def wrapped(self: S, request: Request, person: Person) -> Response:
            if not allowed(person.roles):
                raise Problem(403, "not-allowed")
            return await handler(self, request, person)

        return personal(wrapped)

    return decorate


async def session_of(request: Request) -> Session:
    """The session of somebody who has signed in."""
    sessions: Any = web(request.scope).sessions
    session: Session = await sessions.open(request.scope)
    return session


def sign_in_address(request: Request, *, again: bool = False) -> str:
    """Where to sign in and come back to this page, or to the nearest above it where this one only takes posts.

    Its query is left out where it is too long to be kept. `again` is for a person whose sign-in says too little.
    """
    path, query = read_at(request), f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    kept = path + query if len(path + query) <= LONGEST_PATH else path
    return f"{LOGIN}?{'again=1&' if again else ''}next={quote(kept, safe='/')}"


def see_other(address: str) -> Response:
    """After a post: read there."""
    return RedirectResponse(address, 303, {"cache-control": "no-store"})
