"""Alert rules as people write them: TOML files, refused at start with file and line where they are wrong."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kenes.rules.loading import RulePackError, files_in, read_file, validated
from services.console.alerting.measures import MEASURES


class Severity(StrEnum):
    """How much an alert matters, worst first."""

    CRITICAL = "critical"
    WARNING = "warning"


class Rule(BaseModel):
    """When something is wrong: a measure above or below a figure, for so long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern="^[A-Z][A-Za-z0-9]+$", description="Of the alert, as Prometheus has it")
    measure: str = Field(description="What is compared; one value for each set of labels")
    above: float | None = Field(default=None, description="Wrong above this")
    below: float | None = Field(default=None, description="Wrong below this")
    seconds: int = Field(default=0, ge=0, description="For how long before it is an alert")
    severity: Severity = Field(description="critical: people or data are hurt now; warning: they will be")
    runbook: str = Field(pattern="^[a-z0-9-]+$", description="The heading in docs/operations.md that says what to do")
    where: dict[str, str] = Field(default_factory=dict, description="Only values with these labels")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("one of above and below must be there, and not both")
        if self.measure not in MEASURES:
            raise ValueError(f"measure: there is no {self.measure!r}; there are: {', '.join(MEASURES)}")
        return self

    @property
    def lasting(self) -> timedelta:
        """For how long before it is an alert."""
        return timedelta(seconds=self.seconds)

    def wrong(self, value: float) -> bool:
        """Whether a value is one to be told of."""
        if self.above is not None:
            return value > self.above
        return self.below is not None and value < self.below


class _File(BaseModel):
    """One file of rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alert: tuple[Rule, ...]


def load_rules(folder: Path) -> tuple[Rule, ...]:
    """The rules of every file of a folder. Raises `RulePackError` with file, line and reason."""
    found: dict[str, Rule] = {}
    for path in files_in(folder):
        file = read_file(path)
        for number, rule in enumerate(validated(file, _File).alert):
            if rule.name in found:
                raise RulePackError(f"{path}:{file.line(['alert', number])}: {rule.name} is there already")
            found[rule.name] = rule
    if not found:
        raise RulePackError(f"{folder}: no alert rules there")
    return tuple(found.values())
