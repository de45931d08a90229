"""Settings of the notifications service."""

from pathlib import Path

from pydantic import Field

from kenes.settings import KitSettings


class Settings(KitSettings):
    """What the notifications service needs beside the kit's settings."""

    notifications_database: str = Field(default="notifications", description="The service's database.")
    counted_every: float = Field(
        default=10.0, gt=0, description="Seconds between two looks at the counts: how often one petition's can be told."
    )
    stream_entitlements: Path = Field(
        default=Path(__file__).parent / "entitlements.toml",
        description="TOML file that says how many streams and API keys people and bodies may have.",
    )
    webhooks_at_once: int = Field(default=1_000, ge=1, description="Deliveries by webhook at once, in all.")
    webhooks_at_once_per_stream: int = Field(
        default=32, ge=1, description="Deliveries by webhook at once, of one stream."
    )
