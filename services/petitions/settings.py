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
    petitions_offered: tuple[str, ...] = Field(
        default=("*",),
        min_length=1,
        description="Rule packs that the pages offer to start a petition under, ids, JSON; `*` stands for any letters.",
    )
