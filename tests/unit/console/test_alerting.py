"""Alert rules as files, and alerts that wait, fire, and are over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kenes.kafka.cluster_model import Group, Member, Place
from kenes.rules.loading import RulePackError
from schemas.topics import REGISTRY
from services.console.alerting.evaluating import Alerts, Phase
from services.console.alerting.measures import MEASURES, Seen
from services.console.alerting.rules import Rule, Severity, load_rules
from services.console.runbook import Runbook
from services.console.sampling.broker import BrokerFigures
from services.console.sampling.history import History
from services.console.sampling.lag import lag_of
from services.console.sampling.processes import ProcessSight
from services.console.sampling.readings import Reading, State
from services.console.sampling.snapshot import Snapshot
from services.console.sampling.watch import Sight
from services.console.settings import FOLDER

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A = Place("t", 0)


def seen(
    at: datetime,
    *,
    groups: Mapping[str, int] | None = None,
    broker_since: datetime | None = None,
    processes: Mapping[str, bool] | None = None,
) -> Seen:
    """`groups` have so many events to read, the oldest of them as many seconds old."""
    snapshot = Snapshot(
        1,
        at,
        Sight(BrokerFigures(), at=NOW, failing_since=broker_since),
        processes=Sight({name: ProcessSight(ready) for name, ready in (processes or {}).items()}),
        groups=tuple(
            Reading(
                Group(name, "classic", "Stable", 1, (Member("1", "c", "h", (A,)),)),
                "",
                lag_of({A: 0}, {A: lag}, {(A, 0): int((at.timestamp() - lag) * 1000)}),
                NOW if lag else None,
                State.FINE,
            )
            for name, lag in (groups or {}).items()
        ),
    )
    return Seen(snapshot, History(5))


def rule(**changes: object) -> Rule:
    told = {
        "name": "Behind",
        "measure": "kenes_consumer_lag_seconds",
        "above": 10.0,
        "seconds": 20,
        "severity": Severity.WARNING,
        "runbook": "consumer-behind",
    }
    return Rule.model_validate(told | changes)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_an_alert_waits_fires_and_is_over() -> None:
    alerts = Alerts((rule(),), {})
    assert alerts.look(seen(NOW, groups={"petitions-stream": 11, "petitions.upkeep": 3})) == []
    assert [(each.what, each.phase) for each in alerts.pending] == [("consumer=petitions-stream", Phase.PENDING)]
    assert alerts.look(seen(after(10), groups={"petitions-stream": 15})) == []
    (fired,) = alerts.look(seen(after(20), groups={"petitions-stream": 30}))
    assert (fired.phase, fired.since, fired.fired, fired.value) == (Phase.FIRING, NOW, after(20), 30)
    assert alerts.look(seen(after(25), groups={"petitions-stream": 31})) == []
    assert [each.value for each in alerts.firing] == [31]
    (over,) = alerts.look(seen(after(30), groups={"petitions-stream": 0}))
    assert (over.phase, over.resolved) == (Phase.RESOLVED, after(30))
    assert alerts.known == {}


def test_what_never_fired_leaves_no_trace() -> None:
    alerts = Alerts((rule(),), {})
    alerts.look(seen(NOW, groups={"petitions-stream": 11}))
    assert alerts.look(seen(after(5), groups={"petitions-stream": 1})) == []
    assert alerts.known == {}


def test_while_the_broker_does_not_answer_its_alerts_neither_end_nor_begin() -> None:
    away = rule(name="Away", measure="kenes_broker_unreachable_seconds", above=10, seconds=0)
    alerts = Alerts((rule(seconds=0), away), {})
    alerts.look(seen(NOW, groups={"petitions-stream": 11}))
    changed = alerts.look(seen(after(30), groups={"petitions-stream": 0, "petitions.upkeep": 90}, broker_since=NOW))
    assert [each.rule for each in changed] == ["Away"]
    assert sorted(alerts.known) == ["Away/", "Behind/consumer=petitions-stream"]
    over = alerts.look(seen(after(40), groups={"petitions-stream": 0, "petitions.upkeep": 0}))
    assert sorted(each.rule for each in over) == ["Away", "Behind"]


def test_a_rule_may_be_about_some_labels_only_and_below_a_figure() -> None:
    ready = rule(measure="kenes_process_ready", above=None, below=1.0, seconds=0, where={"process": "petitions-api"})
    alerts = Alerts((ready,), {})
    changed = alerts.look(seen(NOW, processes={"petitions-api": False, "petitions-stream": False}))
    assert [each.labels for each in changed] == [{"process": "petitions-api"}]


def test_what_fired_before_a_restart_goes_on() -> None:
    before = Alerts((rule(seconds=0),), {})
    (fired,) = before.look(seen(NOW, groups={"petitions-stream": 11}))
    again = Alerts((rule(seconds=0),), {fired.key: fired})
    assert again.look(seen(after(60), groups={"petitions-stream": 12})) == []
    assert again.firing == [replace(fired, value=12)]


def test_the_worst_is_told_first() -> None:
    slow = rule(name="Behind", seconds=0)
    absent = rule(name="Gone", measure="kenes_process_ready", above=None, below=1.0, seconds=0, severity="critical")
    alerts = Alerts((slow, absent), {})
    alerts.look(seen(NOW, groups={"petitions-stream": 11}))
    alerts.look(
        seen(after(5), groups={"petitions-stream": 11, "petitions.upkeep": 20}, processes={"petitions-api": False})
    )
    assert [each.what for each in alerts.firing] == [
        "process=petitions-api",
        "consumer=petitions-stream",
        "consumer=petitions.upkeep",
    ]


def test_a_reader_outside_that_is_behind_or_off_is_no_alert() -> None:
    outside = seen(NOW, groups={"subscriber.newspaper": 90_000, "petitions-streams": 90_000})
    ours = seen(NOW, groups={"petitions-stream": 90_000, "notifications.deliveries.v2": 90_000})
    for name, measure in MEASURES.items():
        if name.startswith("kenes_consumer_"):
            assert list(measure.values(outside)) == []
            assert len(list(measure.values(ours))) == 2


def test_the_shipped_rules_are_sound_and_each_leads_to_a_page_of_the_runbook() -> None:
    rules = load_rules(FOLDER / "alerts")
    assert {each.measure for each in rules} <= MEASURES.keys()
    runbook = Runbook(FOLDER.parent.parent / "docs" / "operations.md")
    assert [each.name for each in rules if runbook.address(each.runbook) is None] == []


GOOD = """\
[[alert]]
name = "Behind"
measure = "kenes_consumer_lag_seconds"
above = 10
severity = "warning"
runbook = "behind"
"""


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (GOOD.replace("above = 10", "above = 10\nbelow = 3"), ":1: alert.0", "one of above and below"),
        (GOOD.replace("above = 10\n", ""), ":1: alert.0", "one of above and below"),
        (GOOD.replace("_lag_seconds", "_lag_minutes"), ":1: alert.0", "there is no 'kenes_consumer_lag_minutes'"),
        (GOOD.replace("warning", "bad"), ":5: alert.0.severity", "critical"),
        (GOOD.replace("above = 10", 'above = "10"'), ":4: alert.0.above", "number"),
        (GOOD + "loud = true\n", ":7: alert.0.loud", "Extra inputs"),
        (GOOD + "\n" + GOOD, ":8: Behind", "there already"),
        ("[[alert]\n", ":1:", ""),
    ],
)
def test_a_wrong_rule_is_refused_with_file_and_line(tmp_path: Path, text: str, place: str, reason: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(RulePackError) as refused:
        load_rules(tmp_path)
    assert f"mine.toml{place}" in str(refused.value)
    assert reason in str(refused.value)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match="no alert rules there"):
        load_rules(tmp_path)


def test_dead_letters_that_came_while_the_console_was_away_are_told() -> None:
    topic = REGISTRY[0].dead_letters.name
    told = seen(NOW)
    told.history.put(after(-7200), {f"topic/{topic}/end": 3})
    told.history.put(NOW, {f"topic/{topic}/end": 503})
    (value,) = MEASURES["kenes_dead_letters_last_hour"].values(told)
    assert (value.labels, value.value, value.at_least) == ({"topic": REGISTRY[0].name}, 500, False)
