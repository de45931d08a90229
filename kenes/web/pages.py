"""Pages rendered on the server in the language of the person who asks.

There is one Jinja environment per language, so that the macros of the kit can be imported without context (and be
cached) and still speak the right language: `t`, `number`, `date` and their kin are globals of the environment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote, urlencode

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kenes.web import again
from kenes.web.charts import Charts
from kenes.web.context import web
from kenes.web.i18n import LANGUAGE_COOKIE, LANGUAGES, NAMES, Catalogs, Translator
from kenes.web.language import request_language
from kenes.web.methods import read_at
from kenes.web.problems import ProblemView
from kenes.web.template_cache import SharedBytecode

KIT_TEMPLATES: Final = Path(__file__).parent / "templates"
_EVERYWHERE: Final = ("base.html", "kit/blocks.html", "kit/forms.html", "kit/icons.html")
_YEAR: Final = 365 * 24 * 3600


class AssetUrl(Protocol):
    """The address of a static file by its name below `static/`: `"kenes.css"`."""

    def __call__(self, name: str, /) -> str: ...


@dataclass(frozen=True)
class NavItem:
    """An entry of the main menu: a message key and an address. It is current for every path below `href`."""

    key: str
    href: str


@dataclass(frozen=True)
class Viewer:
    """Who looks at the page: `name` is None for a visitor. The token protects the sign-out form."""

    name: str | None = None
    csrf_token: str = ""


@dataclass(frozen=True)
class Shell:
    """What surrounds every page: the menu, the links at the foot, and the addresses the header leads to.

    `follow` is where a reader chooses to be told of something, named by `?interest=`; nobody is asked where it is None.
    """

    nav: Sequence[NavItem] = ()
    footer: Sequence[NavItem] = ()
    home: str = "/"
    account: str = "/me"
    sign_in: str = "/sign-in"
    sign_out: str = "/sign-out"
    follow: str | None = None

    def among(self, own: str, sites: Mapping[str, str], followed_at: str | None = None) -> "Shell":
        """The same where other services have sites: menus lead to the front page of each, in the order of `sites`.

        `own` is the service of this shell; `sites` are origins by service, whose front pages are `/SERVICE`. The
        first one's origin is everybody's home. `followed_at` is the service where readers choose to be told of things.
        """
        if not sites.keys() - {own}:
            return self
        named = sites if own in sites else {own: "", **sites}
        origins = {name: origin.rstrip("/") for name, origin in named.items()}
        first, *more = self.nav
        services = [
            first if name == own else NavItem(f"nav.{name}", f"{origin}/{name}") for name, origin in origins.items()
        ]
        footer = (*services, *(item for item in self.footer if item != first))
        home = self.home if next(iter(origins)) == own else f"{next(iter(origins.values()))}/"
        follow = f"{origins[followed_at]}/follow" if followed_at in origins else None
        return replace(self, nav=(*services, *more), footer=footer, home=home, follow=follow)


@dataclass(frozen=True)
class LanguageLink:
    """The page in another language. `query` asks for it at whatever address a form is sent to."""

    code: str
    name: str
    href: str
    query: str
    current: bool


class Pages:
    """Templates of the kit and of one or more services.

    `templates` are folders searched before the kit's own; `viewer` tells who asks (a visitor by default).
    `reload` reads changed templates again, for people who write them.
    """

    def __init__(
        self,
        catalogs: Catalogs,
        asset_url: AssetUrl,
        *,
        templates: Sequence[Path] = (),
        shell: Shell | None = None,
        viewer: Callable[[Request], Viewer] = lambda _request: Viewer(),
        reload: bool = False,
    ) -> None:
        self.catalogs = catalogs
        self._viewer = viewer
        loader = FileSystemLoader([*templates, KIT_TEMPLATES])
        bytecode = SharedBytecode()
        shared = {"asset": asset_url, "shell": shell or Shell()}
        self._translators = {language: Translator(catalogs, language) for language in LANGUAGES}
        self._environments = {
            language: _environment(translator, loader, bytecode, shared, reload=reload)
            for language, translator in self._translators.items()
        }

    def prepare(self) -> None:
        """Compiles what every page is made of, a tenth of a second's work, so that the first visitor need not wait."""
        for environment, name in product(self._environments.values(), _EVERYWHERE):
            environment.get_template(name)

    def translator(self, request: Request) -> Translator:
        """The messages and formats of the language this request is answered in."""
        return self._translators[request_language(request.scope)]

    def render(
        self,
        request: Request,
        template: str,
        context: Mapping[str, object] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The page `template` with `context`; templates also see `request`, `viewer`, `path`, `language_links`, `sent`.

        A `viewer` in the context goes before the one `Pages` was made with.

        A `?lang=` link is remembered in a cookie: a wish of the browser, not a change of any fact.
        """
        return self._respond(request, template, {"viewer": self._viewer(request), **(context or {})}, status, headers)

    async def problem_page(self, request: Request, problem: ProblemView) -> Response:
        """The page of a problem, for `build_app(problem_page=...)`: what happened and what to do.

        The viewer is not asked for: when sessions are what broke, this page must still come.
        """
        context = {"viewer": None, "problem": problem, "page": quote(read_at(request), safe="/")}
        return self._respond(request, "problem.html", context, problem.status, None)

    def _respond(
        self,
        request: Request,
        template: str,
        context: Mapping[str, object],
        status: int,
        headers: Mapping[str, str] | None,
    ) -> Response:
        language = request_language(request.scope)
        page = self._environments[language].get_template(template)
        links = _language_links(request, language)
        shared = {"request": request, "path": request.url.path, "language_links": links, "sent": again.sent(request)}
        html = page.render({**shared, **context})
        response = HTMLResponse(html, status, headers=dict(headers or {}))
        response.headers["Content-Language"] = language
        response.headers.add_vary_header("Accept-Language, Cookie")
        if request.query_params.get("lang") == language:
            settings = web(request.scope).settings
            response.set_cookie(LANGUAGE_COOKIE, language, _YEAR, secure=settings.secure, httponly=True, samesite="lax")
        return response


def _language_links(request: Request, current: str) -> list[LanguageLink]:
    """The same page in each language; query-only references. Where only posts go, the nearest page above it."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    found = read_at(request)
    page = "" if found == request.url.path else quote(found, safe="/")
    queries = [(code, "?" + urlencode([*kept, ("lang", code)])) for code in LANGUAGES]
    return [LanguageLink(code, NAMES[code], page + query, query, code == current) for code, query in queries]


def _environment(
    translator: Translator, loader: BaseLoader, bytecode: SharedBytecode, shared: Mapping[str, object], *, reload: bool
) -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=loader,
        bytecode_cache=bytecode,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    formats = translator.formats
    environment.globals.update(
        shared,
        t=translator,
        plural_json=translator.plural_json,
        lang=translator.language,
        number=formats.number,
        compact=formats.compact,
        percent=formats.percent,
        date=formats.date,
        day=formats.day,
        date_time=formats.date_time,
        ago=formats.ago,
        charts=Charts(translator),
    )
    return environment
