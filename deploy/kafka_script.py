"""The script that gives the broker of docker-compose.yml its users and their rights."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.access import Rule, rules, users

_HEAD = """\
#!/bin/bash
# Made by `python -m deploy.generate` from deploy/table.py and schemas/topics.py. Run as often as one likes: users get
# the passwords of today, rights are added. It speaks to the listener that only the broker's own container can reach.
set -euo pipefail
broker=127.0.0.1:9094
tools=/opt/kafka/bin
export KAFKA_HEAP_OPTS=-Xmx96m

# The password goes by a file: arguments can be seen by whoever lists processes.
user() {
    (umask 077 && printf 'SCRAM-SHA-512=[password=%s]\\n' "$(<"/run/secrets/kafka_password_$1")" >"/tmp/$1.properties")
    "$tools/kafka-configs.sh" --bootstrap-server "$broker" --alter \\
        --entity-type users --entity-name "$1" --add-config-file "/tmp/$1.properties"
    rm "/tmp/$1.properties"
}

allow() {
    "$tools/kafka-acls.sh" --bootstrap-server "$broker" --add --allow-principal "User:$1" "${@:2}"
}
"""


def access_script() -> str:
    """Bash: one call of Kafka's tool for each user, and one for each user and set of rights."""
    return "\n".join((_HEAD, *(f"user {name}" for name in users()), "", *_allowances(), ""))


def _allowances() -> Iterator[str]:
    """The tool takes several resources of a kind in one call: a start of Java costs more than the rule."""
    together: dict[tuple[str, str, bool, tuple[str, ...]], list[Rule]] = {}
    for rule in rules():
        together.setdefault((rule.user, rule.resource, rule.prefixed, rule.operations), []).append(rule)
    for (user, resource, prefixed, operations), found in together.items():
        words = ["allow", user, *(f"--operation {name}" for name in operations)]
        words += ["--resource-pattern-type prefixed"] if prefixed else []
        words += ["--cluster"] if resource == "cluster" else [f"--{resource} '{rule.name}'" for rule in found]
        yield " \\\n    ".join((" ".join(words[: 2 + len(operations)]), *words[2 + len(operations) :]))
