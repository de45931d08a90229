"""Settings every process shares. Wrong or missing settings stop a process at start, with the setting's name."""

import base64
import binascii
import ssl
import sys
from pathlib import Path
from typing import Literal, NoReturn, Self

from pydantic import Field, SecretBytes, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from kenes.kafka.connection import client_options
from kenes.mongo.address import over_tls
from kenes.setting_files import FileSettings, SettingError, load_settings
from kenes.web.settings import WebSettings

EX_CONFIG = 78


class KitSettings(FileSettings):
    """What a process needs to reach the broker, the database and its own port. Read from `KENES_*`, or from files."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    environment: Literal["local", "test", "production"] = Field(
        default="production", description="`local` and `test` allow plain http and the local identity provider."
    )
    kafka_bootstrap: str = Field(
        repr=False,
        description="Brokers, host:port by commas; `scram://USER:PASSWORD@` before them logs in.",
    )
    kafka_replication: int = Field(default=1, ge=1, description="Replication factor of topics created here.")
    kafka_session_timeout: float = Field(
        default=6.0, ge=1.0, description="Seconds after which the broker takes a silent consumer for dead."
    )
    mongo_uri: str = Field(repr=False, description="MongoDB connection string, credentials included.")
    mongo_tls_ca: Path | None = Field(
        default=None,
        description="Certificate of the authority that vouches for the database: then it is reached over TLS only.",
    )
    people_database: str = Field(
        default="people",
        description="Database of people's keys and sessions: who is signed in, or erased, is so for every service.",
    )
    mongo_timeout: float = Field(default=10.0, gt=0, description="Seconds a database operation may take.")
    master_key: SecretBytes = Field(description="32 random bytes, base64: the root of every derived key.")
    api_host: str = Field(default="127.0.0.1", description="Address the HTTP server binds.")
    api_port: int = Field(default=8080, ge=0, le=65535, description="Port the HTTP server binds.")
    metrics_host: str = Field(default="127.0.0.1", description="Address health and metrics bind.")
    metrics_port: int = Field(default=0, ge=0, le=65535, description="Port of health and metrics; 0 picks a free one.")
    public_url: str = Field(default="http://127.0.0.1:8080", description="Where people reach the site.")
    sites: dict[str, str] = Field(
        default_factory=dict, description="Where people reach each service, by its name, JSON: menus lead there."
    )
    wait_limit: float = Field(default=30.0, gt=0, description="Longest `Prefer: wait`, in seconds.")
    small_group: int = Field(
        default=5,
        ge=1,
        description="Counts of people below this are never shown, and those of regions in steps of it: more would tell "
        "who took part.",
    )
    web: WebSettings = Field(
        default_factory=WebSettings, description="Limits and trust of the HTTP edge, as `KENES_WEB__<NAME>`."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged.")

    @model_validator(mode="after")
    def _public_url_reaches_the_edge(self) -> Self:
        edge = WebSettings.model_validate(self.web.model_dump() | {"public_url": self.public_url})
        object.__setattr__(self, "web", edge)  # frozen for everyone else: this is still construction
        return self

    @model_validator(mode="after")
    def _the_database_proves_itself(self) -> Self:
        if self.mongo_tls_ca is not None:
            object.__setattr__(self, "mongo_uri", over_tls(self.mongo_uri, self.mongo_tls_ca))
        return self

    @field_validator("mongo_tls_ca")
    @classmethod
    def _is_a_certificate(cls, path: Path | None) -> Path | None:
        try:
            if path is not None:
                ssl.create_default_context(cafile=path)
        except OSError as error:  # of which a certificate that is none is one
            raise ValueError(f"the authority's certificate cannot be read: {error.strerror or error}") from error
        return path

    @field_validator("kafka_bootstrap")
    @classmethod
    def _brokers_can_be_reached_so(cls, value: str) -> str:
        try:
            client_options(value)
        except OSError as error:
            raise ValueError(f"the authority's certificate cannot be read: {error.strerror}") from error
        return value

    @field_validator("master_key", mode="before")
    @classmethod
    def _decode_key(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            key = base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise ValueError("must be base64") from error
        if len(key) != 32:
            raise ValueError(f"must be 32 bytes, base64; it is {len(key)} bytes")
        return key

    @classmethod
    def load(cls) -> Self:
        """The settings of this process; a wrong one ends it with status 78 and a line that names it."""
        try:
            return load_settings(cls)
        except SettingError as error:
            end_process(error)


def end_process(error: SettingError) -> NoReturn:
    """Ends the process with status 78, and a line for each setting that is wrong."""
    sys.stderr.writelines(f"setting {line}\n" for line in str(error).splitlines())
    raise SystemExit(EX_CONFIG) from None
