"""What OpenAPI documents say of who may: true of every operation, valid, and the same words in every service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from openapi_spec_validator import validate
from starlette.requests import Request

from kenes.service.own_data import OwnDataApi
from kenes.web.openapi import Operation, document
from kenes.web.openapi_security import WaysIn
from kenes.web.problems import InvalidInput
from schemas.petitions.v1 import Category
from services.console import api as console
from services.consultations import api as consultations
from services.consultations.comments_api import CommentsApi
from services.consultations.handing_in.api import VersionsApi
from services.consultations.handing_in.reads import ComparisonApi
from services.consultations.ledger.api import LedgerApi
from services.consultations.opendata import OpenData
from services.consultations.own_data import MyData
from services.petitions.domain.status import LISTED
from services.petitions.filters import FILTERS
from services.petitions.search.wanted import Filter

NOTHING: Any = None
"""No operation is called here."""
WAYS = WaysIn(("https://id.example", "https://other.example/realms/a"), "__Host-kenes")


async def handler(_request: Request) -> Any:
    """Says something."""


def operations_of_consultations() -> Sequence[Operation]:
    members: dict[str, Any] = dict.fromkeys(consultations.Api.__dataclass_fields__)
    parts: dict[str, Any] = {
        "comments": CommentsApi(*[NOTHING] * 8),
        "versions": VersionsApi(NOTHING, NOTHING),
        "comparisons": ComparisonApi(NOTHING, NOTHING),
        "ledger": LedgerApi(NOTHING, NOTHING, NOTHING, NOTHING, 5),
        "own": OwnDataApi(NOTHING, NOTHING, MyData),
        "open_data": OpenData(NOTHING, NOTHING),
    }
    return consultations.Api(**members | parts).operations()


OPERATIONS = {
    "consultations": operations_of_consultations(),
    "console": console.Api(NOTHING, NOTHING, NOTHING).operations(),
}


@pytest.mark.parametrize("service", OPERATIONS)
def test_the_document_is_valid_and_names_no_scheme_that_it_does_not_describe(service: str) -> None:
    found = document(service, "1", f"/api/{service}/v1", OPERATIONS[service], WAYS)
    validate(found)
    schemes = found["components"]["securitySchemes"]
    asked = [
        each
        for path in found["paths"].values()
        for operation in path.values()
        for each in operation.get("security", [])
    ]
    assert {name for each in asked for name in each} == schemes.keys()


def test_operators_come_by_token_or_session_and_no_other_way() -> None:
    found = document("console", "1", "", OPERATIONS["console"], WAYS)
    ways = [each["security"] for path in found["paths"].values() for each in path.values()]
    assert ways
    assert all(each == [{"bearer": []}, {"openid": []}, {"openid1": []}, {"session": []}] for each in ways)
    assert found["components"]["securitySchemes"]["session"]["name"] == "__Host-kenes"


def test_a_draft_may_be_read_with_a_token_and_without() -> None:
    found = document("consultations", "1", "", OPERATIONS["consultations"], WAYS)["paths"]
    shown = found["/consultations/{consultation}"]["get"]["security"]
    assert shown[0] == {}
    assert {"bearer": []} in shown
    assert {} not in found["/consultations"]["post"]["security"]


def test_what_is_open_to_everybody_names_nothing() -> None:
    found = document("x", "1", "", [Operation("GET", "/open", handler, {200: None})], WAYS)
    assert "security" not in found["paths"]["/open"]["get"]
    assert found["components"]["securitySchemes"] == {}


def test_each_issuer_has_a_scheme_that_leads_to_where_tokens_come_from() -> None:
    found = document("x", "1", "", [Operation("GET", "/own", handler, {200: None}, secured=True)], WAYS)
    schemes = found["components"]["securitySchemes"]
    assert [schemes[name]["openIdConnectUrl"] for name in ("openid", "openid1")] == [
        "https://id.example/.well-known/openid-configuration",
        "https://other.example/realms/a/.well-known/openid-configuration",
    ]
    validate(found)


def test_a_parameter_with_fixed_values_says_them() -> None:
    found = document("consultations", "1", "", OPERATIONS["consultations"], WAYS)["paths"]
    duties = found["/consultations/{consultation}/duties"]["get"]["parameters"]
    (overdue,) = [each for each in duties if each["name"] == "overdue"]
    assert overdue["schema"] == {"type": "boolean", "default": False}
    petitions = {each.name: each.schema for each in FILTERS}
    assert petitions["status"]["items"]["enum"] == list(map(str, LISTED))
    assert petitions["language"]["enum"] == ["kk", "ru", "en"]
    assert petitions["category"]["enum"] == list(map(str, Category))
    assert petitions["limit"]["default"] == Filter().limit


async def test_duties_take_no_other_word_for_overdue() -> None:
    consultation: Any = SimpleNamespace(id="c", opened_at=datetime(2026, 9, 1, tzinfo=UTC))

    async def one(_consultation: str) -> Any:
        return consultation

    scope = {"type": "http", "headers": [], "query_string": b"overdue=null", "path_params": {"consultation": "c"}}
    ledger = LedgerApi(SimpleNamespace(consultation=one), NOTHING, NOTHING, NOTHING, 5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        await ledger.list_duties(Request(scope))
    (error,) = refused.value.errors
    assert (error.pointer, error.values["expected"]) == ("/overdue", "true, false")
