"""Why a delivery by webhook failed stands in words on the pages, and is a documented code in the API."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

import kenes.egress
from kenes.egress.client import _FAILURES
from kenes.web.assets import Assets
from kenes.web.i18n import LANGUAGES
from kenes.web.language import edge_catalogs
from kenes.web.pages import Pages
from services.notifications.channels import webhook
from services.notifications.serving import FOLDERS

ROOT: Final = Path(__file__).parents[4]
SOURCES: Final = (*Path(kenes.egress.__file__).parent.glob("*.py"), Path(webhook.__file__))
NAMES_A_CODE: Final = {"EgressError", "EgressRefusedError", "Retry", "Gone"}
CATALOGS: Final = edge_catalogs((FOLDERS.locales,), strict=True)
PAGES: Final = Pages(CATALOGS, Assets().url, templates=[FOLDERS.templates])
AT: Final = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


def named(call: ast.Call) -> str | None:
    """The code that a call such as `EgressError("timeout")` names."""
    if not isinstance(call.func, ast.Name) or call.func.id not in NAMES_A_CODE or not call.args:
        return None
    return getattr(call.args[0], "value", None)


def codes() -> set[str]:
    """Every code a webhook can fail with, as the sources name them."""
    trees = (ast.parse(source.read_text(encoding="utf-8")) for source in SOURCES)
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {code for call in calls if isinstance(code := named(call), str)} | set(_FAILURES.values())


def shown(macro: str, *given: Any, language: str) -> str:
    """What a macro of the deliveries makes of what it is given."""
    template = PAGES._environments[language].get_template("notifications/_deliveries.html")
    return str(getattr(template.module, macro)(*given))


def attempt(**told: Any) -> dict[str, Any]:
    """A try, as the log of deliveries has it."""
    known = {"type": "notifications.petition.closed.v1", "order": None, "at": AT, "milliseconds": 7}
    return known | {"result": "failed", "status": None, "reason": None} | told


def test_the_codes_are_found() -> None:
    assert codes() >= {"timeout", "private-address", "headers-too-large", "refused", "gone"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(codes()))
def test_a_failure_is_told_in_words(code: str, language: str) -> None:
    words = CATALOGS.translate(language, f"streams.reason.{code}")
    assert words in shown("attempts", [attempt(reason=code)], language=language)
    letter = {"type": "t", "at": AT, "cursor": "7", "reason": code}
    told = shown("dead", [letter], {"id": "s"}, "token", language=language)
    assert words in told
    assert f"· {code}" not in told


def test_an_answer_is_told_by_its_status() -> None:
    tries = [attempt(status=503, reason="refused"), attempt(result="delivered", status=204)]
    told = shown("attempts", tries, language="en")
    assert "HTTP 503" in told
    assert "HTTP 204" in told


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_code_is_documented(code: str) -> None:
    assert f"`{code}`" in (ROOT / "docs" / "streams.md").read_text(encoding="utf-8")
