"""What the tests of pages share: an application that serves the style guide, and a client for it."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette

from kenes.web.app import build_app
from kenes.web.assets import Assets
from kenes.web.language import edge_catalogs
from kenes.web.pages import NavItem, Pages, Shell
from kenes.web.settings import WebSettings
from kenes.web.styleguide import style_guide_routes

GUIDE = ("", "/home", "/petition", "/question", "/receipt")


def guide_app(public_url: str = "http://127.0.0.1:8080") -> Starlette:
    catalogs, assets = edge_catalogs(strict=True), Assets()
    shell = Shell(nav=(NavItem("site.home", "/style-guide/home"), NavItem("site.account", "/me")))
    pages = Pages(catalogs, assets.url, shell=shell)
    return build_app(
        [*style_guide_routes(pages), assets.route()],
        settings=WebSettings(public_url=public_url),
        catalogs=catalogs,
        problem_page=pages.problem_page,
    )


def client(public_url: str = "http://127.0.0.1:8080") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(guide_app(public_url), client=("127.0.0.1", 1))
    return httpx.AsyncClient(transport=transport, base_url=public_url, headers={"accept": "text/html"})
