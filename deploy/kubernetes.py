"""The Kubernetes resources that follow from the table: processes, what scales and protects them, topics and users."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from deploy.access import Rule, rules, users
from deploy.table import (
    API_PORT,
    MEMORY,
    MEMORY_OF_OTHERS,
    METRICS_PORT,
    OPERATORS,
    Deployed,
    addresses,
    deployed,
    partitions,
    secrets_of,
)
from schemas.topics import REGISTRY, Topic, all_topics

Resource = dict[str, Any]

CLUSTER = "kenes"
_LABELS = {"strimzi.io/cluster": CLUSTER}
_PROMETHEUS = "http://prometheus-operated.monitoring.svc:9090"
_SHARED_SETTINGS = frozenset({"mail", "channels"})
"""Groups of secrets with settings of the same name that are none."""
_RECORDS_BEHIND = 5_000
"""Records a copy may be behind before another one is started: a few seconds' work."""


def processes() -> Iterator[Resource]:
    """Every process with its name on the network, its disruption budget and what scales it."""
    for service in deployed():
        for role, name in service.named.items():
            yield _deployment(service, role, name)
            yield _budget(name)
            yield _service(role, name)
            if role == "api" and service.name != OPERATORS:
                yield _by_load(name)
            if role != "api":
                yield _by_lag(service, role, name)


def topics() -> Iterator[Resource]:
    """Every topic of the registry, as the operator of the brokers makes it."""
    for topic in all_topics(REGISTRY):
        yield {
            "apiVersion": "kafka.strimzi.io/v1",
            "kind": "KafkaTopic",
            "metadata": {"name": topic.name, "labels": _LABELS},
            "spec": {"partitions": topic.partitions, "replicas": 3, "config": _config(topic)},
        }


def kafka_users() -> Iterator[Resource]:
    """Each service's user and rights."""
    for user in users():
        acls = [_acl(rule) for rule in rules() if rule.user == user]
        yield {
            "apiVersion": "kafka.strimzi.io/v1",
            "kind": "KafkaUser",
            "metadata": {"name": user, "labels": _LABELS},
            "spec": {
                "authentication": {"type": "scram-sha-512"},
                "authorization": {"type": "simple", "acls": acls},
            },
        }


def _config(topic: Topic) -> dict[str, Any]:
    kept = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    return {"retention.ms": kept, "min.insync.replicas": 2, **topic.config}


def _acl(rule: Rule) -> Resource:
    resource: Resource = {"type": rule.resource}
    if rule.resource != "cluster":
        resource |= {"name": rule.name, "patternType": "prefix" if rule.prefixed else "literal"}
    return {"resource": resource, "operations": list(rule.operations), "host": "*"}


def _labels(name: str) -> dict[str, str]:
    service, _, process = name.partition("-")
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": "kenes",
        "kenes/service": service,
        "kenes/process": process,
    }


def _named(kind: str, version: str, name: str, spec: Resource) -> Resource:
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "labels": _labels(name)},
        "spec": spec,
    }


def _deployment(service: Deployed, role: str, name: str) -> Resource:
    chosen = {"app.kubernetes.io/name": name}
    # What is scaled by its load says nothing of copies here: it would be set back at each change.
    copies = {"replicas": 1} if service.name == OPERATORS and role == "api" else {}
    return _named(
        "Deployment",
        "apps/v1",
        name,
        {
            **copies,
            # A copy less and a copy more: old and new versions run beside each other while they are exchanged.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}},
            "selector": {"matchLabels": chosen},
            "template": {
                "metadata": {"labels": _labels(name)},
                "spec": {
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    "terminationGracePeriodSeconds": 30,
                    "securityContext": {
                        "runAsNonRoot": True,
                        "runAsUser": 10001,
                        "runAsGroup": 10001,
                        "fsGroup": 10001,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "topologySpreadConstraints": [
                        _spread(key, chosen) for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
                    ],
                    "containers": [_container(service, role, name)],
                    "volumes": _volumes(service, role, name),
                },
            },
        },
    )


def _spread(key: str, chosen: dict[str, str]) -> Resource:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": chosen},
    }


