"""What must survive a restart, so that signed-in people stay signed in: the signing key and client secrets."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from kenes.local.identity_provider.machines import MACHINES
from kenes.local.identity_provider.settings import ProviderSettings


class Vault:
    """Files in `<data>/identity`, readable by their owner only; made at first start."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._folder = settings.local_data / "identity"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.key = RSAKey.import_key(self._kept("key.json", _new_key))
        known = self._kept("clients.json", lambda: {})
        names = (settings.oidc_client_id, *(machine.client for machine in MACHINES))
        clients = {name: known.get(name) or secrets.token_urlsafe(24) for name in names}
        if settings.oidc_client_secret is not None:
            clients[settings.oidc_client_id] = settings.oidc_client_secret.get_secret_value()
        self._clients: dict[str, str] = clients
        _write(self._folder / "clients.json", clients)

    def opens(self, client: str, secret: str) -> bool:
        """True when `secret` is this client's."""
        known = self._clients.get(client)
        return known is not None and secrets.compare_digest(known.encode(), secret.encode())

    def secret(self, client: str) -> str:
        """The secret of a registered client. Raises KeyError for another."""
        return self._clients[client]

    def _kept(self, name: str, make: Any) -> Any:
        path = self._folder / name
        if not path.exists():
            _write(path, make())
        return json.loads(path.read_text(encoding="utf-8"))


def _new_key() -> dict[str, Any]:
    # RS256 is what every OpenID client must understand, and the cheapest of all to verify.
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": secrets.token_hex(8)}).as_dict(private=True)


def _write(path: Path, content: Any) -> None:
    """Replaces the file in one step: a kill in between leaves the old one, never half of the new."""
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)
    draft.replace(path)
