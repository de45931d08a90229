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
    wait_limit: float = Field(default=30.0, gt=0, description="Longest `Prefer: wait`, in seconds.")
    mailed_link_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        description="Hours in which a link may be followed that was mailed to sign or withdraw.",
    )
    letters_to_mailbox: int = Field(default=3, ge=1, description="Letters with links sent to one mailbox in an hour.")
    letters_by_client: int = Field(
        default=30, ge=1, description="Letters with links that one client (address or IPv6 /64) may ask for in an hour."
    )
    small_group: int = Field(
        default=5,
        ge=1,
        description="Regional counts are shown in steps of this, none below it: more would tell who signed.",
    )
