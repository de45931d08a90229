"""Versions of a draft on a running product: files in, clauses that keep their names, comments that follow them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import pytest
from docx.document import Document

from schemas.topics import LARGEST_DRAFT
from tests.drafting import in_base64, in_both, markdown, version_body
from tests.integration.api import problem
from tests.integration.consulting import Consulting
from tests.processes import Product, running_product
from tests.unit.consultations.drafts.samples import paragraph_of, repacked, with_notes, word_file
from tests.waiting import eventually

pytestmark = pytest.mark.stack

ASKING: Final = "Everybody may ask a body for what it knows, and need not say why."
ANSWER: Final = "An answer comes within five working days of the request."
FEES: Final = "A body asks for a fee where copies cost it money."
NEW: Final = "Who is refused an answer may go to court within a month."


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A running consultations service with servers of its own."""
    with running_product(service="consultations", environment={"KENES_WEB__READ_LIMIT": "1000000"}) as started:
        yield started


@pytest.fixture
def api(product: Product) -> Iterator[Consulting]:
    """Its API."""
    with Consulting(product) as opened:
        yield opened


def clauses(api: Consulting, consultation: str, version: int, language: str) -> dict[str, str]:
    """The words of each clause by its id."""
    path = f"/consultations/{consultation}/versions/{version}/{language}"
    found = api.ask("GET", path, api.agent, wait=0).json()
    return {each["id"]: each["text"] for each in found["tree"]["clauses"]}


def test_clauses_keep_their_names_and_comments_follow_them(api: Consulting) -> None:
    consultation = api.prepare(ASKING, FEES, ANSWER)
    api.done("POST", f"/consultations/{consultation}/opening", api.agent, json={"working_days": 15})
    quote = {"exact": "five working days", "prefix": "comes within ", "suffix": " of the"}
    kept = api.comment(consultation, api.person(), anchor={"clause": "art_3", "quote": quote})
    lost = api.comment(consultation, api.person(), "Тегін болсын.", anchor={"clause": "art_2"})

    shorter = ANSWER.replace("five", "three")
    api.add_version(consultation, 2, shorter, ASKING, NEW)

    for language in ("kk", "ru"):
        second = clauses(api, consultation, 2, language)
        assert list(second.values()) == [shorter, ASKING, NEW]
        assert list(second)[:2] == ["art_3", "art_1"]
        assert list(second)[2] not in clauses(api, consultation, 1, language)

    path = f"/consultations/{consultation}/comparisons/1/2/ru"
    told = api.ask("GET", path, wait=0).json()
    assert told["counts"] == {"moved-and-changed": 1, "unchanged": 1, "added": 1, "removed": 1}
    changed = next(each for each in told["clauses"] if each["id"] == "art_3")
    assert (changed["before"]["text"], changed["after"]["text"]) == (ANSWER, shorter)
    problem(api.ask("GET", path.replace("1/2", "2/1"), wait=0), 404, "version-unknown")

    compared = f"/consultations/{consultation}/versions/1..2/comments"
    page = eventually(lambda: api.page(compared), lambda shown: kept in shown and lost in shown)
    assert FEES in page


def test_a_draft_of_five_megabytes_comes_through_whole(api: Consulting) -> None:
    consultation = api.prepare(ASKING)
    article = "Мемлекеттік орган сұрау салуға жауап береді. " * 40
    articles = [f"Норма {number}: {article}" for number in range(1, 721)]
    body = in_both(2, *articles)
    api.done("POST", f"/consultations/{consultation}/versions", api.agent, json=body)
    for language in ("kk", "ru"):
        found = clauses(api, consultation, 2, language)
        assert list(found.values()) == [each.strip() for each in articles]
    path = f"/consultations/{consultation}"
    assert api.eventually(path, lambda found: found["version"] == 2, token=api.agent)
    written = sum(
        len(json.dumps(clauses(api, consultation, 2, each), ensure_ascii=False).encode()) for each in ("kk", "ru")
    )
    assert 4_500_000 < written < LARGEST_DRAFT


def test_a_draft_that_no_record_holds_is_refused_by_name(api: Consulting) -> None:
    consultation = api.prepare(ASKING)
    article = "Мемлекеттік орган сұрау салуға жауап береді. " * 2000
    texts = {language: markdown(language, *[article] * 18) for language in ("kk", "ru", "en")}
    body = version_body(2, texts)
    answer = api.ask("POST", f"/consultations/{consultation}/versions", api.agent, json=body)
    told = problem(answer, 422, "draft-too-large")
    assert told["limit"] < LARGEST_DRAFT < told["size"]
    assert api.ask("GET", f"/consultations/{consultation}", api.agent, wait=0).json()["version"] == 1


