"""docs/security.md names tests that exist and limits that are in force."""

import re
from pathlib import Path

import pytest

from kenes.web.settings import WebSettings

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:unit|integration|e2e|contract)/[\w/]+\.py(?:::\w+)?)`", PAGE)))


def test_the_page_names_tests() -> None:
    assert len(NAMED) > 60


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_exists(named: str) -> None:
    file, _, function = named.partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {function or 'test_'}", text, re.MULTILINE), named


@pytest.mark.parametrize("field", ["read_limit", "write_limit", "anonymous_write_limit", "streams_per_address"])
def test_limits_are_those_of_the_settings(field: str) -> None:
    [told] = re.findall(rf"\| (\d+) \| `KENES_WEB__{field.upper()}` \|", PAGE)
    assert int(told) == WebSettings.model_fields[field].default


def test_every_section_of_the_standard_that_applies_is_told() -> None:
    chapters = {int(number) for number in re.findall(r"^\| V(\d+)\.", PAGE, re.MULTILINE)}
    assert chapters == set(range(1, 17))
