"""How clients reach the brokers: `KENES_KAFKA_BOOTSTRAP` as the options of aiokafka's clients.

Either brokers alone (`host:port,host:port`), without encryption or login, or an address with both:
`scram://USER:PASSWORD@host:port,host:port` logs in by SCRAM-SHA-512, and `scram+tls://` does so over TLS, where
`?ca=/path/ca.crt` names the authority that vouches for the brokers instead of the system's.
"""

import ssl
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

MECHANISM = "SCRAM-SHA-512"
RETRY_PAUSE_MS: Final = 500
"""Between tries of a client while a broker is away. A process has a dozen clients, each of which tries several things
at once: at aiokafka's own 100 ms they meet a broker that starts again with hundreds of connections a second."""
_PROTOCOLS = {"scram": "SASL_PLAINTEXT", "scram+tls": "SASL_SSL"}


class BootstrapError(ValueError):
    """An address of brokers that cannot be understood. Its text repeats nothing of the address: it may hold secrets."""


@lru_cache(maxsize=8)
def client_options(bootstrap: str) -> dict[str, Any]:
    """The options of any aiokafka client: brokers, protocol, login, trust, and how soon it tries again.

    Raises `BootstrapError`, `OSError`.
    """
    if "://" not in bootstrap:
        return {"bootstrap_servers": bootstrap, "retry_backoff_ms": RETRY_PAUSE_MS}
    address = urlsplit(bootstrap)
    login, at, brokers = address.netloc.rpartition("@")
    user, colon, password = login.partition(":")
    protocol = _PROTOCOLS.get(address.scheme)
    if protocol is None or not (at and colon and user and password and brokers) or address.path.strip("/"):
        raise BootstrapError("must be host:port, or scram://USER:PASSWORD@host:port, or scram+tls://…")
    return {
        "bootstrap_servers": brokers,
        "retry_backoff_ms": RETRY_PAUSE_MS,
        "security_protocol": protocol,
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": unquote(user),
        "sasl_plain_password": unquote(password),
        "ssl_context": _trust(parse_qs(address.query)) if protocol == "SASL_SSL" else None,
    }


def _trust(query: dict[str, list[str]]) -> ssl.SSLContext:
    authority = query.get("ca")
    return ssl.create_default_context(cafile=authority[0] if authority else None)
