"""The checks that other programs make. What pip installs must be there; the rest is used where it is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.dashboards import expressions

# Only so that the gateway's file can be parsed; any values will do.
GATEWAY_ENVIRONMENT = {
    "KENES_DOMAIN": "petitions.example",
    "KENES_IDENTITY_DOMAIN": "id.example",
    "KENES_TLS": "internal",
    "KENES_PETITIONS_UPSTREAM": "petitions-api:8080",
    "KENES_CONSOLE_DOMAIN": "ops.example",
    "KENES_CONSOLE_NETWORKS": "10.0.0.0/8",
    "KENES_CONSULTATIONS_UPSTREAM": "consultations-api:8080",
    "KENES_NOTIFICATIONS_UPSTREAM": "notifications-api:8080",
    "KENES_CONSOLE_UPSTREAM": "console-api:8080",
    "KENES_GRAFANA_UPSTREAM": "grafana:3000",
    "KENES_IDENTITY_UPSTREAM": "keycloak:8080",
}
FROM_ELSEWHERE = frozenset({"promtool", "kustomize", "gitleaks"})
"""Programs that pip does not bring: the first comes with Prometheus, the others are built by Go from deploy/tools."""
KUBERNETES = "1.34.0"


class MissingToolError(Exception):
    """A program that pip does not bring is not on this machine."""


def tool(name: str, root: Path) -> str | None:
    """Where the program `name` is: on PATH, beside this Python, or in the environment of the check tools."""
    places = [os.environ.get("PATH", ""), str(Path(sys.executable).parent), str(root / ".venv-check" / "bin")]
    return shutil.which(name, path=os.pathsep.join(places))


def compose_schema(root: Path) -> list[str]:
    """The Compose file against its schema."""
    return said(root, ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"])


def dockerfile(root: Path) -> list[str]:
    """The Dockerfile's linter."""
    return said(root, ["hadolint", "deploy/images/Dockerfile"])


def gateway(root: Path) -> list[str]:
    """The gateway's file, as the gateway understands it, and in its usual form."""
    caddyfile = "deploy/gateway/Caddyfile"
    with tempfile.TemporaryDirectory() as home:
        environment = {**GATEWAY_ENVIRONMENT, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
        return [
            *said(root, ["caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile], environment),
            *said(root, ["caddy", "fmt", "--diff", caddyfile], environment),
        ]


def shells(root: Path) -> list[str]:
    """Every script, as its shell parses it."""
    return [problem for script in sorted(root.glob("deploy/**/*.sh")) for problem in _shell(root, script)]


def _shell(root: Path, script: Path) -> list[str]:
    shell = "bash" if script.read_text(encoding="utf-8").startswith("#!/bin/bash") else "sh"
    return said(root, [shell, "-n", str(script.relative_to(root))])


def prometheus(root: Path) -> list[str]:
    """Configuration and rules as Prometheus reads them, and what must fire, by its unit tests of rules."""
    folder = "deploy/prometheus"
    return [
        *said(root, ["promtool", "check", "config", f"{folder}/prometheus.yml"]),
        *said(root, ["promtool", "test", "rules", f"{folder}/tests.yml"]),
    ]


def dashboards(root: Path) -> list[str]:
    """What dashboards ask, as Prometheus parses it: put into rules, since it parses nothing else by itself."""
    rules = [{"record": f"dashboards:question:{number}", "expr": ask} for number, ask in enumerate(expressions())]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "questions.yml"
        file.write_text(json.dumps({"groups": [{"name": "questions", "rules": rules}]}), encoding="utf-8")
        return said(root, ["promtool", "check", "rules", str(file)])


def secrets(root: Path) -> list[str]:
    """Everything that was ever committed, and nothing in it that looks like a secret."""
    return said(root, ["gitleaks", "git", "--no-banner", "--redact", "--config", "deploy/gitleaks.toml", "."])


def assembled(root: Path, overlay: str) -> str:
    """The manifests of one overlay as one YAML text. Raises `MissingToolError`, `ValueError` with what is wrong."""
    ran = run(root, ["kustomize", "build", f"deploy/k8s/{overlay}"])
    if ran.returncode:
        raise ValueError(ran.stderr.strip())
    return ran.stdout


def kubernetes_schema(root: Path, manifests: str) -> list[str]:
    """Manifests against the schemas of Kubernetes' own resources, unknown fields refused."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "manifests.yaml"
        file.write_text(manifests, encoding="utf-8")
        # Resources that operators bring have no schema there.
        return said(root, ["kubernetes-validate", "--strict", "--quiet", "--no-warn", "-k", KUBERNETES, str(file)])


def said(root: Path, command: Sequence[str], environment: Mapping[str, str] | None = None) -> list[str]:
    """What a program complains about; nothing where it ends well. Raises `MissingToolError`."""
    ran = run(root, command, environment)
    return [] if ran.returncode == 0 else [f"{' '.join(command)}\n{(ran.stdout + ran.stderr).strip()}"]


def run(
    root: Path, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A program's end and what it said. Raises `MissingToolError`."""
    program = tool(command[0], root)
    if program is None:
        if command[0] in FROM_ELSEWHERE:
            raise MissingToolError(f"{command[0]} not found")
        missing = f"{command[0]} is not installed: run `make check`, which installs the check tools"
        return subprocess.CompletedProcess(command, 127, "", missing)
    return subprocess.run(  # noqa: S603 - the commands are constants of this module
        [program, *command[1:]],
        cwd=root,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
