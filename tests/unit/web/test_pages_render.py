"""Pages as they are sent: language, escaping, the content policy, weight, and forms a screen reader can use."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError
from starlette.requests import Request

from kenes.web.app import build_app
from kenes.web.assets import Assets
from kenes.web.language import edge_catalogs
from kenes.web.pages import Pages, Shell, Viewer
from kenes.web.settings import WebSettings
from tests.unit.web.pages_support import GUIDE, client

LANGUAGES = ("kk", "ru", "en")


def pages(templates: Path, viewer: Viewer | None = None) -> Pages:
    return Pages(
        edge_catalogs(strict=True),
        Assets().url,
        templates=[templates],
        shell=Shell(sign_out="/out"),
        viewer=lambda _: viewer or Viewer(),
    )


def request(path: str = "/", query: str = "") -> Request:
    app = build_app([], settings=WebSettings())
    return Request(
        {
            "type": "http",
            "app": app,
            "method": "GET",
            "scheme": "http",
            "server": ("127.0.0.1", 8080),
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"accept-language", b"en")],
        }
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", GUIDE)
async def test_every_example_page_keeps_the_promises_of_a_page(path: str, language: str) -> None:
    async with client() as browser:
        answer = await browser.get(f"/style-guide{path}", params={"lang": language})
    html = answer.text
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in html
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:", html), (
        "forbidden by the policy"
    )
    ids = Counter(re.findall(r'\sid="(.*?)"', html))
    assert [name for name, times in ids.items() if times > 1] == []
    for control in re.findall(r'<(?:input|textarea|select)(?![^>]*type="hidden")[^>]*\sid="(.*?)"', html):
        assert f'<label for="{control}"' in html or re.search(rf'<label[^>]* for="{control}"', html)
    for wanted in re.findall(r'aria-describedby="(.*?)"', html):
        assert set(wanted.split()) <= set(ids)
    for target in re.findall(r'href="#(.+?)"', html):
        assert target in ids or target.isdigit()
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] in {1, 2}
    assert levels.count(1) == 1
    assert "{" not in re.sub(r'data-[a-z]+="[^"]*"', "", html), "a placeholder was left open"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_with_all_it_loads_weighs_less_than_100_kb(language: str) -> None:
    async with client() as browser:
        page = await browser.get("/style-guide/petition", params={"lang": language})
        total = len(gzip.compress(page.content))
        # Each face is fetched when one of its letters is on the page: here all three, for the language links alone.
        fonts = {Assets().url(f"fonts/onest-{name}.woff2") for name in ("latin", "cyrillic", "kazakh")}
        for url in fonts | set(re.findall(r'(?:src|href)="(/static/.*?)"', page.text)):
            async with browser.stream("GET", url, headers={"accept-encoding": "gzip"}) as asset:
                assert asset.status_code == 200
                total += sum([len(part) async for part in asset.aiter_raw()])
    assert total < 100_000


async def test_the_language_link_answers_and_is_remembered() -> None:
    async with client() as browser:
        russian = await browser.get("/style-guide/home", params={"lang": "ru", "q": "a&b"})
        assert russian.headers["content-language"] == "ru"
        assert russian.headers["set-cookie"].startswith("lang=ru;")
        assert "Secure" not in russian.headers["set-cookie"]
        assert 'href="?q=a%26b&amp;lang=kk"' in russian.text
        again = await browser.get("/style-guide/home", headers={"accept-language": "en"})
    assert '<html lang="ru">' in again.text
    assert "set-cookie" not in again.headers
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in again.headers["vary"].split(",")}


async def test_the_cookie_is_secure_where_the_site_is() -> None:
    async with client("https://kenes.example") as browser:
        answer = await browser.get("/style-guide/home", params={"lang": "kk"})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("wish", ["xx", "", "../en", "kk\r\nSet-Cookie: a=b"])
async def test_an_unknown_language_is_ignored(wish: str) -> None:
    async with client() as browser:
        answer = await browser.get("/style-guide/home", params={"lang": wish}, headers={"accept-language": "en"})
    assert answer.headers["content-language"] == "en"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("language", "title"), [("kk", "Мұндай бет жоқ"), ("ru", "Такой страницы нет"), ("en", "There is no such page")]
)
async def test_a_problem_is_a_page_of_the_site(language: str, title: str) -> None:
    async with client() as browser:
        answer = await browser.get("/nowhere", headers={"accept-language": language})
    assert answer.status_code == 404
    assert f"<h1>{title}</h1>" in answer.text
    assert answer.headers["content-language"] == language
    assert 'name="robots" content="noindex"' in answer.text


def test_what_people_wrote_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text(
        "{{ words }}{% import 'kit/forms.html' as f %}{{ f.field('a', 'A', value=words) }}"
    )
    html = bytes(pages(tmp_path).render(request(), "p.html", {"words": "<script>'\""}).body).decode()
    assert "<script>" not in html
    assert 'value="&lt;script&gt;&#39;&#34;"' in html


def test_a_forgotten_value_fails_the_page_instead_of_leaving_a_hole(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("{{ forgotten }}")
    with pytest.raises(UndefinedError, match="forgotten"):
        pages(tmp_path).render(request(), "p.html")


def test_a_service_may_replace_a_template_of_the_kit(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text("own")
    assert pages(tmp_path).render(request(), "base.html").body == b"own"


def test_someone_signed_in_sees_the_way_out_as_a_guarded_post(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("{% extends 'base.html' %}")
    html = bytes(pages(tmp_path, Viewer("Айгерім С.", "t0ken")).render(request(), "p.html").body).decode()
    assert "Айгерім С." in html
    assert re.search(r'<form method="post" action="/out"><input type="hidden" name="csrf_token" value="t0ken">', html)


def test_a_path_cannot_lead_the_language_links_to_another_site(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("{% extends 'base.html' %}")
    html = bytes(pages(tmp_path).render(request("//evil.example/x"), "p.html").body).decode()
    assert "evil.example" not in html


def test_status_and_headers_of_the_caller_are_kept(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("x")
    answer = pages(tmp_path).render(request(), "p.html", status=422, headers={"Vary": "Accept", "X-A": "b"})
    assert (answer.status_code, answer.headers["x-a"]) == (422, "b")
    assert {"Accept", "Cookie"} <= {name.strip() for name in answer.headers["vary"].split(",")}


def test_what_every_page_is_made_of_can_be_compiled_before_anybody_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain.html").write_text(
        '{% extends "base.html" %}{% import "kit/blocks.html" as blocks %}{% import "kit/forms.html" as forms %}'
    )
    compiled: list[str] = []
    plain: Any = Environment.compile

    def noted(self: Environment, source: str, name: str, *rest: str) -> Any:
        compiled.append(name)
        return plain(self, source, name, *rest)

    monkeypatch.setattr(Environment, "compile", noted)
    site = pages(tmp_path)
    site.prepare()
    assert sorted(compiled) == ["base.html", "kit/blocks.html", "kit/forms.html", "kit/icons.html"]
    compiled.clear()

    for language in LANGUAGES:
        site.render(request(query=f"lang={language}"), "plain.html")
    assert compiled == ["plain.html"]
