"""What operators see, and that nobody else does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from markupsafe import escape

from kenes.web.i18n import LANGUAGES
from services.console.alerting.evaluating import Alert
from services.console.sampling.broker import BrokerFigures
from services.console.sampling.topic_events import Sample, SampledEvent
from services.console.sampling.watch import Sight
from tests.unit.console.world import HTML, TOPIC, console, snapshot

PAGES = (
    "/overview",
    "/topics",
    f"/topics/{TOPIC}",
    f"/topics/{TOPIC}/events",
    "/groups",
    "/groups/agency",
    "/alerts",
    "/runbook",
)
API = "/api/console/v1"


@pytest.mark.parametrize("path", [*PAGES, "/topics/none", "/groups/none"])
async def test_a_visitor_is_sent_to_sign_in_and_a_citizen_is_refused(path: str) -> None:
    async with console() as world:
        asked = await world.get(path)
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/auth/login?next=/")
        for roles in ((), ("moderator",), ("agency:kz-government", "registrar")):
            await world.sign_in(*roles)
            refused = await world.get(path)
            assert refused.status_code == 403
            assert "/topics" not in refused.text
            assert TOPIC not in refused.text


async def test_the_session_has_a_name_of_its_own() -> None:
    async with console() as world:
        await world.sign_in("operator")
        assert [cookie.name for cookie in world.client.cookies.jar] == ["kenes-console"]


@pytest.mark.parametrize("role", ["operator", "operator-act"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_there_in_every_language_for_operators(role: str, language: str) -> None:
    async with console() as world:
        await world.sign_in(role)
        for path in PAGES:
            answer = await world.get(f"{path}?lang={language}")
            assert answer.status_code == 200, path
            assert f'<html lang="{language}">' in answer.text
            assert answer.headers["cache-control"] == "private, no-store"
            assert "style=" not in answer.text
            assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)


@pytest.mark.parametrize(
    ("path", "title", "code"),
    [
        ("/topics/no.such", "no such topic", "topic-unknown"),
        ("/groups/nobody", "no such consumer group", "group-unknown"),
    ],
)
async def test_what_is_not_there_is_a_clear_404(path: str, title: str, code: str) -> None:
    async with console() as world:
        await world.sign_in("operator")
        page = await world.get(path)
        assert page.status_code == 404
        assert title in page.text
        problem = await world.get(f"{API}{path}", {"accept": "application/json"})
        assert problem.status_code == 404
        assert problem.json()["code"] == code


async def test_a_group_that_is_stuck_has_a_red_row_with_its_lag() -> None:
    async with console() as world:
        await world.sign_in("operator")
        listed = (await world.get("/groups")).text
        row = listed.split('id="group-agency"')[1].split("</tr>")[0]
        assert 'class="is-stuck"' in row
        assert ">60<" in row
        assert ">4 min<" in row
        one = (await world.get("/groups/agency")).text
        assert "10.0.0.7" in one
        assert "0–1" in one


async def test_what_fires_comes_first_and_leads_to_the_runbook() -> None:
    now = datetime.now(UTC)
    async with console() as world:
        await world.sign_in("operator")
        assert "Nothing fires" in (await world.get("/overview")).text
        alert = Alert("ConsumerStuck", "consumer=agency", {"consumer": "agency"}, 180.0, now, fired=now)
        world.alerts.known[alert.key] = alert
        page = (await world.get("/overview")).text
        assert "Nothing fires" not in page
        assert page.index("ConsumerStuck") < page.index("petitions-api" if "petitions-api" in page else "kafka: away")
        assert "consumer-stuck" in page
        assert "kafka: away" in page


async def test_a_broker_that_is_away_is_said_to_be_and_since_when() -> None:
    now = datetime.now(UTC)
    seen = snapshot(now)
    away = Sight(seen.broker.value, now - timedelta(minutes=5), now - timedelta(minutes=4), "NodeNotReadyError")
    async with console(snapshot(now, broker=away)) as world:
        await world.sign_in("operator")
        for path in ("/overview", "/topics", f"/topics/{TOPIC}", "/groups"):
            page = (await world.get(path)).text
            assert "The broker stopped answering" in page
            assert "NodeNotReadyError" in page
            assert "5 min ago" in page
        assert TOPIC in (await world.get("/topics")).text, "what was seen last is still shown"


async def test_before_the_first_look_nothing_is_said_to_be_well() -> None:
    async with console(snapshot(datetime.now(UTC), broker=Sight(BrokerFigures()), topics={}, groups=())) as world:
        await world.sign_in("operator")
        page = (await world.get("/overview")).text
        assert "Nothing fires" not in page
        assert "Not known yet" in page


async def test_sampled_events_are_shown_as_they_were_masked() -> None:
    async with console() as world:
        await world.sign_in("operator")
        event = SampledEvent(3, 17, datetime.now(UTC), "x.v1", "***", 44, {"signer": "***", "region": "<b>KZ-75</b>"})
        world.samples.sample_ = Sample(1, (event,), (("x.v1", 1),), (("№ 1", 1),))
        page = (await world.get(f"/topics/{TOPIC}/events")).text
        assert "3/17" in page
        assert "&#34;signer&#34;: &#34;***&#34;" in page
        assert "<b>KZ-75" not in page


async def test_past_alerts_are_told_with_how_long_they_lasted() -> None:
    now = datetime.now(UTC)
    over = Alert("BrokerUnreachable", "", {}, 30.0, now - timedelta(minutes=9), now - timedelta(minutes=8), now)
    async with console(past=[over]) as world:
        await world.sign_in("operator")
        assert "9 min" in (await world.get("/alerts")).text


async def test_the_json_api_says_the_same_to_operators_only() -> None:
    async with console() as world:
        paths = (f"{API}/overview", f"{API}/topics", f"{API}/topics/{TOPIC}", f"{API}/groups", f"{API}/groups/agency")
        for path in paths:
            assert (await world.get(path, {"accept": "application/json"})).status_code == 401
        await world.sign_in("moderator")
        assert [(await world.get(path, {})).status_code for path in paths] == [403] * len(paths)
        await world.sign_in("operator")
        overview, topics, topic, groups, group = [(await world.get(path, {})).json() for path in paths]
    assert overview["processes"]["petitions-stream"] == {"ready": False, "reason": "kafka: away"}
    assert [each["name"] for each in topics["topics"]] == [TOPIC]
    assert topic["per_partition"][0] == {"partition": 0, "leader": 1, "begin": 0, "end": 100, "size": 5_000_000}
    assert topic["skew"] == pytest.approx(100 * 2 / 107)
    assert groups["groups"][0]["condition"] == "stuck"
    assert groups["projections"][0]["lag"] == {"events": 0, "lost": 0, "seconds": 0.0}
    committed = [(each["partition"], each["committed"], each["lag"]["events"]) for each in group["per_partition"]]
    assert committed == [(0, 40, 60), (1, None, None)]
    assert group["per_member"] == [{"id": "m-1", "client": "agency", "host": "10.0.0.7", "partitions": 2}]


async def test_the_api_describes_itself() -> None:
    async with console() as world:
        await world.sign_in("operator")
        told = (await world.get(f"{API}/openapi.json", HTML)).json()
        assert told["openapi"] == "3.1.0"
        assert f"{API}/groups/{{group}}" in told["paths"]


async def test_only_operators_hear_that_there_is_something_new() -> None:
    async with console() as world:
        assert (await world.get("/live")).status_code == 403
        await world.sign_in("moderator")
        assert (await world.get("/live")).status_code == 403


@pytest.mark.parametrize(
    "name", ['"><img src=x>', "q?x=1#there", "with space", "\u202egnp.exe", "%2e%2e", "a/../acts", ".."]
)
async def test_a_group_is_told_under_whatever_name_it_goes_and_shown_where_an_address_can_hold_that(name: str) -> None:
    async with console() as world:
        await world.sign_in("operator")
        seen = world.seeing.snapshot
        (reading,) = seen.groups
        renamed = replace(reading, who=replace(reading.who, name=name))
        world.seeing.snapshot = replace(seen, groups=(renamed,))
        for path in ("/overview", "/groups", f"/topics/{TOPIC}"):
            listed = (await world.get(path)).text
            assert f"<bdi>{escape(name)}</bdi>" in listed
            addresses = set(re.findall(r'href="(/groups/[^"]+)"', listed))
            assert len(addresses) == (name not in ("a/../acts", ".."))
            for address in addresses:
                one = await world.get(unescape(address))
                assert one.status_code == 200
                assert f'<h1 class="mono">{escape(name)}</h1>' in one.text
