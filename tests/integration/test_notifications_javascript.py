"""What we send is understood by other people's libraries in JavaScript: the official one for webhooks, one for push."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kenes.egress.client import Answer
from services.notifications.channels.port import Sent
from services.notifications.channels.webhook import Receiver, WebhookChannel, hook_of, new_secret
from services.notifications.channels.webpush.subscription import parse_subscription
from services.notifications.channels.webpush.vapid import encoded
from tests.unit.notifications.channels.test_webhook import DATAREF, EVENT

HERE = Path(__file__).parent / "javascript"
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None, reason="no Node.js on PATH: JavaScript is not tried"
)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts beside the libraries that the lock names."""
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    argv = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot fetch the libraries: {done.stderr.strip().splitlines()[-1:]}")
    return folder


def run(scripts: Path, name: str, given: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", name], cwd=scripts, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False
    )


class Kept:
    """A receiver that keeps what it gets."""

    def __init__(self) -> None:
        self.body, self.headers = b"", dict[str, str]()

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        self.body, self.headers = content, dict(headers)
        return Answer(204, {})


async def test_the_official_library_for_webhooks_verifies_ours(scripts: Path) -> None:
    kept, new, old = Kept(), new_secret(), new_secret()
    receiver = Receiver("https://hooks.example", (new, old))
    assert await WebhookChannel(kept).send(receiver, hook_of(EVENT, DATAREF)) == Sent(204)
    body = kept.body.decode()
    given = {"body": body, "headers": kept.headers}
    for secret in (new, old):
        assert json.loads(run(scripts, "webhook.js", given | {"secret": secret}).stdout) == EVENT
    for wrong in ({"secret": new_secret()}, {"secret": new, "body": body + " "}):
        refused = run(scripts, "webhook.js", given | wrong)
        assert refused.returncode != 0
        assert "No matching signature" in refused.stderr


def test_another_library_opens_what_is_pushed(scripts: Path) -> None:
    key, secret, text = generate_private_key(SECP256R1()), b"s" * 16, "Қол саны межеге жетті" * 20
    keys = {"p256dh": encoded(_point(key)), "auth": encoded(secret)}
    told = json.dumps({"endpoint": "https://push.example/x", "keys": keys})
    body = parse_subscription(told, ("push.example",)).encrypt(text.encode())
    private = encoded(key.private_numbers().private_value.to_bytes(32, "big"))
    opened = run(scripts, "push.js", {"body": encoded(body), "auth": keys["auth"], "privateKey": private})
    assert opened.stdout == text


def _point(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
