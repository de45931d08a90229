"""Connection strings of the database."""

from pathlib import Path
from typing import Final
from urllib.parse import quote

_OURS: Final = frozenset({"tls", "ssl", "tlsCAFile"})
"""Options that are told here; given twice, drivers warn of them or take the other one."""


def over_tls(uri: str, authority: Path) -> str:
    """The same address over TLS alone, where the `authority`'s certificate (PEM) vouches for the servers."""
    address, _, query = uri.partition("?")
    options = [each for each in query.split("&") if each and each.partition("=")[0] not in _OURS]
    whole = address if "/" in address.partition("://")[2] else f"{address}/"
    told = [*options, "tls=true", f"tlsCAFile={quote(str(authority), safe='/')}"]
    return f"{whole}?{'&'.join(told)}"
