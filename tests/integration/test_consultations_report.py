"""A report of results on real Kafka: held back while one comment is owed an answer, published once none is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.consultations.comments import RetractRequested
from schemas.topics import COMMENT_REQUESTS
from tests.integration.consulting import STATEMENT, Consulting
from tests.integration.past import answer, ask_then, closed, comment, hand_in
from tests.processes import Product, running_product
from tests.waiting import eventually

pytestmark = pytest.mark.stack

CAMPAIGN = "Біз бесінші бапты өзгертпей қалдыруды сұраймыз, өйткені журналистің жұмысы осы бапқа тікелей байланысты"
OWN = "Жауап беру мерзімі тым ұзақ, үш жұмыс күні жеткілікті."


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


def steps(found: dict[str, Any], what: str) -> int:
    """How often something stands on the path of a consultation."""
    return sum(step["what"] == what for step in found["path"])


def test_a_report_waits_until_every_comment_is_answered(product: Product, api: Consulting) -> None:
    consultation = closed(api)
    one = f"/consultations/{consultation}"
    same = [comment(product, consultation, f"{CAMPAIGN}{mark}") for mark in ("", "!", " мүлде")]
    own = comment(product, consultation, OWN)
    ask_then(product, COMMENT_REQUESTS, 50, [*same, own])
    # Nobody waited for the comments: the count must.
    hand_in(api, consultation)
    api.eventually(one, lambda found: steps(found, "report-postponed") == 1)
    told = api.eventually(f"{one}/report", lambda found: (found["comments"], found["owed"]) == (4, 4))
    assert told["conclusions"] is None

    duties = api.eventually(f"{one}/duties?overdue=true", lambda found: len(found["duties"]) == 2)["duties"]
    assert sorted((each["owed"], each["overdue"]) for each in duties) == [(1, 1), (3, 3)]
    answer(api, own, "reply")
    answer(api, same[1], "campaign-reply")
    late = comment(product, consultation, "Соңғы сәттегі пікір.")
    ask_then(product, COMMENT_REQUESTS, 50, [late])
    hand_in(api, consultation)
    api.eventually(one, lambda found: steps(found, "report-postponed") == 2)
    assert api.eventually(f"{one}/report", lambda found: found["owed"] == 1 and found["comments"] == 5)["answered"] == 4

    answer(api, late, "reply")
    hand_in(api, consultation)
    api.eventually(one, lambda found: found["status"] == "reported")
    told = api.eventually(f"{one}/report", lambda found: found["owed"] == 0 and found["conclusions"])
    assert (told["comments"], told["answered"], told["campaigns"]) == (5, 5, 1)
    assert told["conclusions"]["ru"] == STATEMENT["ru"]
    api.eventually(f"{one}/duties", lambda found: found == {"duties": [], "after": None})


def test_a_campaign_is_told_once_with_its_variations_and_each_comment_with_its_answer(
    product: Product, api: Consulting
) -> None:
    consultation = closed(api)
    one = f"/consultations/{consultation}"
    same = [comment(product, consultation, f"{CAMPAIGN}{mark}") for mark in ("", "", " мүлде", "", "")]
    own = comment(product, consultation, "=HYPERLINK(1)")
    ask_then(product, COMMENT_REQUESTS, 50, [*same, own])
    api.eventually(f"{one}/report", lambda found: found["comments"] == 6)
    answer(api, same[0], "campaign-reply")
    api.eventually(f"{one}/report", lambda found: found["owed"] == 1)

    (campaign,) = api.ask("GET", f"{one}/campaigns", wait=0).json()["campaigns"]
    assert (campaign["comments"], campaign["people"], campaign["texts"], campaign["owed"]) == (5, 5, 2, 0)
    assert campaign["text"] == CAMPAIGN
    assert campaign["reply"]["statement"]["kk"] == STATEMENT["kk"]
    assert [(each["copies"], [edit["kind"] for edit in each["edits"]]) for each in campaign["variations"]] == [
        (4, ["kept"]),
        (1, ["kept", "added"]),
    ]
    assert api.ask("GET", f"{one}/campaigns/{campaign['id']}", wait=0).json() == campaign
    assert api.ask("GET", f"{one}/campaigns/nobody", wait=0).status_code == 404
    assert api.ask("GET", f"{one}/campaigns?after=nonsense", wait=0).status_code == 400

    for each in (same[0], same[3]):
        told = api.ask("GET", f"{one}/comments/{each.comment}", wait=0).json()
        assert told["reply"]["campaign"], "every sender sees the answer"
    assert api.ask("GET", f"{one}/comments/{own.comment}", wait=0).json()["reply"] is None

    listed = api.ask("GET", f"{one}/report.csv", wait=0)
    assert listed.headers["content-type"].startswith("text/csv")
    rows = {each["comment"]: each for each in csv.DictReader(io.StringIO(listed.text))}
    assert rows.keys() == {each.comment for each in (*same, own)}
    assert {rows[each.comment]["campaign"] for each in same} == {campaign["id"]}
    assert {rows[each.comment]["answered"] for each in same} == {"campaign"}
    assert rows[own.comment]["answered"] == ""
    assert rows[own.comment]["text"] == "'=HYPERLINK(1)", "a spreadsheet must not take it for a formula"


def test_a_text_stays_while_one_comment_says_it(product: Product, api: Consulting) -> None:
    consultation = closed(api)
    same = [comment(product, consultation, CAMPAIGN) for _ in range(3)]
    first = same[0]
    back = RetractRequested(consultation=consultation, comment=first.comment, seen=first.seen, actor=first.actor)
    ask_then(product, COMMENT_REQUESTS, 50, same)
    api.eventually(f"/consultations/{consultation}/report", lambda found: found["comments"] == 3)
    ask_then(product, COMMENT_REQUESTS, 50, [back])
    api.eventually(f"/consultations/{consultation}/report", lambda found: found["retracted"] == 1)

    path = f"/consultations/{consultation}"
    (duty,) = api.eventually(f"{path}/duties", lambda found: _owed(found) == [(CAMPAIGN, 2)])["duties"]
    assert duty["comment"] in {each.comment for each in same[1:]}
    assert (duty["owed"], duty["comments"]) == (2, 3)
    (campaign,) = api.ask("GET", f"{path}/campaigns", wait=0).json()["campaigns"]
    assert (campaign["text"], campaign["comments"], campaign["retracted"]) == (CAMPAIGN, 3, 1)
    answer(api, next(each for each in same if each.comment == duty["comment"]), "campaign-reply")
    api.eventually(f"{path}/report", lambda found: found["owed"] == 0)


def _owed(told: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["text"], each["owed"]) for each in told["duties"]]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_pages_tell_the_same(product: Product, api: Consulting, language: str) -> None:
    consultation = closed(api)
    same = [comment(product, consultation, f"{CAMPAIGN}{mark}") for mark in ("", " мүлде", "")]
    ask_then(product, COMMENT_REQUESTS, 50, [*same, comment(product, consultation, OWN)])
    api.eventually(f"/consultations/{consultation}/report", lambda found: found["comments"] == 4)

    def page(name: str) -> str:
        path = f"/consultations/{consultation}/{name}?lang={language}"
        found = api.client.get(path, headers={"accept": "text/html"})
        assert found.status_code == 200, found.text
        return found.text

    campaigns = page("campaigns")
    assert CAMPAIGN in campaigns
    assert "<ins>" in campaigns
    owed = page("report")
    assert OWN in owed
    assert f"/api/consultations/v1/consultations/{consultation}/report.csv" in owed
    answer(api, same[1], "campaign-reply")
    api.eventually(f"/consultations/{consultation}/report", lambda found: found["owed"] == 1)
    eventually(lambda: page("campaigns"), lambda shown: STATEMENT.get(language, STATEMENT["ru"]) in shown)
    missing = api.client.get(f"/consultations/{api.prepare()}/report", headers={"accept": "text/html"})
    assert missing.status_code == 404


def test_audit_is_clean_and_a_rebuilt_ledger_is_the_same(product: Product) -> None:
    for command in (("audit",), ("rebuild", "ledger"), ("audit",)):
        status, output = product.run(*command)
        assert status == 0, output
