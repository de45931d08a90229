"""Settings of the local provider."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProviderSettings(BaseSettings):
    """Read from the environment variables that the rest of the local stack reads, too."""

    model_config = SettingsConfigDict(env_prefix="KENES_", frozen=True, extra="ignore")

    environment: Literal["local", "test"] = Field(
        description="Must be local or test: this provider lets anybody be anybody"
    )
    local_data: Path = Field(Path(".kenes"), description="Folder that keeps the signing key and client secrets")
    oidc_client_id: str = Field("kenes-web", description="Client id of our web pages")
    oidc_client_secret: SecretStr | None = Field(
        None, description="Secret of that client; by default made at first start and kept in the data folder"
    )
    public_url: str | None = Field(None, description="Address of the web pages, if it is not a loopback one")

    def may_return_to(self, uri: str) -> bool:
        """True for addresses a browser may be sent back to: loopback with any port (RFC 8252, 7.3), and our pages."""
        parts = urlsplit(uri)
        if parts.scheme not in {"http", "https"} or parts.fragment or parts.username is not None or "\\" in uri:
            return False
        own = self.public_url is not None and uri.startswith(self.public_url.rstrip("/") + "/")
        return own or parts.hostname in LOOPBACK


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
