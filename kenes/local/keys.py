"""Secrets of one local data folder: random, made once, readable by their owner only."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kenes.local.errors import LocalStackError


class LocalKeys(BaseModel):
    """They live and die with the data they protect, so `make clean` removes both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    master_key: str = Field(description="32 random bytes, base64", repr=False)
    oidc_client_secret: str = Field(description="Shared by the local identity provider and the sites", repr=False)

    @property
    def webpush_key(self) -> str:
        """The private key of web push, base64url: it follows from the master key and is kept nowhere."""
        key = hmac.digest(base64.b64decode(self.master_key), b"kenes: local web push", "sha256")
        return base64.urlsafe_b64encode(key).decode()

    @classmethod
    def of(cls, data: Path) -> Self:
        """The keys of this data folder, made when it has none. Raises LocalStackError when they cannot be read."""
        path = data / "secrets.json"
        if not path.exists():
            cls._make(path)
        try:
            return cls.model_validate_json(path.read_text())
        except ValidationError:
            raise LocalStackError(f"{path} cannot be read as the secrets of this data: run `make clean`") from None

    @classmethod
    def _make(cls, path: Path) -> None:
        made = cls(
            master_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            oidc_client_secret=secrets.token_urlsafe(32),
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        # Closed to others from the first byte on, and never half written.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.write(made.model_dump_json(indent=2))
        part.replace(path)
