"""What the local stack tells the processes it starts. A variable the user has set always wins."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from kenes.egress.push_services import PUSH_SERVICES
from kenes.local.errors import LocalStackError
from kenes.local.keys import LocalKeys

CLIENT_ID: Final = "kenes-web"
AUDIENCE: Final = "kenes"
KAFKA: Final = "KENES_KAFKA_BOOTSTRAP"
MONGO: Final = "KENES_MONGO_URI"
LOGIN: Final = "KENES_OIDC_ISSUER"
API_PORT: Final = "KENES_API_PORT"
METRICS_PORT: Final = "KENES_METRICS_PORT"
DATA: Final = "KENES_LOCAL_DATA"
SMTP: Final = "KENES_SMTP_HOST"
TELEGRAM: Final = "KENES_TELEGRAM_TOKEN"
WEBPUSH: Final = "KENES_WEBPUSH_KEY"
_LOCAL_ROLES: Final = {
    "moderator": "moderator",
    "agency": "agency:kz-government",
    "akimat": "agency:kz-akimat:KZ-101800",
    "culture": "agency:kz-culture-information",
    "ngo": "class:ngo",
    "expert": "class:expert",
    "journalist": "class:journalist",
    "operator": "operator",
    "operator-act": "operator-act",
    "registrar": "registrar",
}


def compose(told: Mapping[str, str], user: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of one process: `told`, then everything of the user over it."""
    return {"PYTHONUNBUFFERED": "1", **told, **(os.environ if user is None else user)}


def shared(kafka: str, mongo: str, identity: str, keys: LocalKeys, user: Mapping[str, str]) -> dict[str, str]:
    """The variables every process of every service gets."""
    return {
        "KENES_ENVIRONMENT": "local",
        KAFKA: kafka,
        MONGO: mongo,
        "KENES_MASTER_KEY": keys.master_key,
        LOGIN: identity,
        "KENES_OIDC_CLIENT_ID": CLIENT_ID,
        "KENES_OIDC_CLIENT_SECRET": keys.oidc_client_secret,
        "KENES_ISSUERS": issuers(identity, user),
    }


def mail(host: str, port: int) -> dict[str, str]:
    """The variables that make mail go to the relay of this machine."""
    return {
        SMTP: host,
        "KENES_SMTP_PORT": str(port),
        "KENES_SMTP_FROM": "Kenes <no-reply@kenes.test>",
        "KENES_SMTP_SECURITY": "none",
    }


def telegram(host: str, port: int) -> dict[str, str]:
    """The variables that make messages go to the Bot API of this machine."""
    return {
        TELEGRAM: "1:local",
        "KENES_TELEGRAM_BOT": "kenes_local_bot",
        "KENES_TELEGRAM_API": f"http://{host}:{port}",
    }


def webpush(host: str, port: int, keys: LocalKeys) -> dict[str, str]:
    """The variables that make push messages go to the push service of this machine, and to those of browsers."""
    return {
        WEBPUSH: keys.webpush_key,
        "KENES_WEBPUSH_CONTACT": "mailto:admin@kenes.test",
        "KENES_WEBPUSH_HOSTS": json.dumps([host, *PUSH_SERVICES]),
        "KENES_EGRESS_TEST_TARGETS": json.dumps([f"http://{host}:{port}"]),
    }


def issuers(identity: str, user: Mapping[str, str]) -> str:
    """The trusted issuers as JSON: the one people sign in with, then those of KENES_ISSUERS_EXTRA.

    Raises LocalStackError when that variable is not a JSON list.
    """
    login: dict[str, Any] = {"issuer": identity, "audience": AUDIENCE}
    if LOGIN not in user:
        # Only the local provider makes moderators without being asked: its people are invented.
        login["claims"] = {"role_values": _LOCAL_ROLES}
    try:
        extra = json.loads(user.get("KENES_ISSUERS_EXTRA") or "[]")
    except json.JSONDecodeError as error:
        raise LocalStackError(f"setting KENES_ISSUERS_EXTRA: not JSON ({error})") from None
    if not isinstance(extra, list):
        raise LocalStackError("setting KENES_ISSUERS_EXTRA: must be a JSON list of issuers")
    return json.dumps([login, *extra])
