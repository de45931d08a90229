"""Settings of the operators' console."""

from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator

from kenes.settings import KitSettings

FOLDER: Final = Path(__file__).parent
SESSION: Final = "kenes-console"
"""Another name than the citizens' session has: on one host, neither login is taken for the other."""


class Settings(KitSettings):
    """What the console needs beside the kit's settings."""

    console_database: str = Field(
        default="console", description="The console's own database: its sessions, figures and alerts."
    )
    console_databases: dict[str, str] = Field(
        default_factory=dict,
        description="Databases of services, JSON by name, where one is not called as its service is.",
    )
    processes: dict[str, str] = Field(
        default_factory=dict,
        description="Where each process tells health and metrics, JSON: `petitions-api` to `http://host:port`.",
    )
    console_alerts: Path = Field(default=FOLDER / "alerts", description="Folder of alert rules, TOML files.")
    console_runbook: Path = Field(
        default=FOLDER.parent.parent / "docs" / "operations.md",
        description="What to do, in Markdown; alerts lead there.",
    )
    console_every: int = Field(default=5, ge=1, le=60, description="Seconds between two looks at the broker.")
    console_late_after: float = Field(
        default=10.0, gt=0, description="Seconds the oldest unread event may wait before its reader counts as late."
    )
    console_stuck_after: float = Field(
        default=30.0,
        gt=0,
        description="Seconds a reader with something to read may stand still before it counts as stuck.",
    )

    @model_validator(mode="after")
    def _session_of_its_own(self) -> Self:
        object.__setattr__(self, "web", self.web.model_copy(update={"session_name": SESSION}))
        return self
