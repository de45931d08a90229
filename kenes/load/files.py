"""How many connections this process may hold."""

from __future__ import annotations

import sys


def allow_connections(wanted: int) -> int:
    """Raises the limit of open files so that `wanted` connections fit, as far as the system lets us.

    Returns the limit that holds now. Children started afterwards inherit it. Windows has none to raise.
    """
    if sys.platform == "win32":
        return wanted
    import resource  # noqa: PLC0415 - there is no such module on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + 256  # sockets of other kinds, logs, libraries
    if hard != resource.RLIM_INFINITY:
        need = min(need, hard)
    if soft == resource.RLIM_INFINITY or soft >= need:
        return soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (need, hard))
    return need
