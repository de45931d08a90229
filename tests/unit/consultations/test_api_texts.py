"""The text of a version over the API, by a number in its address."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request

from kenes.web.problems import Problem
from services.consultations.api import Api
from services.consultations.domain.consultation import Consultation
from tests.unit.consultations.hearings import PATHS, lived, tree


class Stored:
    """A consultation with one version in one language; it stands in for who asks, too."""

    async def consultation(self, _request: Request) -> Consultation | None:
        return lived(PATHS["open"])

    async def text(self, _consultation: str, version: int, language: str) -> Any:
        return tree() if (version, language) == (1, "ru") else None


async def shown(version: str, language: str) -> bytes:
    parts: dict[str, Any] = dict.fromkeys(Api.__dataclass_fields__) | {"queries": Stored(), "callers": Stored()}
    path = {"consultation": "c", "version": version, "language": language}
    answer = await Api(**parts).show_text(Request({"type": "http", "headers": [], "path_params": path}))
    return bytes(answer.body)


async def test_a_version_is_shown_in_a_language_that_it_has() -> None:
    assert b'"version":1,"language":"ru"' in await shown("1", "ru")


@pytest.mark.parametrize(
    ("version", "language"), [("2", "ru"), ("1", "kk"), ("²", "ru"), ("-1", "ru"), ("9" * 30, "ru")]
)
async def test_what_is_no_version_is_unknown(version: str, language: str) -> None:
    with pytest.raises(Problem, match="version-unknown"):
        await shown(version, language)