def with_footnote(language: str) -> bytes:
    """A Word file with a note to its only article, and a header that is no part of it."""

    def write(document: Document) -> None:
        with_notes(document, "footnote", "By the calendar of working days.")
        document.sections[0].header.paragraphs[0].text = "Draft"
        document.add_paragraph("1-бап" if language == "kk" else "Статья 1", style="Heading 1")
        paragraph_of(document, ASKING, ("footnote", 1))

    return word_file(write)


def test_a_footnote_comes_with_its_article_and_what_does_not_is_told(api: Consulting) -> None:
    consultation = api.prepare(ANSWER)
    body = version_body(2, {each: with_footnote(each) for each in ("kk", "ru")}, "docx")
    told = api.done("POST", f"/consultations/{consultation}/versions", api.agent, json=body)
    assert told["left_out"] == [
        {"language": each, "line": None, "element": "word/header1.xml", "reason": "header"} for each in ("kk", "ru")
    ]
    for language in ("kk", "ru"):
        (text,) = clauses(api, consultation, 2, language).values()
        assert text == f"{ASKING}[1]\n[1] By the calendar of working days."


def test_a_damaged_file_is_told_with_its_part_and_line(api: Consulting) -> None:
    consultation = api.prepare(ASKING)
    broken = repacked(with_footnote("ru"), {"word/document.xml": lambda data: data.replace(b"</w:body>", b"")})
    body = version_body(2, {"kk": with_footnote("kk"), "ru": broken}, "docx")
    answer = api.ask("POST", f"/consultations/{consultation}/versions", api.agent, json=body)
    told = problem(answer, 422, "draft-unreadable")
    assert (told["language"], told["part"], told["reason"]) == ("ru", "word/document.xml", "xml-tags")
    assert told["line"] >= 1
    assert "word/document.xml" in told["detail"]
    assert told["explanation"] in told["detail"]


def zipped(**entries: bytes) -> bytes:
    """A packed file."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return found.getvalue()


HOSTILE: Final = {
    "bomb.docx": ("unpacks-too-large", zipped(**{"word/document.xml": b" " * 50_000_000})),
    "macro.docx": ("macro", zipped(**{"word/vbaProject.bin": b"code"})),
    "entity.xml": ("doctype", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><akomaNtoso>&x;</akomaNtoso>'),
    "draft.pdf": ("format-unknown", b"%PDF-1.7"),
    "draft.md": ("not-utf-8", "# Заң".encode("utf-16")),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_files_are_refused_with_the_reason_and_nothing_is_made(api: Consulting, name: str) -> None:
    reason, data = HOSTILE[name]
    consultation = api.prepare(ASKING)
    body = version_body(2, {"kk": markdown("kk", ASKING), "ru": markdown("ru", ASKING)})
    body["texts"][1] |= {"name": name, "content": in_base64(data)}
    path = f"/consultations/{consultation}/versions"
    answer = api.client.post(
        f"/api/consultations/v1{path}",
        json=body,
        headers={"authorization": f"Bearer {api.agent}", "accept-language": "ru"},
    )
    told = problem(answer, 422, "draft-unreadable")
    assert (told["language"], told["file"], told["reason"]) == ("ru", name, reason)
    assert re.search("[а-я]", told["explanation"])
    assert api.ask("GET", f"/consultations/{consultation}", api.agent, wait=0).json()["version"] == 1


def test_languages_that_differ_are_refused_with_the_clause(api: Consulting) -> None:
    consultation = api.prepare(ASKING)
    body = version_body(2, {"kk": markdown("kk", ASKING), "ru": markdown("ru", ASKING, ANSWER)})
    told = problem(api.ask("POST", f"/consultations/{consultation}/versions", api.agent, json=body), 422,
                   "draft-languages-differ")  # fmt: skip
    assert [(each["reason"], each["clause"]) for each in told["differences"]] == [("extra", "Статья 2")]


def test_what_is_too_large_or_not_theirs_is_never_read(api: Consulting) -> None:
    consultation = api.prepare(ASKING)
    path = f"/consultations/{consultation}/versions"
    huge: dict[str, Any] = version_body(2, {"kk": b"x" * 50_000_000})
    problem(api.ask("POST", path, api.agent, json=huge), 413, "body-too-large")
    problem(api.ask("POST", path, api.person(), json=in_both(2, ASKING)), 403, "not-allowed")
    problem(api.ask("POST", path, api.agent, json=in_both(3, ASKING)), 409, "version-stale")
    only = version_body(2, {"ru": markdown("ru", ASKING)})
    problem(api.ask("POST", path, api.agent, json=only), 422, "language-missing")
    bad = in_both(2, ASKING)
    bad["texts"][0]["content"] = "это не base64"
    problem(api.ask("POST", path, api.agent, json=bad), 422, "input-invalid")
    unknown = "/consultations/00000000-0000-4000-8000-000000000009/versions"
    problem(api.ask("POST", unknown, api.agent, json=in_both(1, ASKING)), 404, "consultation-unknown")
