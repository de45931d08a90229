"""The checks that other programs make: the Compose schema, the Dockerfile's linter, the gateway's parser, shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

# Only so that the gateway's file can be parsed; any values will do.
GATEWAY_ENVIRONMENT = {
    "KENES_DOMAIN": "petitions.example",
    "KENES_IDENTITY_DOMAIN": "id.example",
    "KENES_TLS": "internal",
    "KENES_PETITIONS_UPSTREAM": "petitions-api:8080",
    "KENES_CONSULTATIONS_UPSTREAM": "consultations-api:8080",
    "KENES_IDENTITY_UPSTREAM": "keycloak:8080",
}


def tool(name: str, root: Path) -> str | None:
    """Where the program ``name`` is: on PATH, beside this Python, or in the environment of the check tools."""
    places = [os.environ.get("PATH", ""), str(Path(sys.executable).parent), str(root / ".venv-check" / "bin")]
    return shutil.which(name, path=os.pathsep.join(places))


def tool_problems(root: Path) -> list[str]:
    """What the tools find wrong with the deployment files under ``root``. A tool that is missing is a problem too."""
    with tempfile.TemporaryDirectory() as home:
        gateway = {**GATEWAY_ENVIRONMENT, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
        caddyfile = "deploy/gateway/Caddyfile"
        return [
            *_run(root, ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]),
            *_run(root, ["hadolint", "deploy/images/Dockerfile"]),
            *_run(root, ["caddy", "validate", "--adapter", "caddyfile", "--config", caddyfile], gateway),
            *_run(root, ["caddy", "fmt", "--diff", caddyfile], gateway),
            *(problem for script in sorted(root.glob("deploy/**/*.sh")) for problem in _shell(root, script)),
        ]


def _shell(root: Path, script: Path) -> list[str]:
    shell = "bash" if script.read_text(encoding="utf-8").startswith("#!/bin/bash") else "sh"
    return _run(root, [shell, "-n", str(script.relative_to(root))])


def _run(root: Path, command: Sequence[str], environment: Mapping[str, str] | None = None) -> list[str]:
    program = tool(command[0], root)
    if program is None:
        return [f"{command[0]} is not installed: run `make check`, which installs the check tools"]
    ran = subprocess.run(  # noqa: S603 - the commands are the constants above
        [program, *command[1:]],
        cwd=root,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if ran.returncode == 0:
        return []
    return [f"{' '.join(command)}\n{(ran.stdout + ran.stderr).strip()}"]
