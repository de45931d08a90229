"""Alerts, dashboards and runbook against each other: an alert has its page, and what is asked for is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from deploy.dashboards import expressions

# What Prometheus itself or its client makes of what is declared.
_SUFFIXES = ("_bucket", "_count", "_sum")
_DECLARED = re.compile(r'"(kenes_[a-z_]+)"')
_ASKED = re.compile(r"(?<![:\w])kenes_[a-z_]+")
_RECORDED = re.compile(r"[a-z_]+:kenes_[a-z_]+:[a-z0-9_]+")
_RUNBOOK = "docs/operations.md"


def watching_problems(root: Path) -> list[str]:
    """What does not fit, by name."""
    rules = [rule for name in ("recording", "alerts") for rule in _rules(root, name)]
    alerts = [rule for rule in rules if "alert" in rule]
    asked = [str(rule["expr"]) for rule in rules] + expressions()
    return [*_metrics(root, rules, asked), *_pages(root, alerts), *_tested(root, alerts)]


def _rules(root: Path, name: str) -> list[dict[str, object]]:
    groups = yaml.safe_load((root / f"deploy/prometheus/{name}.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _metrics(root: Path, rules: list[dict[str, object]], asked: list[str]) -> Iterator[str]:
    sources = [file for folder in ("kenes", "services") for file in (root / folder).rglob("*.py")]
    declared = {name for file in sources for name in _DECLARED.findall(file.read_text(encoding="utf-8"))}
    declared |= {name + suffix for name in declared for suffix in _SUFFIXES}
    recorded = {str(rule["record"]) for rule in rules if "record" in rule}
    for name in sorted({found for text in asked for found in _ASKED.findall(_RECORDED.sub("", text))} - declared):
        yield f"{name} is asked for, and no process tells it"
    for name in sorted({found for text in asked for found in _RECORDED.findall(text)} - recorded):
        yield f"{name} is asked for, and no rule records it"


def _pages(root: Path, alerts: list[dict[str, object]]) -> Iterator[str]:
    """Each alert leads to a heading that is there, and says there what it means, what to look at and how to mend it."""
    text = (root / _RUNBOOK).read_text(encoding="utf-8")
    pages = {_anchor(title): body for title, body in re.findall(r"^### (.+)\n((?:(?!^##).*\n?)*)", text, re.MULTILINE)}
    for alert in alerts:
        annotations = alert.get("annotations")
        page, _, anchor = str(annotations.get("runbook") if isinstance(annotations, dict) else "").partition("#")
        if page != _RUNBOOK or anchor not in pages:
            yield f"{alert['alert']} leads to {page}#{anchor}, which is not there"
            continue
        for part in ("**Means.**", "**Look.**", "**Mend.**"):
            if part not in pages[anchor]:
                yield f"the page {anchor} of {alert['alert']} has no {part}"


def _anchor(title: str) -> str:
    """The name of a heading in an address, as code forges make it."""
    return re.sub(r"[^\w\- ]+", "", title.strip().lower()).replace(" ", "-")


def _tested(root: Path, alerts: list[dict[str, object]]) -> Iterator[str]:
    """Each alert fires in a unit test of rules."""
    tests = yaml.safe_load((root / "deploy/prometheus/tests.yml").read_text(encoding="utf-8"))["tests"]
    fired = {case["alertname"] for test in tests for case in test.get("alert_rule_test", ()) if case["exp_alerts"]}
    for alert in alerts:
        if alert["alert"] not in fired:
            yield f"{alert['alert']} fires in no test of deploy/prometheus/tests.yml"
