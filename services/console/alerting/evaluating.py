"""From rules and figures to alerts: pending while a rule has not been broken for long enough, firing, then over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.console.alerting.measures import MEASURES, Seen, Value
from services.console.alerting.rules import Rule, Severity


class Phase(StrEnum):
    """Where an alert is in its life."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Alert:
    """A broken rule: `since` it was broken, `fired` when it had been for long enough, `resolved` when it was whole."""

    rule: str
    what: str
    labels: Mapping[str, str]
    value: float
    since: datetime
    fired: datetime | None = None
    resolved: datetime | None = None

    @property
    def key(self) -> str:
        """The same for the same rule and labels."""
        return _key(self.rule, self.what)

    @property
    def phase(self) -> Phase:
        """Where it is in its life."""
        if self.resolved is not None:
            return Phase.RESOLVED
        return Phase.PENDING if self.fired is None else Phase.FIRING


def _key(rule: str, what: str) -> str:
    return f"{rule}/{what}"


@dataclass
class Alerts:
    """The alerts of all rules; `changed` at a look are those that began to fire or came to an end."""

    rules: tuple[Rule, ...]
    known: dict[str, Alert]

    @property
    def firing(self) -> list[Alert]:
        """What is wrong now, the worst first, then the longest."""
        firing = (each for each in self.known.values() if each.phase is Phase.FIRING)
        return sorted(firing, key=lambda each: (self._rank(each), each.since))

    @property
    def pending(self) -> list[Alert]:
        """What may become wrong, the longest first."""
        return sorted(
            (each for each in self.known.values() if each.phase is Phase.PENDING), key=lambda each: each.since
        )

    def rule(self, name: str) -> Rule | None:
        """A rule by name: an alert may outlive its rule."""
        return next((rule for rule in self.rules if rule.name == name), None)

    def _rank(self, alert: Alert) -> int:
        """Where its severity stands, from the worst; an alert whose rule is gone comes last."""
        rule = self.rule(alert.rule)
        return len(Severity) if rule is None else list(Severity).index(rule.severity)

    def look(self, seen: Seen) -> list[Alert]:
        """Compares everything; returns what changed."""
        now = seen.snapshot.at
        changed: list[Alert] = []
        broken: set[str] = set()
        for rule in self.rules:
            if not MEASURES[rule.measure].known(seen.snapshot):
                broken.update(key for key, alert in self.known.items() if alert.rule == rule.name)
                continue
            for value in self._values(rule, seen):
                if rule.wrong(value.value):
                    alert = self._broken(rule, value, now)
                    broken.add(alert.key)
                    if alert.fired == now:
                        changed.append(alert)
                elif value.at_least:  # what fired before a restart may still be wrong
                    broken.add(_key(rule.name, value.key))
        return changed + self._over(broken, now)

    def _values(self, rule: Rule, seen: Seen) -> Iterable[Value]:
        wanted = rule.where.items()
        return (value for value in MEASURES[rule.measure].values(seen) if wanted <= value.labels.items())

    def _broken(self, rule: Rule, value: Value, now: datetime) -> Alert:
        fresh = Alert(rule.name, value.key, value.labels, value.value, now)
        alert = replace(self.known.get(fresh.key, fresh), value=value.value)
        if alert.fired is None and now - alert.since >= rule.lasting:
            alert = replace(alert, fired=now)
        self.known[alert.key] = alert
        return alert

    def _over(self, broken: set[str], now: datetime) -> list[Alert]:
        gone = [alert for key, alert in self.known.items() if key not in broken]
        for alert in gone:
            del self.known[alert.key]
        # What never fired was no alert: it leaves no trace.
        return [replace(alert, resolved=now) for alert in gone if alert.phase is Phase.FIRING]
