"""Wrong settings stop a process at start, with the setting's name and without its value."""

import json
from pathlib import Path

import pytest

from kenes.identity.settings import IdentitySettings, IssuerSettings, LoginSettings
from kenes.setting_files import SettingError, load_settings

ISSUER = {"issuer": "https://id.example", "audience": "kenes"}
LOGIN = {
    "KENES_OIDC_ISSUER": "https://id.example",
    "KENES_OIDC_CLIENT_ID": "web",
    "KENES_OIDC_CLIENT_SECRET": "s3cret-value",
    "KENES_PUBLIC_URL": "https://kenes.example",
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KENES_ISSUERS", "KENES_OIDC_CLIENT_SECRET_FILE", *LOGIN):
        monkeypatch.delenv(name, raising=False)


def refusal_of(monkeypatch: pytest.MonkeyPatch, issuers: object) -> str:
    monkeypatch.setenv("KENES_ISSUERS", issuers if isinstance(issuers, str) else json.dumps(issuers))
    with pytest.raises(SettingError) as refusal:
        load_settings(IdentitySettings)
    return str(refusal.value)


def test_issuers_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENES_ISSUERS", json.dumps([{**ISSUER, "claims": {"region": "address.region"}}]))
    (issuer,) = load_settings(IdentitySettings).issuers
    assert issuer.audiences == {"kenes"}
    assert issuer.algorithms == ("RS256", "ES256", "EdDSA", "Ed25519", "PS256")
    assert issuer.claims.region == "address.region"
    assert issuer.configuration_uri == "https://id.example/.well-known/openid-configuration"


def test_a_trailing_slash_belongs_to_the_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = IssuerSettings.model_validate({**ISSUER, "issuer": "https://id.example/"})
    assert issuer.issuer == "https://id.example/"
    assert issuer.configuration_uri == "https://id.example/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("issuers", "sentence"),
    [
        ("[{", "KENES_ISSUERS: must be JSON"),
        ([], "KENES_ISSUERS: "),
        ([{"issuer": "https://id.example"}], "KENES_ISSUERS.0.audience: "),
        ([{**ISSUER, "issuer": "id.example"}], "KENES_ISSUERS.0.issuer: must be an absolute http or https URL"),
        ([{**ISSUER, "issuer": "https://me:pw@id.example"}], "KENES_ISSUERS.0.issuer: must have no query"),
        ([{**ISSUER, "audience": ""}], "KENES_ISSUERS.0: audience must name"),
        ([{**ISSUER, "audience": []}], "KENES_ISSUERS.0: audience must name"),
        ([{**ISSUER, "algorithms": ["HS256"]}], "KENES_ISSUERS.0.algorithms.0: "),
        ([{**ISSUER, "algorithms": []}], "KENES_ISSUERS.0.algorithms: "),
        ([{**ISSUER, "jwks_url": "https://id.example/k"}], "KENES_ISSUERS.0.jwks_url: "),
        ([{**ISSUER, "claims": {"assurance_values": {"3": "top"}}}], "KENES_ISSUERS.0.claims.assurance_values.3: "),
        (
            [{**ISSUER, "claims": {"region_values": {"Almaty": "Almaty"}}}],
            "KENES_ISSUERS.0.claims.region_values.Almaty: ",
        ),
        ([ISSUER, ISSUER], "KENES_ISSUERS: the same issuer is listed twice"),
    ],
)
def test_a_wrong_issuer_setting_is_named(monkeypatch: pytest.MonkeyPatch, issuers: object, sentence: str) -> None:
    assert refusal_of(monkeypatch, issuers).startswith(sentence)


def test_missing_settings_are_all_named() -> None:
    with pytest.raises(SettingError) as refusal:
        load_settings(LoginSettings)
    for name in LOGIN:
        assert name in str(refusal.value)
    with pytest.raises(SettingError, match="KENES_ISSUERS: Field required"):
        load_settings(IdentitySettings)


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    assert "s3cret-value" not in repr(load_settings(LoginSettings))
    monkeypatch.setenv("KENES_OIDC_SCOPE", "s3cret-value")
    with pytest.raises(SettingError, match="KENES_OIDC_SCOPE: must contain openid") as refusal:
        load_settings(LoginSettings)
    assert "s3cret-value" not in str(refusal.value)


def test_the_client_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KENES_OIDC_CLIENT_SECRET")
    monkeypatch.setenv("KENES_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(SettingError, match=r"KENES_OIDC_CLIENT_SECRET_FILE: .*No such file"):
        load_settings(LoginSettings)
    (tmp_path / "secret").write_text("from-a-file\n")
    assert load_settings(LoginSettings).oidc_client_secret.get_secret_value() == "from-a-file"


def test_the_login_issuer_must_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    trusted = IssuerSettings.model_validate(ISSUER)
    assert load_settings(LoginSettings).issuer_among((trusted,)) is trusted
    with pytest.raises(SettingError, match="KENES_OIDC_ISSUER"):
        load_settings(LoginSettings).issuer_among(())
