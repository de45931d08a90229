"""The HTTP side of an api process: identity, sessions, forms and pages, put together the same way for every service."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from kenes.identity.access import PERSON, Authenticator
from kenes.identity.bearer import BearerVerifier
from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.identity.login import Login
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.identity.settings import sign_in
from kenes.kafka.producer import BrokerUnavailableError
from kenes.mail.letter import LOCALES as MAIL_LOCALES
from kenes.mongo.client import DatabaseError, DatabaseUnavailableError
from kenes.mongo.confirmations import MongoConfirmationStore
from kenes.mongo.sessions import MongoSessionStore
from kenes.observe.asgi import ObserveMiddleware
from kenes.service.definition import Context
from kenes.settings import KitSettings
from kenes.web.app import build_app
from kenes.web.assets import Assets
from kenes.web.boundary import Translations
from kenes.web.confirmations import Confirmations
from kenes.web.i18n import Catalogs
from kenes.web.language import edge_catalogs
from kenes.web.pages import Pages, Shell
from kenes.web.problems import Problem
from kenes.web.sessions import Sessions, SessionStore
from kenes.web.settings import WebSettings
from kenes.web.styleguide import style_guide_routes


@dataclass(frozen=True)
class Folders:
    """Where a service keeps its templates, static files and messages. `name` is part of its files' addresses."""

    name: str
    templates: Path
    static: Path
    locales: Path
    more_locales: tuple[Path, ...] = ()

    @classmethod
    def of(cls, service: Path, *more_locales: Path) -> "Folders":
        """Under their usual names in a service's package; parts of it may have messages of their own."""
        return cls(service.name, service / "templates", service / "static", service / "locales", more_locales)


@dataclass(frozen=True)
class Website:
    """The parts that a service's routes are made with, and `app`, which puts the routes behind the edge."""

    settings: KitSettings
    web: WebSettings
    catalogs: Catalogs
    pages: Pages
    assets: Assets
    authenticator: Authenticator
    login: Login
    sessions: Sessions
    confirmations: Confirmations

    def app(self, routes: Sequence[BaseRoute], unknown: Translations) -> ASGIApp:
        """The application. `unknown` are the service's own errors, and the problem each is answered with."""
        guide = [] if self.settings.environment == "production" else style_guide_routes(self.pages)
        translations: Translations = {
            BrokerUnavailableError: _unavailable,
            DatabaseUnavailableError: _unavailable,
            DatabaseError: _unavailable,
            **unknown,
        }
        return build_app(
            [*routes, self.assets.route(), *self.login.routes(), *guide],
            settings=self.web,
            catalogs=self.catalogs,
            sessions=self.sessions,
            problem_page=self.pages.problem_page,
            middleware=(ObserveMiddleware,),
            translations=translations,
        )


@asynccontextmanager
async def website(
    settings: KitSettings,
    context: Context,
    keyring: Keyring,
    folders: Folders,
    shell: Shell,
    sessions_through: Callable[[SessionStore], SessionStore] = lambda store: store,
) -> AsyncIterator[Website]:
    """Opens what a website needs. `sessions_through` puts something before the store of sessions."""
    issuers, login_settings = sign_in()
    sessions, confirmations = MongoSessionStore(context.people), MongoConfirmationStore(context.database)
    await sessions.prepare()
    await confirmations.prepare()
    async with AsyncExitStack() as stack:
        verifier = await stack.enter_async_context(BearerVerifier(issuers))
        login = Login(login_settings, issuers, verifier)
        stack.push_async_callback(login.aclose)
        web = settings.web.model_copy(
            update={
                # Signing out ends at the identity provider, and browsers ask whether a form may lead there.
                "identity_origins": (*settings.web.identity_origins, login.origin),
                "token_issuers": tuple(each.issuer.rstrip("/") for each in issuers),
            }
        )
        catalogs = edge_catalogs((LOGIN_LOCALES, MAIL_LOCALES, folders.locales, *folders.more_locales))
        assets = Assets(named={folders.name: folders.static})
        pages = Pages(catalogs, assets.url, templates=[folders.templates], shell=shell)
        pages.prepare()

        def owner(data: Mapping[str, Any]) -> bytes | None:
            """Under which the sessions of the person in `data` are found again."""
            return keyring.index(Person.from_dict(data[PERSON]).id) if PERSON in data else None

        yield Website(
            settings=settings,
            web=web,
            catalogs=catalogs,
            pages=pages,
            assets=assets,
            authenticator=Authenticator(verifier),
            login=login,
            sessions=Sessions(sessions_through(sessions), web, owner_of=owner),
            confirmations=Confirmations(confirmations, web),
        )


def _unavailable(_error: Exception) -> Problem:
    return Problem(503, "unavailable", headers={"retry-after": "2"})
