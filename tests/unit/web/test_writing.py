"""What somebody wrote in a form: what to mend in it, in words."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field, ValidationError

from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.language import edge_catalogs
from kenes.web.writing import as_seen, faults, unfit
from schemas.prose import Prose

CATALOGS = edge_catalogs(())


class Body(BaseModel):
    """What a form makes."""

    reason: Prose = Field(min_length=3)
    count: int


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "said"), [("ab", "10"), ("x" * 11, "10"), ("\u2800" * 5, "10"), ("ab\u202ecd", "U+202E")]
)
def test_a_text_is_too_short_too_long_or_not_what_it_looks_like(text: str, said: str, language: str) -> None:
    assert said in unfit(text, 3, 10, Translator(CATALOGS, language))


def test_a_text_that_can_be_read_is_fit() -> None:
    assert unfit("Қала", 3, 10, Translator(CATALOGS, "kk")) == ""


def test_each_control_is_told_of_once_and_of_what_nobody_sees_where_it_is() -> None:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate({"reason": "Go\u202e on", "count": "many"})

    found = faults(refused.value, lambda place: (f"act-{place[0]}", "Mend it"), Translator(CATALOGS, "en"))

    assert dict(found)["act-count"] == "Mend it"
    assert "U+202E, after “Go”" in dict(found)["act-reason"]
    assert as_seen({"reason": "Go\u202e on"}) == {"reason": "Go on"}
