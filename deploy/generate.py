"""`python -m deploy.generate`: write the deployment files that follow from the table and the topics' registry."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from deploy.dashboards import DASHBOARDS, dashboard
from deploy.kafka_script import access_script
from deploy.kubernetes import Resource, kafka_users, processes, topics
from deploy.table import METRICS_PORT, deployed

ROOT = Path(__file__).resolve().parent.parent
_MADE = "# Made by `python -m deploy.generate` from deploy/table.py and schemas/topics.py: change those.\n"
_BASE = "deploy/k8s/base"


def generated(root: Path = ROOT) -> dict[str, str]:
    """Path under the root and text of each file."""
    return {
        "deploy/kafka/access.sh": access_script(),
        "deploy/prometheus/targets.json": _targets(),
        f"{_BASE}/processes.yaml": _documents(processes()),
        f"{_BASE}/topics.yaml": _documents(topics()),
        f"{_BASE}/users.yaml": _documents(kafka_users()),
        f"{_BASE}/rules.yaml": _documents([_rules(root)]),
        **{f"deploy/grafana/dashboards/{page.uid}.json": dashboard(page) for page in DASHBOARDS},
    }


def stale(root: Path = ROOT) -> list[str]:
    """Files that are not as they would be written now."""
    return [
        f"{path} is not what the table says: run `python -m deploy.generate`"
        for path, text in generated(root).items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]


class _Plain(yaml.SafeDumper):
    """Repeats what is the same in place: references between parts of a manifest help nobody who reads it."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the answer is the same for all
        return True


def _documents(resources: Iterable[Resource]) -> str:
    return _MADE + yaml.dump_all(resources, Dumper=_Plain, sort_keys=False, width=120, explicit_start=True)


def _targets() -> str:
    """What Prometheus of docker-compose.yml asks: https://prometheus.io/docs/prometheus/latest/configuration/"""
    targets = [
        {"targets": [f"{name}:{METRICS_PORT}"], "labels": {"service": service.name, "process": role}}
        for service in deployed()
        for role, name in service.named.items()
    ]
    return json.dumps(targets, indent=2) + "\n"


def _rules(root: Path) -> Resource:
    """The rules of deploy/prometheus for the operator of Prometheus."""
    groups = []
    for name in ("recording", "alerts"):
        [group] = yaml.safe_load((root / f"deploy/prometheus/{name}.yml").read_text(encoding="utf-8"))["groups"]
        groups.append(group)
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "kenes"},
        "spec": {"groups": groups},
    }


def main() -> int:
    """The command."""
    for path, text in generated().items():
        file = ROOT / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    sys.stdout.write(f"deployment files: {len(generated())} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
