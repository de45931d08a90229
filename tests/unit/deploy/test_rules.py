"""Each rule about the deployment files fires when somebody breaks it, and the committed files break none."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy import validate
from deploy.checks import tools
from deploy.checks.compose import compose_problems
from deploy.checks.realm import realm_problems

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy/compose.env.example").read_text(encoding="utf-8")
SECRETS = (ROOT / "deploy/secrets.sh").read_text(encoding="utf-8")
REALM = (ROOT / "deploy/keycloak/kenes-realm.json").read_text(encoding="utf-8")
PROVIDED = frozenset(
    {
        "KENES_PUBLIC_URL",
        "KENES_CONSOLE_URL",
        "KENES_OIDC_CLIENT_SECRET",
        "KENES_CONSOLE_CLIENT_SECRET",
        "KENES_PEOPLE_PASSWORD",
        "KENES_AGENCY_GOVERNMENT_SECRET",
        "KENES_AGENCY_KURCHATOV_SECRET",
        "KENES_AGENCY_CULTURE_SECRET",
    }
)


def test_the_committed_compose_file_breaks_no_rule() -> None:
    assert compose_problems(COMPOSE, EXAMPLE, SECRETS, ROOT) == []


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("KENES_TLS: ${KENES_TLS:?set KENES_TLS,", "KENES_TLS: ${KENES_TLS:-internal}  # ", "no default"),
        ("CLUSTER_ID: ${KAFKA_CLUSTER_ID", "CLUSTER_ID: ${OTHER_ID", "no default"),
        ("image: apache/kafka:4.1.1", "image: apache/kafka", "kafka: image needs a version"),
        ("image: mongo:8", "image: mongo:latest", "mongo: image needs a version"),
        ("test: [CMD, pg_isready,", "interval: [CMD, pg_isready,", "keycloak-db: has no healthcheck"),
        ("memory: 1536M, ", "", "mongo: has no limit of memory"),
        ("KENES_METRICS_HOST: 0.0.0.0", "KENES_MASTER_KEY: 0.0.0.0", "KENES_MASTER_KEY must be a file"),
        ("/run/secrets/oidc_client_secret", "/run/secrets/people_password", "one of its own secrets"),
        ("KENES_TELEGRAM_TOKEN_FILE: /run", "KENES_TELEGRAM_BOTS: /run", "must be given KENES_TELEGRAM_TOKEN_FILE"),
        ("networks: [front, inside]\n  depends_on", "networks: [edge, inside]\n  depends_on", "network edge"),
        ("networks: [front, inside]\n  depends_on", "networks: [out, inside]\n  depends_on", "network out"),
        ("networks: [operators, inside]", "networks: [front, inside]", "console-api: is on the network front"),
        ("command: [services.petitions, project]", "command: [services.petitions, stream]", "should run"),
        ("/run/secrets/kafka_bootstrap_petitions", "kafka:9092", "KENES_KAFKA_BOOTSTRAP_FILE must name one"),
        ("stop_grace_period: 60s", 'ports: ["9092:9092"]', "kafka: publishes ports"),
        ("  inside:\n    internal: true", "  inside: {}", "network inside must be internal"),
        ("cap_drop: [ALL]", "cap_drop: [MKNOD]", "must drop all capabilities"),
        ("read_only: true", "read_only: false", "must be read-only"),
        ('security_opt: ["no-new-privileges:true"]', "security_opt: []", "must not gain privileges"),
        ("condition: service_completed_successfully", "condition: service_started", "mongo-init"),
        ("  master_key: {file: ./deploy/secrets/master_key}", "  master_key: {environment: K}", "secret master_key"),
        ("/etc/caddy/Caddyfile:ro", "/etc/caddy/Caddyfile", "must be mounted read-only"),
        ("./deploy/mongo/init.js", "./deploy/mongo/gone.js", "does not exist"),
    ],
)
def test_a_broken_compose_rule_is_named(before: str, after: str, complaint: str) -> None:
    assert before in COMPOSE
    assert any(
        complaint in problem for problem in compose_problems(COMPOSE.replace(before, after), EXAMPLE, SECRETS, ROOT)
    )


def test_the_list_of_variables_is_whole_and_has_no_values() -> None:
    missing = EXAMPLE.replace("KENES_TLS=", "KENES_OTHER=")
    problems = compose_problems(COMPOSE, missing, SECRETS, ROOT)
    assert "deploy/compose.env.example does not list KENES_TLS" in problems
    assert "deploy/compose.env.example lists KENES_OTHER, which nothing uses" in problems
    filled = EXAMPLE.replace("KENES_TLS=", "KENES_TLS=internal")
    assert compose_problems(COMPOSE, filled, SECRETS, ROOT) == ["deploy/compose.env.example gives KENES_TLS a value"]


def test_a_secret_nobody_makes_is_named() -> None:
    script = SECRETS.replace("people_password", "persons_password")
    assert compose_problems(COMPOSE, EXAMPLE, script, ROOT) == ["deploy/secrets.sh does not make people_password"]


def changed_realm(change: Callable[[dict[str, Any]], object]) -> str:
    realm = json.loads(REALM)
    change(realm)
    return json.dumps(realm)


def test_the_committed_realm_breaks_no_rule() -> None:
    assert realm_problems(REALM, PROVIDED) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda realm: realm["clients"][0].update(secret="s3cret"), r"clients\[0\]\.secret must be a placeholder"),
        (lambda realm: realm["clients"][0].update(secret="${X:s3cret}"), "without a default"),
        (lambda realm: realm["users"][0]["credentials"][0].update(value="pass"), r"value must be a placeholder"),
        (lambda realm: realm["clients"][0].update(publicClient=True), "must be confidential"),
        (lambda realm: realm["clients"][0].update(directAccessGrantsEnabled=True), "directAccessGrantsEnabled"),
        (lambda realm: realm["clients"][0]["attributes"].clear(), "PKCE"),
        (lambda realm: realm["clients"][0].update(redirectUris=["${KENES_PUBLIC_URL}/*"]), "must be exact"),
        (lambda realm: realm["clients"][0]["protocolMappers"].pop(0), "meant for kenes alone"),
        (
            lambda realm: realm["clients"][1]["protocolMappers"].insert(0, realm["clients"][0]["protocolMappers"][0]),
            "kenes-console alone",
        ),
        (lambda realm: realm["clients"][0]["protocolMappers"].pop(), "tokens lack roles"),
        (lambda realm: realm["clients"][2].update(secret="s3cret"), r"clients\[2\]\.secret must be a placeholder"),
        (lambda realm: realm["clients"][2].update(standardFlowEnabled=True), "nobody signs in at a machine"),
        (lambda realm: realm["clients"][2]["protocolMappers"].pop(), "tokens lack roles"),
        (lambda realm: realm["clients"][2]["protocolMappers"].pop(0), "meant for kenes alone"),
        (lambda realm: realm["users"][-1].update(realmRoles=["operator"]), "must have one service account"),
        (lambda realm: realm["users"].pop(), "must have one service account"),
        (lambda realm: realm["scopeMappings"].pop(), "must have one service account"),
        (lambda realm: realm.update(registrationAllowed=True), "registrationAllowed must be false"),
        (lambda realm: realm.update(supportedLocales=["en"]), "supportedLocales"),
        (lambda realm: realm.update(clientScopes=[]), "clientScopes"),
        (lambda realm: realm["users"][0]["attributes"].update(iin=["1"]), "undeclared attribute iin"),
        (lambda realm: realm.update(displayName="${UNKNOWN}"), "placeholder UNKNOWN has no value"),
    ],
)
def test_a_broken_realm_rule_is_named(change: Callable[[dict[str, Any]], object], complaint: str) -> None:
    problems = realm_problems(changed_realm(change), PROVIDED)
    assert any(re.search(complaint, problem) for problem in problems), problems


def test_people_cannot_move_themselves_to_another_region() -> None:
    easy = REALM.replace(r"\"name\":\"region\"", r"\"name\":\"area\"")
    assert any("only administrators change region" in problem for problem in realm_problems(easy, PROVIDED))


def test_a_realm_that_is_no_json_is_said_so() -> None:
    assert realm_problems("{", PROVIDED)[0].startswith("is not JSON")


def test_a_missing_tool_is_a_problem_not_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "tool", lambda _name, _root: None)
    assert any("hadolint is not installed" in problem for problem in tools.dockerfile(ROOT))


def test_what_a_tool_says_is_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "broken.sh").write_text("if true; then\n", encoding="utf-8")
    shell = tools.tool("sh", ROOT)
    monkeypatch.setattr(tools, "tool", lambda _name, _root: shell)
    assert any("sh -n deploy/broken.sh" in problem and "unexpected" in problem for problem in tools.shells(tmp_path))


def test_what_pip_does_not_bring_is_skipped_here_and_wanted_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools, "tool", lambda _name, _root: None)
    monkeypatch.setattr(validate, "CHECKS", {"rules by promtool": tools.prometheus})
    assert validate.validate(ROOT) == 0
    assert capsys.readouterr().out == "rules by promtool: skipped: promtool not found\n"
    assert validate.validate(ROOT, strict=True) == 1
    assert capsys.readouterr().out == "rules by promtool: FAILED\n  promtool not found\n"
