"""Settings of the petitions service."""

from pathlib import Path

from pydantic import Field

from kenes.settings import KitSettings


class Settings(KitSettings):
    """What the petitions service needs beside the kit's settings."""

    petitions_database: str = Field(default="petitions", description="The service's database.")
    petitions_rule_packs: Path = Field(
        default=Path(__file__).parent / "rule_packs", description="Folder of rule packs, one TOML file each."
    )
    wait_limit: float = Field(default=30.0, gt=0, description="Longest `Prefer: wait`, in seconds.")
    small_group: int = Field(
        default=5, ge=1, description="Regional counts below this are never shown: they would tell who signed."
    )
