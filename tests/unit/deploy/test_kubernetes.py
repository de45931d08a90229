"""Each rule about the manifests fires when somebody breaks it; what is generated breaks none by itself."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.access import rules, users
from deploy.checks.kubernetes import kubernetes_problems, of_kind
from deploy.kubernetes import kafka_users, processes, topics
from deploy.table import MEMORY, NAMESPACE, OPERATORS, SECRETS, deployed
from schemas.topics import REGISTRY, all_topics

ROOT = Path(__file__).resolve().parents[3]
BASE = ROOT / "deploy/k8s/base"


def written(*names: str) -> list[dict[str, Any]]:
    return [each for name in names for each in yaml.safe_load_all((BASE / name).read_text(encoding="utf-8")) if each]


def manifests() -> list[dict[str, Any]]:
    """The base as far as our rules look at it, without the program that assembles it."""
    found = [
        *processes(),
        *topics(),
        *kafka_users(),
        *written("settings.yaml", "kafka.yaml", "network.yaml", "backup.yaml"),
    ]
    for each in found:
        each["metadata"]["namespace"] = NAMESPACE
        pods = each.get("spec", {}).get("template") or each.get("spec", {}).get("jobTemplate", {}).get("spec", {}).get(
            "template"
        )
        for container in pods["spec"]["containers"] if pods and each["kind"] in ("Deployment", "CronJob") else ():
            container["image"] += ":0.1.0"
    return copy.deepcopy(found)


def test_the_base_breaks_no_rule() -> None:
    assert kubernetes_problems(manifests()) == []


Change = Callable[[list[dict[str, Any]]], object]


def pod(found: list[dict[str, Any]], name: str = "petitions-api") -> dict[str, Any]:
    template: dict[str, Any] = of_kind(found, "Deployment")[name]["spec"]["template"]["spec"]
    return template


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda found: found.remove(of_kind(found, "Deployment")["petitions-api"]), "petitions-api has no deployment"),
        (lambda found: found.remove(of_kind(found, "PodDisruptionBudget")["petitions-api"]), "no disruption budget"),
        (
            lambda found: found.remove(of_kind(found, "ScaledObject")["petitions-stream"]),
            "nothing scales petitions-stream",
        ),
        (lambda found: found.remove(of_kind(found, "NetworkPolicy")["nothing"]), "must refuse everything"),
        (lambda found: found.remove(of_kind(found, "ConfigMap")["kenes-login"]), "no ConfigMap/kenes-login"),
        (lambda found: pod(found)["securityContext"].pop("runAsNonRoot"), "must not run as root"),
        (lambda found: pod(found).pop("automountServiceAccountToken"), "token of the cluster"),
        (lambda found: pod(found)["containers"][0]["securityContext"].pop("capabilities"), "drop all capabilities"),
        (lambda found: pod(found)["containers"][0]["resources"].pop("limits"), "no limits"),
        (lambda found: pod(found)["containers"][0].pop("livenessProbe"), "no probes"),
        (lambda found: pod(found)["containers"][0].update(image="kenes:latest"), "image needs a version"),
        (lambda found: of_kind(found, "Kafka")["kenes"]["spec"]["kafka"].update(listener=[]), "listener"),
        (lambda found: of_kind(found, "KafkaNodePool")["nodes"]["spec"].update(roles=["brokers"]), "is not one of"),
        (lambda found: of_kind(found, "ConfigMap")["kenes-mail"]["data"].update(SMTP_PASSWORD="x"), "like a secret"),
        (
            lambda found: found.append(
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": NAMESPACE}}
            ),
            "not committed",
        ),
        (
            lambda found: of_kind(found, "Service")["petitions-api"]["metadata"].pop("namespace"),
            "must be in the namespace",
        ),
        (
            lambda found: pod(found, f"{OPERATORS}-api")["containers"][0]["envFrom"].append(
                {"configMapRef": {"name": "kenes-login"}}
            ),
            "citizens' sites and of operators",
        ),
    ],
)
def test_a_broken_rule_is_named(change: Change, complaint: str) -> None:
    found = manifests()
    change(found)
    assert any(complaint in problem for problem in kubernetes_problems(found))


def test_topics_are_the_registrys() -> None:
    made = of_kind(topics(), "KafkaTopic")
    assert made.keys() == {topic.name for topic in all_topics(REGISTRY)}
    for topic in REGISTRY:
        spec = made[topic.name]["spec"]
        assert spec["partitions"] == topic.partitions
        assert (spec["config"]["retention.ms"] == -1) is (topic.retention is None)


def test_users_have_the_rights_of_the_table() -> None:
    made = of_kind(kafka_users(), "KafkaUser")
    assert list(made) == users()
    assert sum(len(user["spec"]["authorization"]["acls"]) for user in made.values()) == len(rules())


def test_copies_never_outnumber_partitions() -> None:
    scaled = of_kind(processes(), "ScaledObject")
    for service in deployed():
        most = max((topic.partitions for topic in (*service.topics, *service.reads)), default=1)
        for role in {"stream", "project"} & service.named.keys():
            assert scaled[service.named[role]]["spec"]["maxReplicaCount"] == most


def test_the_console_is_only_told_what_operators_are() -> None:
    taken = [each["configMapRef"]["name"] for each in pod(manifests(), "console-api")["containers"][0]["envFrom"]]
    assert taken == ["kenes-settings", "kenes-console", "kenes-console-login"]


def test_a_process_is_scaled_by_the_work_that_it_tells_of_itself() -> None:
    """Workers run in `stream`, in groups that are named as those of projections are."""
    for name, scaled in of_kind(processes(), "ScaledObject").items():
        service, _, role = name.partition("-")
        [trigger] = scaled["spec"]["triggers"]
        assert f'kenes_consumer_lag_records{{service="{service}",process="{role}"}}' in trigger["metadata"]["query"]


def test_what_keeps_every_petition_in_memory_has_room_for_it() -> None:
    for name, deployment in of_kind(processes(), "Deployment").items():
        resources = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]
        room = f"{MEMORY.get(name, 512)}Mi"
        assert (resources["requests"]["memory"], resources["limits"]["memory"]) == (room, room)


def policy(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = of_kind(written("network.yaml"), "NetworkPolicy")[name]["spec"]
    return spec


def test_whoever_has_the_relays_password_reaches_the_relay() -> None:
    [readers] = [secret.readers for secret in SECRETS if secret.setting == "smtp_password"]
    [chosen] = policy("letters")["podSelector"]["matchExpressions"]
    assert set(chosen["values"]) == readers
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert {name for name, service in compose.items() if "out" in service.get("networks", ())} == readers


def test_the_gateway_reaches_each_upstream_that_it_is_told() -> None:
    gateway = yaml.safe_load_all((ROOT / "deploy/gateway/gateway.yaml").read_text(encoding="utf-8"))
    told = of_kind(gateway, "ConfigMap")["gateway-settings"]["data"]
    upstreams = {told[name].partition(":")[0] for name in told if name.endswith("_UPSTREAM")}
    spaces = [
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in policy("gateway")["egress"]
        for peer in rule["to"]
        if "namespaceSelector" in peer
    ]
    assert {name.split(".")[1] for name in upstreams if "." in name} == set(spaces)
    ours = {service.named["api"] for service in deployed()} | {"keycloak-service"}
    assert {name for name in upstreams if "." not in name} == ours


def test_accounts_of_the_database_have_the_rights_they_have_in_compose() -> None:
    script = (ROOT / "deploy/mongo/init.js").read_text(encoding="utf-8")
    said = re.findall(r"^  (\w+): (\[.+\]),$", script, re.MULTILINE)
    roles = re.findall(r'\{ role: "(\w+)", db \}', script)
    accounts = of_kind(written("mongo.yaml"), "MongoDBCommunity")["kenes"]["spec"]["users"]
    assert {user["name"]: {(role["db"], role["name"]) for role in user["roles"]} for user in accounts} == {
        user: {(database, role) for database in json.loads(databases) for role in roles} for user, databases in said
    }


def test_every_store_of_several_members_loses_one_at_a_time() -> None:
    """Kafka's and PostgreSQL's operators see to theirs themselves."""
    budgets = of_kind(written("mongo.yaml", "keycloak.yaml"), "PodDisruptionBudget")
    assert {name: budget["spec"]["maxUnavailable"] for name, budget in budgets.items()} == {"mongo": 1, "keycloak": 1}