def _container(service: Deployed, role: str, name: str) -> Resource:
    ports = [{"name": "metrics", "containerPort": METRICS_PORT}]
    if role == "api":
        ports.append({"name": "http", "containerPort": API_PORT})
    memory = f"{MEMORY.get(name, MEMORY_OF_OTHERS)}Mi"
    probe = {"httpGet": {"path": "/healthz", "port": "metrics"}, "timeoutSeconds": 4}
    return {
        "name": role,
        "image": "kenes",
        "args": [f"services.{service.name}", role],
        "ports": ports,
        "envFrom": [{"configMapRef": {"name": each}} for each in _settings(service, role, name)],
        "env": _environment(service, role, name),
        "volumeMounts": [{"name": each["name"], **_mount(each["name"])} for each in _volumes(service, role, name)],
        "startupProbe": {**probe, "periodSeconds": 2, "failureThreshold": 60},
        "livenessProbe": {**probe, "periodSeconds": 10, "failureThreshold": 6},
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": "metrics"},
            "timeoutSeconds": 4,
            "periodSeconds": 5,
            "failureThreshold": 2,
        },
        # Memory is the same asked and allowed: nobody is ended for a neighbour's growth.
        "resources": {"requests": {"cpu": "250m", "memory": memory}, "limits": {"cpu": "1", "memory": memory}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _settings(service: Deployed, role: str, name: str) -> list[str]:
    operators = service.name == OPERATORS
    found = ["kenes-settings", "kenes-console" if operators else "kenes-site"]
    if role == "api":
        found.append("kenes-console-login" if operators else "kenes-login")
    groups = dict.fromkeys(each.group for each in secrets_of(name) if each.group in _SHARED_SETTINGS)
    return [*found, *(f"kenes-{group}" for group in groups)]


def _environment(service: Deployed, role: str, name: str) -> list[Resource]:
    secret = {"secretKeyRef": {"name": service.name, "key": "password"}}
    brokers = f"{service.name}:$(KAFKA_PASSWORD)@{CLUSTER}-kafka-bootstrap:9093?ca=/run/secrets/kafka/ca.crt"
    found: list[Resource] = [
        # The brokers' operator makes the password, of letters and digits.
        {"name": "KAFKA_PASSWORD", "valueFrom": secret},
        {"name": "KENES_KAFKA_BOOTSTRAP", "value": f"scram+tls://{brokers}"},
        {"name": "KENES_MONGO_URI_FILE", "value": "/run/secrets/mongo/connectionString.standard"},
        {"name": "KENES_MONGO_TLS_CA", "value": "/run/secrets/mongo-ca/ca.crt"},
        {"name": "KENES_MASTER_KEY_FILE", "value": "/run/secrets/master-key/master_key"},
    ]
    if role == "api":
        found.append({"name": "KENES_OIDC_CLIENT_SECRET_FILE", "value": "/run/secrets/login/client_secret"})
    found += [
        {"name": each.variable, "value": f"/run/secrets/{each.group}/{each.setting}"} for each in secrets_of(name)
    ]
    if service.name == OPERATORS:
        found.append({"name": "KENES_PROCESSES", "value": json.dumps(addresses())})
    return found


_SPACE = {"tmp": "512Mi", "run": "16Mi"}
"""Room of a process's own. The api process keeps its search index under /tmp."""
_PLACES = {"tmp": "/tmp", "run": "/run/kenes"}  # noqa: S108 - the container's own


def _mount(volume: str) -> Resource:
    if volume in _PLACES:
        return {"mountPath": _PLACES[volume]}
    return {"mountPath": f"/run/secrets/{volume}", "readOnly": True}


def _volumes(service: Deployed, role: str, name: str) -> list[Resource]:
    secrets = {
        "kafka": f"{CLUSTER}-cluster-ca-cert",
        "mongo": f"kenes-admin-{service.name}",
        "mongo-ca": "mongo-ca",
        "master-key": "kenes-master-key",
    }
    if role == "api":
        secrets["login"] = "kenes-console-login" if service.name == OPERATORS else "kenes-login"
    secrets |= {each.group: f"kenes-{each.group}" for each in secrets_of(name)}
    rooms: list[Resource] = [{"name": room, "emptyDir": {"sizeLimit": size}} for room, size in _SPACE.items()]
    return [*rooms, *({"name": volume, "secret": {"secretName": secret}} for volume, secret in secrets.items())]


def _budget(name: str) -> Resource:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": {"app.kubernetes.io/name": name}}}
    return _named("PodDisruptionBudget", "policy/v1", name, spec)


def _service(role: str, name: str) -> Resource:
    """A name to ask for pages, and for health: the console does, and is answered by any of the copies."""
    ports = [{"name": "metrics", "port": METRICS_PORT, "targetPort": "metrics"}]
    if role == "api":
        ports.append({"name": "http", "port": API_PORT, "targetPort": "http"})
    return _named("Service", "v1", name, {"selector": {"app.kubernetes.io/name": name}, "ports": ports})


def _by_load(name: str) -> Resource:
    """Readers cost processor time. A watcher of live counts is let go of slowly: it would only come again."""
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}},
    }
    slowly = {
        "scaleDown": {
            "stabilizationWindowSeconds": 600,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
        }
    }
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    spec = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 12, "metrics": [metric], "behavior": slowly}
    return _named("HorizontalPodAutoscaler", "autoscaling/v2", name, spec)


def _by_lag(service: Deployed, role: str, name: str) -> Resource:
    """By what is yet to be done, up to a copy for each partition.

    The label `process` says whose work a lag is: groups of workers, in `stream`, are named as those of projections are.
    """
    told = f'kenes_consumer_lag_records{{service="{service.name}",process="{role}"}}'
    trigger = {
        "type": "prometheus",
        "metadata": {
            "serverAddress": _PROMETHEUS,
            "query": f"sum(consumer_topic:kenes_lag_records:sum and on (consumer, topic) {told})",
            "threshold": str(_RECORDS_BEHIND),
        },
    }
    most = partitions(service)
    spec = {
        "scaleTargetRef": {"name": name},
        "minReplicaCount": min(2, most),
        "maxReplicaCount": most,
        # Each change moves partitions between copies, which stops their work for a moment.
        "cooldownPeriod": 600,
        "advanced": {
            "horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}}},
        },
        "triggers": [trigger],
    }
    return _named("ScaledObject", "keda.sh/v1alpha1", name, spec)
