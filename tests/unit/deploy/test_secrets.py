"""Every secret setting of every service may be a file, and is one wherever the product is deployed."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretBytes, SecretStr
from pydantic_settings import BaseSettings

import kenes
import services
from deploy.kubernetes import processes
from deploy.table import SECRETS, deployed
from kenes.setting_files import FileSettings, contents

ROOT = Path(__file__).resolve().parents[3]
_NEVER_DEPLOYED = "kenes.local"


def modules() -> Iterator[str]:
    """Every module of the kit and of the services in which settings could be."""
    for package in (kenes, services):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "settings" in found.name or found.name.endswith(".bounces"):
                yield found.name


def secret_settings() -> dict[tuple[str, str], type[BaseSettings]]:
    """The settings whose values must not be shown, by class and name."""
    found: dict[tuple[str, str], type[BaseSettings]] = {}
    for module in (importlib.import_module(name) for name in modules() if not name.startswith(_NEVER_DEPLOYED)):
        for kind in (each for each in vars(module).values() if _is_settings(each)):
            for name, field in kind.model_fields.items():
                if any(secret.__name__ in str(field.annotation) for secret in (SecretStr, SecretBytes)):
                    found[kind.__name__, name] = kind
    return found


def _is_settings(each: Any) -> bool:
    return isinstance(each, type) and issubclass(each, BaseSettings)


FOUND = secret_settings()
NAMES = sorted({name for _, name in FOUND})


def test_the_secrets_that_are_known_are_found() -> None:
    assert {"master_key", "oidc_client_secret", *(each.setting for each in SECRETS)} <= set(NAMES)


def test_settings_with_secrets_are_where_this_test_looks() -> None:
    """A class elsewhere would go unnoticed."""
    sources = [path for package in ("kenes", "services") for path in (ROOT / package).rglob("*.py")]
    with_secrets = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sources
        if "BaseSettings)" in (text := path.read_text("utf-8")) or "FileSettings)" in text
    }
    assert with_secrets <= {*modules(), "kenes.setting_files"}


@pytest.mark.parametrize(("kind", "name"), sorted(FOUND))
def test_a_secret_may_be_a_file(kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = FOUND[kind, name]
    assert issubclass(settings, FileSettings)
    content = "a secret"
    (tmp_path / "secret").write_text(f"{content}\n", encoding="utf-8")
    monkeypatch.delenv(f"KENES_{name.upper()}", raising=False)
    monkeypatch.setenv(f"KENES_{name.upper()}_FILE", str(tmp_path / "secret"))
    assert contents(settings.model_fields) == {name: content}
    (tmp_path / "secret").write_text("", encoding="utf-8")
    assert contents(settings.model_fields) == {}, "an empty file is a setting left out"


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_a_file_in_compose(name: str) -> None:
    project = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    variable = f"KENES_{name.upper()}_FILE"
    given = {key: each for key, each in project["services"].items() if variable in each.get("environment", {})}
    assert given
    for each in given.values():
        assert str(each["environment"][variable]).removeprefix("/run/secrets/") in each["secrets"]
    assert not any(f"KENES_{name.upper()}" in each.get("environment", {}) for each in project["services"].values())


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_a_file_of_a_secret_in_kubernetes(name: str) -> None:
    variable, readers = f"KENES_{name.upper()}_FILE", set()
    for resource in (each for each in processes() if each["kind"] == "Deployment"):
        pod = resource["spec"]["template"]["spec"]
        [container] = pod["containers"]
        mounted = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
        secrets = {each["name"] for each in pod["volumes"] if "secret" in each}
        environment = {each["name"]: each.get("value", "") for each in container["env"]}
        assert f"KENES_{name.upper()}" not in environment
        if variable in environment:
            assert mounted[environment[variable].rpartition("/")[0]] in secrets
            readers.add(resource["metadata"]["name"])
    assert readers


def test_only_readers_of_a_secret_have_it_in_both() -> None:
    project = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    every = {name for service in deployed() for name in service.named.values()}
    for secret in SECRETS:
        assert secret.readers <= every
        assert {name for name, each in project.items() if secret.setting in each.get("secrets", [])} == secret.readers
