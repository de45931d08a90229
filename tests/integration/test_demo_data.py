"""The demo consultations on real Kafka: decided like anybody's requests, complete, and made once."""

from __future__ import annotations

from typing import Any

import pytest

from services.consultations.demo import files
from tests.integration.consulting import Consulting
from tests.processes import running_product

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

SECONDS = 400.0


def test_the_demo_is_made_once_and_is_alive() -> None:
    with running_product(service="consultations") as product, Consulting(product) as api:
        assert product.run("seed", seconds=SECONDS)[0] == 0

        told = [(279, 12_004), (18, 385)]
        found = api.eventually(
            "/consultations",
            lambda shown: [(each["comments"], each["votes"]) for each in shown["consultations"]] == told,
            SECONDS,
        )["consultations"]
        media, library = found
        assert (media["status"], media["version"]) == ("open", 2)
        assert (library["status"], [step["what"] for step in library["path"]][-2:]) == (
            "reported",
            ["report-published", "stage-government"],
        )
        assert [step["at"] for step in library["path"]] == sorted(step["at"] for step in library["path"])
        _answers_are_owed(api, media, library)
        _opinions_divide(api, media)

        status, said = product.run("seed", seconds=SECONDS)
        assert (status, "there already" in said) == (0, True)
        again = api.ask("GET", "/consultations", wait=0).json()["consultations"]
        assert [(each["comments"], each["votes"]) for each in again] == [
            (each["comments"], each["votes"]) for each in found
        ]
        assert product.run("audit")[0] == 0


def _answers_are_owed(api: Consulting, media: dict[str, Any], library: dict[str, Any]) -> None:
    answered = sum(len(answer.languages) for answer in files.comments("media-law").answer)
    path = f"/consultations/{media['id']}"
    report = api.eventually(f"{path}/report", lambda shown: shown["comments"] == 279)
    assert (report["owed"], report["answered"], report["overdue"]) == (279 - answered, answered, 0)
    (campaign,) = api.eventually(f"{path}/campaigns", lambda shown: len(shown["campaigns"]) == 1)["campaigns"]
    assert (campaign["people"], campaign["owed"]) == (120, 120)
    done = f"/consultations/{library['id']}/report"
    api.eventually(done, lambda shown: (shown["owed"], shown["comments"]) == (0, 18))


def _opinions_divide(api: Consulting, media: dict[str, Any]) -> None:
    path = f"/consultations/{media['id']}/groups"
    groups = api.eventually(path, lambda shown: shown.get("votes") == media["votes"] and shown["groups"])
    assert len(groups["groups"]) in (2, 3)
    assert groups["across_groups"]
