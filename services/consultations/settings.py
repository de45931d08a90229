"""Settings of the consultations service."""

from pathlib import Path

from pydantic import Field

from kenes.settings import KitSettings


class Settings(KitSettings):
    """What the consultations service needs beside the kit's settings."""

    consultations_database: str = Field(default="consultations", description="The service's database.")
    consultations_rule_packs: Path = Field(
        default=Path(__file__).parent / "rule_packs", description="Folder of rule packs, one TOML file each."
    )
    wait_limit: float = Field(default=30.0, gt=0, description="Longest `Prefer: wait`, in seconds.")
    small_group: int = Field(
        default=5, ge=1, description="Counts of people below this are never shown: they would tell who took part."
    )
