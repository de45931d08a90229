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
