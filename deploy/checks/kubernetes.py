"""Rules about the Kubernetes manifests that no schema knows: nothing open, nothing as root, everything bounded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema

from deploy.table import NAMESPACE, OPERATORS, deployed

Resource = dict[str, Any]

_SCHEMAS = Path(__file__).resolve().parent.parent / "k8s" / "schemas"
_STRIMZI = "kafka.strimzi.io/"
_SENSITIVE = ("password", "secret", "key", "token")


def kubernetes_problems(resources: Sequence[Resource]) -> list[str]:
    """What is wrong with the `resources` of one overlay, each told by kind and name."""
    found = list(_whole(resources))
    for resource in resources:
        rules = (_in_namespace, _custom, _pods, _no_secret)
        found += [f"{_name(resource)}: {problem}" for rule in rules for problem in rule(resource)]
    return found + list(_references(resources)) + list(_apart(resources))


def of_kind(resources: Iterable[Resource], kind: str) -> dict[str, Resource]:
    """The resources of one kind, by name."""
    return {each["metadata"]["name"]: each for each in resources if each["kind"] == kind}


def pod_of(resource: Resource) -> Resource | None:
    """The pod that a resource makes, if it makes any."""
    spec = resource.get("spec", {})
    if resource["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: Resource | None = spec.get("template") if resource["kind"] in ("Deployment", "CronJob") else None
    return template


def _name(resource: Resource) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


def _whole(resources: Sequence[Resource]) -> Iterator[str]:
    """Each process of the table has what it needs: a deployment, a budget, and something that scales it."""
    deployments, budgets = of_kind(resources, "Deployment"), of_kind(resources, "PodDisruptionBudget")
    scaled = of_kind(resources, "HorizontalPodAutoscaler") | of_kind(resources, "ScaledObject")
    for service in deployed():
        for role, name in service.named.items():
            for kind, found in (("deployment", deployments), ("disruption budget", budgets)):
                if name not in found:
                    yield f"{name} has no {kind}"
            if name not in scaled and not (service.name == OPERATORS and role == "api"):
                yield f"nothing scales {name}"
    default = of_kind(resources, "NetworkPolicy").get("nothing", {}).get("spec", {})
    if default != {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}:
        yield "NetworkPolicy/nothing must refuse everything that no other policy allows"


def _in_namespace(resource: Resource) -> Iterator[str]:
    if resource["kind"] != "Namespace" and resource["metadata"].get("namespace") != NAMESPACE:
        yield f"must be in the namespace {NAMESPACE}"


def _custom(resource: Resource) -> Iterator[str]:
    """Strimzi's resources against Strimzi's schemas; what is not in the schema would be dropped without a word."""
    if not resource["apiVersion"].startswith(_STRIMZI):
        return
    schema = json.loads((_SCHEMAS / f"{resource['kind']}.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft202012Validator(_closed(schema["properties"]["spec"]))
    for error in checker.iter_errors(resource["spec"]):
        yield f"spec{error.json_path.removeprefix('$')}: {error.message}"


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(value) for key, value in schema.items()}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        found["additionalProperties"] = False
    return found


def _pods(resource: Resource) -> Iterator[str]:
    template = pod_of(resource)
    if template is None:
        return
    pod = template["spec"]
    context = pod.get("securityContext", {})
    if not context.get("runAsNonRoot") or context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "must not run as root, and must have the runtime's seccomp profile"
    if pod.get("automountServiceAccountToken") is not False:
        yield "must not be given a token of the cluster"
    for container in pod["containers"]:
        yield from (f"{container['name']} {problem}" for problem in _container(resource, container))


def _container(resource: Resource, container: Resource) -> Iterator[str]:
    context = container.get("securityContext", {})
    if not context.get("readOnlyRootFilesystem") or context.get("allowPrivilegeEscalation") is not False:
        yield "must be read-only and gain no privileges"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "must drop all capabilities"
    for part in ("requests", "limits"):
        if {"cpu", "memory"} - container.get("resources", {}).get(part, {}).keys():
            yield f"has no {part} of processor and memory"
    if resource["kind"] == "Deployment" and {"livenessProbe", "readinessProbe"} - container.keys():
        yield "has no probes"
    image = container["image"].rpartition(":")
    if not image[0] or image[2] == "latest":
        yield "image needs a version"


def _no_secret(resource: Resource) -> Iterator[str]:
    if resource["kind"] == "Secret":
        yield "secrets are made where they are used, not committed"
    for name, value in resource.get("data", {}).items() if resource["kind"] == "ConfigMap" else ():
        if name.lower().endswith(_SENSITIVE) and value:
            yield f"{name} looks like a secret"


def _references(resources: Sequence[Resource]) -> Iterator[str]:
    """Settings that a pod takes from a map must be there: a missing one would keep it from starting."""
    maps = of_kind(resources, "ConfigMap")
    for resource in resources:
        template = pod_of(resource)
        for container in template["spec"]["containers"] if template else ():
            for source in container.get("envFrom", ()):
                if source["configMapRef"]["name"] not in maps:
                    yield f"{_name(resource)}: no ConfigMap/{source['configMapRef']['name']}"


def _apart(resources: Sequence[Resource]) -> Iterator[str]:
    """The console has settings of its own; those of citizens' sites would let their sessions and tokens in."""
    for name, resource in of_kind(resources, "Deployment").items():
        template = pod_of(resource)
        taken = {each["configMapRef"]["name"] for each in (template or {})["spec"]["containers"][0].get("envFrom", ())}
        citizens, operators = taken & {"kenes-site", "kenes-login"}, taken & {"kenes-console", "kenes-console-login"}
        if (citizens and operators) or (name.startswith(f"{OPERATORS}-") and citizens):
            yield f"Deployment/{name}: takes settings of citizens' sites and of operators"
