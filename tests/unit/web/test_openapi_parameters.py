"""Parameters with a fixed set of values: the document says what is taken, and nothing else is."""

from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from kenes.web.i18n import LANGUAGES
from kenes.web.language import edge_catalogs
from kenes.web.openapi import Operation, document
from kenes.web.openapi_parameters import all_chosen, choice, choices, chosen, switch, switched
from kenes.web.problems import InvalidInput

LATE = switch("overdue", "Only what is past due.")
SHOWN = switch("shown", "What is shown.", default=True)
LANGUAGE = choice("language", "Any where it is absent.", LANGUAGES)
FORMAT = choice("format", "How it is written.", ("json", "csv"), "json")
STATES = choices("state", "All where it is absent.", ("open", "closed"))


def request(**query: str | tuple[str, ...]) -> Request:
    return Request({"type": "http", "headers": [], "query_string": urlencode(query, doseq=True).encode()})


async def handler(_request: Request) -> Any:
    """Says something."""


def test_the_document_tells_type_values_and_default() -> None:
    operation = Operation.read("/list", handler, None, parameters=(LATE, SHOWN, LANGUAGE, FORMAT, STATES))
    told = document("x", "1", "", [operation])["paths"]["/list"]["get"]["parameters"]
    assert [each["schema"] for each in told] == [
        {"type": "boolean", "default": False},
        {"type": "boolean", "default": True},
        {"type": "string", "enum": ["kk", "ru", "en"]},
        {"type": "string", "enum": ["json", "csv"], "default": "json"},
        {"type": "array", "items": {"type": "string", "enum": ["open", "closed"]}},
    ]


def test_what_is_left_out_or_empty_is_the_default() -> None:
    for query in ({}, {"overdue": "", "shown": "", "language": "", "format": ""}):
        asked = request(**query)
        assert (switched(asked, LATE), switched(asked, SHOWN)) == (False, True)
        assert (chosen(asked, LANGUAGE), chosen(asked, FORMAT)) == (None, "json")


def test_what_is_said_is_taken() -> None:
    asked = request(overdue="true", shown="false", language="kk", format="csv")
    assert (switched(asked, LATE), switched(asked, SHOWN)) == (True, False)
    assert (chosen(asked, LANGUAGE), chosen(asked, FORMAT)) == ("kk", "csv")


def test_several_are_taken_each_once_and_none_is_none() -> None:
    assert all_chosen(request(state=("closed", "open", "closed")), STATES) == ["closed", "open"]
    assert all_chosen(request(state=""), STATES) == all_chosen(request(), STATES) == []
    with pytest.raises(InvalidInput) as refused:
        all_chosen(request(state=("open", "ajar")), STATES)
    (error,) = refused.value.errors
    assert error.pointer == "/state"


@pytest.mark.parametrize("value", ["null", "True", "1", "yes", " true", "\0"])
def test_anything_else_is_refused_by_name_with_what_it_may_be(value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        switched(request(overdue=value), LATE)
    (error,) = refused.value.errors
    assert error.pointer == "/overdue"
    for language in LANGUAGES:
        assert "true, false" in error.detail(language, edge_catalogs((), strict=True))
    with pytest.raises(InvalidInput):
        chosen(request(format=value), FORMAT)
