"""Which issuers are trusted, how their claims read, and how the web pages log people in.

Every value comes from the environment and is validated when the process starts.
"""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kenes.identity.person import Assurance
from kenes.setting_files import FileSettings, SettingError, load_settings

ISO_3166_2 = "[A-Z]{2}-[A-Z0-9]{1,3}"
"""Codes of regions, as `KZ-75`."""

Algorithm = Literal["RS256", "ES256", "EdDSA", "Ed25519", "PS256"]

DEFAULT_ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "ES256", "EdDSA", "Ed25519", "PS256")


def _is_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an absolute http or https URL")
    if parts.fragment or parts.query or parts.username is not None:
        raise ValueError("must have no query, fragment or user name")
    return value


def _lowered(values: frozenset[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values)


Url = Annotated[str, AfterValidator(_is_url)]
"""An absolute URL kept letter for letter: issuers are compared as strings (OpenID Connect Core, 2)."""


class ClaimMap(BaseModel):
    """Where an issuer puts what we need. A dot descends into an object: `realm_access.roles`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str = Field("sub", description="Claim that identifies the person for ever; required in each token")
    name: str = Field("name", description="Full name, read only when given and family name are both absent")
    given_name: str = Field("given_name", description="First name")
    family_name: str = Field("family_name", description="Surname")
    birth_date: str = Field("birthdate", description="ISO 8601 date; anything else counts as unknown")
    region: str = Field("region", description="Region of residence")
    region_values: dict[str, Annotated[str, Field(pattern=f"^{ISO_3166_2}$")]] = Field(
        default_factory=dict, description="The issuer's region values to ISO 3166-2 codes; others pass as they are"
    )
    assurance: str = Field("acr", description="How the person was authenticated")
    assurance_values: dict[str, Assurance] = Field(
        default={"low": Assurance.LOW, "substantial": Assurance.SUBSTANTIAL, "high": Assurance.HIGH},
        description="The issuer's values to low, substantial or high; an unlisted value is low",
    )
    citizen: str = Field("citizen", description="Citizenship")
    citizen_values: Annotated[frozenset[str], AfterValidator(_lowered)] = Field(
        frozenset({"true"}), description='Values that mean "is a citizen" ("true", "KZ", ...), in any case'
    )
    citizen_default: bool = Field(False, description="What holds when the claim is absent")
    roles: str = Field("roles", description="List of roles, or one string of roles parted by spaces")
    role_values: dict[str, str] = Field(
        default_factory=dict,
        description="The issuer's roles to ours. An unlisted role is not granted, so no issuer makes moderators "
        "of its people unless the operator says so",
    )


class IssuerSettings(BaseModel):
    """One OpenID issuer whose tokens are accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Url = Field(description="Exact value of the `iss` claim")
    audience: str | tuple[str, ...] = Field(description="Our name, or names, in the `aud` claim of access tokens")
    jwks_uri: Url | None = Field(None, description="Where its keys are; by default found through discovery")
    discovery_uri: Url | None = Field(
        None, description="Its configuration document, if we reach it by another way than issuer + /.well-known"
    )
    algorithms: tuple[Algorithm, ...] = Field(DEFAULT_ALGORITHMS, min_length=1, description="Accepted signatures")
    accept_id_tokens: bool = Field(False, description="Take ID tokens as bearer tokens, which they are not meant for")
    claims: ClaimMap = Field(default_factory=ClaimMap, description="How its claims read")

    @property
    def audiences(self) -> frozenset[str]:
        """The accepted audiences as a set."""
        return frozenset((self.audience,) if isinstance(self.audience, str) else self.audience)

    @property
    def configuration_uri(self) -> str:
        """Address of the issuer's OpenID configuration document (OpenID Connect Discovery 1.0, 4)."""
        return self.discovery_uri or f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    @model_validator(mode="after")
    def _audience_is_named(self) -> Self:
        if not self.audiences or not all(self.audiences):
            raise ValueError("audience must name at least one audience, none of them empty")
        return self


class IdentitySettings(BaseSettings):
    """Whose bearer tokens the API accepts."""

    model_config = SettingsConfigDict(env_prefix="KENES_", frozen=True, extra="ignore")

    issuers: tuple[IssuerSettings, ...] = Field(min_length=1, description="Trusted issuers, as a JSON list")

    @model_validator(mode="after")
    def _each_issuer_once(self) -> Self:
        names = [each.issuer for each in self.issuers]
        if len(set(names)) < len(names):
            raise ValueError("issuers: the same issuer is listed twice")
        return self


class LoginSettings(FileSettings):
    """How people sign in on the web pages: one OpenID provider, authorization code flow."""

    oidc_issuer: Url = Field(description="The issuer people sign in with; it must be one of KENES_ISSUERS")
    oidc_client_id: str = Field(min_length=1, description="Our client id at that issuer")
    oidc_client_secret: SecretStr = Field(min_length=1, description="Our client secret there")
    oidc_scope: str = Field("openid profile", description="Scopes asked for; must contain openid")
    oidc_userinfo: bool = Field(True, description="Whether the issuer is asked for claims that its ID token lacks")
    oidc_acr_values: str = Field(
        "", description="Assurance levels asked for (acr_values) when somebody signs in again because a rule needs more"
    )
    public_url: Url = Field(description="Address of this site as browsers see it; the callback is below it")

    @model_validator(mode="after")
    def _asks_for_openid(self) -> Self:
        if "openid" not in self.oidc_scope.split():
            raise ValueError("oidc_scope: must contain openid")
        return self

    def issuer_among(self, issuers: tuple[IssuerSettings, ...]) -> IssuerSettings:
        """The full settings of the login issuer. Raises SettingError when it is not a trusted one."""
        for each in issuers:
            if each.issuer == self.oidc_issuer:
                return each
        raise SettingError("KENES_OIDC_ISSUER: is not one of KENES_ISSUERS")


def sign_in() -> tuple[tuple[IssuerSettings, ...], LoginSettings]:
    """Whose tokens count, and how people sign in. Raises SettingError."""
    issuers, login = load_settings(IdentitySettings).issuers, load_settings(LoginSettings)
    login.issuer_among(issuers)
    return issuers, login
