"""Rights on the broker follow from who owns a topic: one's own, what one reads, and nothing of others."""

import re
import subprocess
from pathlib import Path

from deploy.access import BACKUP, SUBSCRIBER, Rule, rules, users
from deploy.kafka_script import access_script
from deploy.table import OPERATORS, PUBLIC, deployed
from schemas.topics import ACT_REQUESTS, ACTS, REGISTRY, all_topics


def may(user: str, operation: str) -> set[str]:
    return {
        rule.name for rule in rules() if (rule.user, rule.resource) == (user, "topic") and operation in rule.operations
    }


def test_every_topic_is_written_by_its_owner() -> None:
    owned = {name for service in deployed() for name in may(service.name, "Create")}
    assert owned == {topic.name for topic in all_topics(REGISTRY)}
    for topic in REGISTRY:
        writers = {user for user in users() if topic.name in may(user, "Write")} - {BACKUP}
        # Every service tells operators what came of their orders.
        telling = {service.name for service in deployed()} if topic == ACT_REQUESTS else set[str]()
        # Operators send requests that were set aside back; what was decided is its decider's alone.
        replaying = {OPERATORS} if topic.takes_requests else set[str]()
        assert writers == ({topic.owner} | replaying | telling) & set(users()), topic.name


def test_who_reads_of_others_can_set_aside_and_no_more() -> None:
    for service in deployed():
        if service.name == OPERATORS:
            continue
        foreign = may(service.name, "Write") - {topic.name for topic in service.topics}
        told = {ACT_REQUESTS.name, ACTS.dead_letters.name}
        assert foreign == {topic.dead_letters.name for topic in service.reads} | told


def test_a_subscriber_reads_public_events_in_groups_of_its_own() -> None:
    assert may(SUBSCRIBER, "Read") == {topic.name for topic in PUBLIC}
    assert may(SUBSCRIBER, "Write") == may(SUBSCRIBER, "Create") == set()
    groups = [rule for rule in rules() if rule.user == SUBSCRIBER and rule.resource == "group"]
    assert groups == [Rule(SUBSCRIBER, "group", "subscriber.", ("Read", "Describe"), prefixed=True)]


def test_the_command_that_bodies_are_given_reads_in_such_a_group() -> None:
    """Where nobody names a group, Kafka's client makes one up, which the broker refuses."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "streams.md").read_text(encoding="utf-8")
    groups = re.findall(r"kafka-console-consumer.*?--group (\S+)", page, re.DOTALL)
    allowed = [rule.name for rule in rules() if (rule.user, rule.resource) == (SUBSCRIBER, "group")]
    assert groups
    assert all(group.startswith(tuple(allowed)) for group in groups)


def test_only_operators_look_at_groups_of_others() -> None:
    wide = {rule.user for rule in rules() if rule.name == "*" or rule.resource == "cluster"}
    assert wide <= {OPERATORS}


def test_the_script_says_each_rule_once() -> None:
    script = access_script()
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    # Run by a shell whose tools only tell how they were called.
    calls = subprocess.run(
        ["bash", "-s"],
        input=script.split("allow() {")[0].split("\nuser()")[0].replace("/opt/kafka/bin", "/nowhere")
        + '\nuser() { echo "user $*"; }\nallow() { echo "allow $*"; }\n'
        + script.split('"${@:2}"\n}\n')[1],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert [line.split()[1] for line in calls if line.startswith("user ")] == users()
    granted = set()
    for line in calls:
        words = line.split()
        if words[0] != "allow":
            continue
        operations = [words[i + 1] for i, word in enumerate(words) if word == "--operation"]
        names = [(word[2:], words[i + 1]) for i, word in enumerate(words) if word in ("--topic", "--group")]
        names = names or [("cluster", "kafka-cluster")]
        granted |= {(words[1], kind, name, "prefixed" in words, o) for kind, name in names for o in operations}
    assert granted == {(r.user, r.resource, r.name, r.prefixed, o) for r in rules() for o in r.operations}
