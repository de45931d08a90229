"""Rules about the identity provider's realm: no secret in it, no soft way in, and the claims the services read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(:[^}]*)?\}")
_ANY_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)")
_SECRET_KEYS = frozenset({"secret", "clientSecret", "password", "privateKey", "bindCredential", "secretData"})
# Whom a client's tokens are for: what citizens and bodies hold must not open the operators' door.
_AUDIENCES = {"kenes-console": "kenes-console"}
_AUDIENCE = "kenes"
_OPERATORS = frozenset({"operator", "operator-act"})
CLAIMS = frozenset({"region", "birthdate", "citizen", "assurance", "roles"})


def realm_problems(text: str, provided: frozenset[str]) -> list[str]:
    """What is wrong with the realm `text`; `provided` are the variables Keycloak is started with."""
    try:
        realm = json.loads(text)
    except json.JSONDecodeError as error:
        return [f"is not JSON: {error}"]
    problems = [f"placeholder {name} has no value" for name in sorted(set(_ANY_PLACEHOLDER.findall(text)) - provided)]
    problems += _secrets(realm, "")
    problems += _realm_rules(realm)
    for client in realm["clients"]:
        rules = _machine(client, realm) if client.get("serviceAccountsEnabled") else _site(client)
        problems += [f"client {client['clientId']}: {problem}" for problem in (*_client(client), *rules)]
    problems += _person_attributes(realm)
    return problems


def _secrets(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secrets(item, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        here = f"{path}.{key}"
        is_secret = key in _SECRET_KEYS or (key == "value" and value.get("type") == "password")
        if is_secret and isinstance(item, str):
            found = _PLACEHOLDER.fullmatch(item)
            if found is None or found[2]:
                yield f"{here} must be a placeholder without a default"
        yield from _secrets(item, here)


def _realm_rules(realm: dict[str, Any]) -> Iterator[str]:
    wanted = {"sslRequired": "external", "registrationAllowed": False, "bruteForceProtected": True}
    for key, value in wanted.items():
        if realm.get(key) != value:
            yield f"{key} must be {json.dumps(value)}"
    if {"kk", "ru", "en"} - set(realm.get("supportedLocales", [])):
        yield "supportedLocales must hold kk, ru and en"
    if "clientScopes" in realm:
        yield "clientScopes: naming one there makes Keycloak leave out all its own"


def _client(client: dict[str, Any]) -> Iterator[str]:
    if client.get("publicClient", True):
        yield "must be confidential"
    for flow in ("implicitFlowEnabled", "directAccessGrantsEnabled", "fullScopeAllowed"):
        if client.get(flow, True):
            yield f"{flow} must be off"


def _site(client: dict[str, Any]) -> Iterator[str]:
    """One at which people sign in."""
    if client.get("attributes", {}).get("pkce.code.challenge.method") != "S256":
        yield "must require PKCE with S256"
    yield from (f"redirect {uri} must be exact" for uri in client.get("redirectUris", ["*"]) if "*" in uri)
    yield from _tokens(client, CLAIMS)


def _machine(client: dict[str, Any], realm: dict[str, Any]) -> Iterator[str]:
    """One that speaks for itself (client credentials), with the roles of its service account."""
    if client.get("standardFlowEnabled", True) or client.get("redirectUris"):
        yield "nobody signs in at a machine: standardFlowEnabled must be off, and redirectUris empty"
    yield from _tokens(client, frozenset({"roles"}))
    accounts = [user for user in realm["users"] if user.get("serviceAccountClientId") == client["clientId"]]
    granted = {role for account in accounts for role in account["realmRoles"]}
    mapped = {role for each in realm["scopeMappings"] if each["client"] == client["clientId"] for role in each["roles"]}
    if len(accounts) != 1 or granted != mapped or len(granted) != 1 or granted & _OPERATORS:
        yield "must have one service account, with the role of one body, which is in its scope"


def _tokens(client: dict[str, Any], claims: frozenset[str]) -> Iterator[str]:
    mappers = [mapper["config"] for mapper in client.get("protocolMappers", [])]
    audience = _AUDIENCES.get(client["clientId"], _AUDIENCE)
    if [config["included.custom.audience"] for config in mappers if "included.custom.audience" in config] != [audience]:
        yield f"tokens must be meant for {audience} alone (audience mapper)"
    missing = claims - {config.get("claim.name") for config in mappers}
    if missing:
        yield f"tokens lack {', '.join(sorted(missing))}"


def _person_attributes(realm: dict[str, Any]) -> Iterator[str]:
    """Who may change what decides whether somebody may sign: administrators alone."""
    (provider,) = realm["components"]["org.keycloak.userprofile.UserProfileProvider"]
    profile = json.loads(provider["config"]["kc.user.profile.config"][0])
    declared = {attribute["name"]: attribute["permissions"]["edit"] for attribute in profile["attributes"]}
    if "unmanagedAttributePolicy" in profile:
        yield "the user profile must not take undeclared attributes"
    for name in ("region", "birthdate", "citizen", "acr", "firstName", "lastName"):
        if declared.get(name) != ["admin"]:
            yield f"the user profile must let only administrators change {name}"
    for person in realm.get("users", []):
        for name in set(person.get("attributes", {})) - set(declared):
            yield f"person {person['username']} has the undeclared attribute {name}"
