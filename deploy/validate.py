"""``python -m deploy.validate``: check the deployment files. Needs no container engine and no network.

Prints what is wrong, a line each, and exits 1; exits 0 with one line where all is well.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

from deploy.checks.compose import compose_problems
from deploy.checks.realm import realm_problems
from deploy.checks.tools import tool_problems

ROOT = Path(__file__).resolve().parent.parent


def problems(root: Path = ROOT) -> list[str]:
    """Everything wrong with the deployment files under ``root``."""

    def read(path: str) -> str:
        return (root / path).read_text(encoding="utf-8")

    compose = read("docker-compose.yml")
    found = [
        f"docker-compose.yml: {problem}"
        for problem in compose_problems(compose, read("deploy/compose.env.example"), read("deploy/secrets.sh"), root)
    ]
    realm = "deploy/keycloak/kenes-realm.json"
    given = _keycloak_variables(compose, read("deploy/keycloak/start.sh"))
    found += [f"{realm}: {problem}" for problem in realm_problems(read(realm), given)]
    found += [
        f"deploy/images/Dockerfile: {problem}" for problem in _dockerfile_problems(read("deploy/images/Dockerfile"))
    ]
    return found + tool_problems(root)


def _keycloak_variables(compose: str, start_script: str) -> frozenset[str]:
    exported = re.findall(r"^export (.+)$", start_script, re.MULTILINE)
    environment = yaml.safe_load(compose)["services"]["keycloak"]["environment"]
    return frozenset(environment) | frozenset(" ".join(exported).split())


def _dockerfile_problems(text: str) -> list[str]:
    """What the linter does not ask: locked dependencies, an ordinary user, a health check."""
    last_stage = text[text.rindex("\nFROM ") :]
    rules = {
        "dependencies must be installed with --require-hashes": "--require-hashes --no-deps -r requirements/runtime.txt"
        in text,
        "the last stage must run as an ordinary user, by number": re.search(
            r"^USER [1-9]\d*", last_stage, re.MULTILINE
        ),
        "the last stage must have a HEALTHCHECK": "\nHEALTHCHECK " in last_stage,
        'the entry point must be ["python", "-m"]': '\nENTRYPOINT ["python", "-m"]\n' in last_stage,
    }
    return [problem for problem, holds in rules.items() if not holds]


def main() -> int:
    """The command."""
    found = problems()
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    if not found:
        sys.stdout.write("deployment files: all checks passed\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
