"""`python -m deploy.validate`: check the deployment files. Needs no container engine and no network.

Prints a line for each check, and what is wrong; exits 1 where anything is. A check whose program is not on this machine
is said to be skipped; in CI (the variable `CI` is set) that is wrong, too.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from deploy.checks import tools
from deploy.checks.compose import compose_problems
from deploy.checks.kubernetes import kubernetes_problems
from deploy.checks.realm import realm_problems
from deploy.checks.watching import watching_problems
from deploy.generate import stale

ROOT = Path(__file__).resolve().parent.parent
OVERLAYS = ("base", "overlays/small", "overlays/large")

Check = Callable[[Path], list[str]]


def _read(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8")


def _compose(root: Path) -> list[str]:
    example, secrets = _read(root, "deploy/compose.env.example"), _read(root, "deploy/secrets.sh")
    return compose_problems(_read(root, "docker-compose.yml"), example, secrets, root)


def _realm(root: Path) -> list[str]:
    exported = re.findall(r"^export (.+)$", _read(root, "deploy/keycloak/start.sh"), re.MULTILINE)
    environment = yaml.safe_load(_read(root, "docker-compose.yml"))["services"]["keycloak"]["environment"]
    given = frozenset(environment) | frozenset(" ".join(exported).split())
    return realm_problems(_read(root, "deploy/keycloak/kenes-realm.json"), given)


def _image(root: Path) -> list[str]:
    """What the linter does not ask: locked dependencies, an ordinary user, a health check."""
    text = _read(root, "deploy/images/Dockerfile")
    last_stage = text[text.rindex("\nFROM ") :]
    locked = "--require-hashes --no-deps -r requirements/runtime.txt"
    rules = {
        "dependencies must be installed with --require-hashes": locked in text,
        # pip takes no hashes from constraints: such a step ends the build.
        "what is installed with hashes must be named by a lock": all(
            "-r requirements/" in line for line in text.splitlines() if "--require-hashes" in line
        ),
        "the base must be an exact version": re.search(r"^ARG BASE=\S+:\d+\.\d+\.\d+\S*$", text, re.MULTILINE),
        "the last stage must install nothing": "pip install" not in last_stage and "apt-get" not in last_stage,
        "the last stage must run as an ordinary user": re.search(r"^USER [1-9]\d*", last_stage, re.MULTILINE),
        "the last stage must have a HEALTHCHECK": "\nHEALTHCHECK " in last_stage,
        'the entry point must be ["python", "-m"]': '\nENTRYPOINT ["python", "-m"]\n' in last_stage,
    }
    return [problem for problem, holds in rules.items() if not holds]


def _overlay(path: str) -> Check:
    def check(root: Path) -> list[str]:
        try:
            manifests = tools.assembled(root, path)
        except ValueError as error:
            return [str(error)]
        resources = [each for each in yaml.safe_load_all(manifests) if each]
        return kubernetes_problems(resources) + tools.kubernetes_schema(root, manifests)

    return check


CHECKS: dict[str, Check] = {
    "generated files are what the table says": stale,
    "docker-compose.yml against its schema": tools.compose_schema,
    "docker-compose.yml against our rules": _compose,
    "Dockerfile by hadolint": tools.dockerfile,
    "Dockerfile against our rules": _image,
    "Caddyfile by caddy": tools.gateway,
    "shell scripts by their shells": tools.shells,
    "Keycloak's realm against our rules": _realm,
    "Prometheus' configuration and rules by promtool": tools.prometheus,
    "dashboards' questions by promtool": tools.dashboards,
    "alerts, dashboards and runbook against each other": watching_problems,
    **{f"deploy/k8s/{path} by kustomize, schemas and our rules": _overlay(path) for path in OVERLAYS},
    "no secrets in the history, by gitleaks": tools.secrets,
}


def validate(root: Path = ROOT, *, strict: bool = False) -> int:
    """Runs every check and says so; returns how many found something. `strict`: a missing program is something."""
    failed = 0
    for name, check in CHECKS.items():
        try:
            problems, skipped = check(root), ""
        except tools.MissingToolError as error:
            problems, skipped = [str(error)] if strict else [], str(error)
        failed += bool(problems)
        outcome = "FAILED" if problems else f"skipped: {skipped}" if skipped else "ok"
        sys.stdout.write(f"{name}: {outcome}\n" + "".join(f"  {problem}\n" for problem in problems))
    return failed


if __name__ == "__main__":
    sys.exit(1 if validate(strict=bool(os.environ.get("ALL_TOOLS"))) else 0)
