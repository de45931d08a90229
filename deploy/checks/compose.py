"""Rules about docker-compose.yml that its schema cannot know: nothing open, nothing default, everything watched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.table import deployed, secrets_of

Service = dict[str, Any]

# Services whose image writes outside its volumes when it starts; the compose file says what beside each.
_NOT_READ_ONLY = frozenset({"kafka", "keycloak"})
_GATEWAY = "gateway"
# Who is on a network that leads outside.
_OUTWARD = {"edge": {_GATEWAY}, "out": {"petitions-api", "notifications-api", "notifications-stream"}}
# What operators alone may reach.
_OPERATORS = frozenset({"console-api", "grafana"})
_SECRET_NAME = re.compile(r"(PASSWORD|SECRET|MASTER_KEY|WEBPUSH_KEY|TOKEN|MONGO_URI|KAFKA_BOOTSTRAP)")
_VARIABLE = re.compile(r"(?<!\$)\$(?:\{(?P<braced>[^}]*)\}|(?P<bare>[A-Za-z_]\w*))")
_REQUIRED = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*):\?set (?P=name), see deploy/compose\.env\.example")


def compose_problems(text: str, example: str, secrets_script: str, root: Path) -> list[str]:
    """What is wrong with the compose file `text`; `example` lists its variables, `secrets_script` its secrets."""
    project = yaml.safe_load(_VARIABLE.sub("given", text))
    problems = list(_variables(text, example))
    problems += _secrets(project, secrets_script)
    problems += _networks(project)
    problems += _processes(project)
    for name, service in project["services"].items():
        rules = (_image, _health, _limits, _hardening, _reachable, _environment, _given_secrets, _start_order)
        problems += [f"{name}: {problem}" for rule in rules for problem in rule(name, service, project)]
        problems += [f"{name}: {problem}" for problem in _mounts(service, root)]
    return problems


def _variables(text: str, example: str) -> Iterator[str]:
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    used = set()
    for found in _VARIABLE.finditer(code):
        required = _REQUIRED.fullmatch(found["braced"] or "")
        if required is None:
            yield f"{found[0]} must be ${{NAME:?set NAME, see deploy/compose.env.example}}: no default, a clear stop"
        else:
            used.add(required["name"])
    listed = dict(re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", example, re.MULTILINE))
    for name in sorted(used - set(listed)):
        yield f"deploy/compose.env.example does not list {name}"
    for name in sorted(set(listed) - used):
        yield f"deploy/compose.env.example lists {name}, which nothing uses"
    for name, value in listed.items():
        if value.strip():
            yield f"deploy/compose.env.example gives {name} a value"


def _secrets(project: dict[str, Any], script: str) -> Iterator[str]:
    for name, secret in project.get("secrets", {}).items():
        if secret != {"file": f"./deploy/secrets/{name}"}:
            yield f"secret {name} must be the file ./deploy/secrets/{name}"
        if not re.search(rf"\b{name}\b", script):
            yield f"deploy/secrets.sh does not make {name}"
        if not any(name in service.get("secrets", []) for service in project["services"].values()):
            yield f"no service uses the secret {name}"


def _networks(project: dict[str, Any]) -> Iterator[str]:
    for name, network in project["networks"].items():
        if name not in _OUTWARD and not (network or {}).get("internal"):
            yield f"network {name} must be internal"


def _processes(project: dict[str, Any]) -> Iterator[str]:
    """Each process of the table is there, and none that is not."""
    table = {name: ["services." + service.name, role] for service in deployed() for role, name in service.named.items()}
    ours = {name: each for name, each in project["services"].items() if "kenes:" in each.get("image", "")}
    found = {name: each["command"] for name, each in ours.items() if "profiles" not in each}
    for name in sorted(table.keys() | found.keys()):
        if table.get(name) != found.get(name):
            yield f"{name} runs {found.get(name)}, and should run {table.get(name)}"


def _image(_name: str, service: Service, _project: dict[str, Any]) -> Iterator[str]:
    tag = service.get("image", "").rpartition(":")[2]
    if not tag or "/" in tag or tag == "latest":
        yield "image needs a version"


def _health(name: str, service: Service, project: dict[str, Any]) -> Iterator[str]:
    if "test" not in service.get("healthcheck", {}) and not _runs_once(name, project):
        yield "has no healthcheck"


def _runs_once(name: str, project: dict[str, Any]) -> bool:
    needs = [service.get("depends_on", {}).get(name, {}) for service in project["services"].values()]
    return any(need.get("condition") == "service_completed_successfully" for need in needs)


def _limits(_name: str, service: Service, _project: dict[str, Any]) -> Iterator[str]:
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    for name in ("cpus", "memory", "pids"):
        if name not in limits:
            yield f"has no limit of {name}"


def _hardening(name: str, service: Service, _project: dict[str, Any]) -> Iterator[str]:
    if service.get("cap_drop") != ["ALL"]:
        yield "must drop all capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "must not gain privileges"
    if service.get("privileged") or service.get("network_mode") == "host":
        yield "must stay within its container"
    if not service.get("read_only") and name not in _NOT_READ_ONLY:
        yield "must be read-only"


def _reachable(name: str, service: Service, _project: dict[str, Any]) -> Iterator[str]:
    if name != _GATEWAY and service.get("ports"):
        yield "publishes ports; only the gateway may"
    networks = set(service.get("networks", [] if "network_mode" in service else ["edge"]))
    for network, allowed in _OUTWARD.items():
        if network in networks and name not in allowed:
            yield f"is on the network {network}; only {' and '.join(sorted(allowed))} may be"
    if name in _OPERATORS and "front" in networks:
        yield "is on the network front, where citizens are served; operators have their own"


def _environment(_name: str, service: Service, _project: dict[str, Any]) -> Iterator[str]:
    for name, value in service.get("environment", {}).items():
        if not _SECRET_NAME.search(name):
            continue
        mounted = str(value).removeprefix("/run/secrets/")
        if not name.endswith("_FILE"):
            yield f"{name} must be a file: {name}_FILE"
        elif mounted not in service.get("secrets", []):
            yield f"{name} must name one of its own secrets under /run/secrets"


def _given_secrets(name: str, service: Service, _project: dict[str, Any]) -> Iterator[str]:
    for each in secrets_of(name):
        if service.get("environment", {}).get(each.variable) != f"/run/secrets/{each.setting}":
            yield f"must be given {each.variable}: /run/secrets/{each.setting}"


def _start_order(_name: str, service: Service, project: dict[str, Any]) -> Iterator[str]:
    for needed, how in service.get("depends_on", {}).items():
        once = _runs_once(needed, project)
        if how.get("condition") != ("service_completed_successfully" if once else "service_healthy"):
            yield f"must wait until {needed} is {'done' if once else 'healthy'}"


def _mounts(service: Service, root: Path) -> Iterator[str]:
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if not source.startswith("./"):
            continue
        if not volume.endswith(":ro"):
            yield f"{source} must be mounted read-only"
        if not source.startswith("./deploy/secrets") and not (root / source).exists():
            yield f"{source} does not exist"
