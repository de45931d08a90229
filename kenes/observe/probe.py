"""`python -m kenes.observe.probe /readyz`: ask this machine's health endpoint, for container health checks.

The port is `KENES_METRICS_PORT`. Exit status 0 on 200, 1 on anything else, with the reasons on standard error.
Standard library only: it starts in milliseconds, every few seconds, for as long as a container lives.
"""

from __future__ import annotations

import http.client
import os
import sys


def probe(path: str, port: int, *, timeout: float = 4.0) -> str | None:
    """None when `path` answers 200; else why not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(4_096).decode("utf-8", "replace")
    except OSError as error:
        return f"no answer from 127.0.0.1:{port}: {error}"
    except http.client.HTTPException as error:
        return f"no HTTP from 127.0.0.1:{port}: {error!r}"
    finally:
        connection.close()
    return None if answer.status == 200 else f"{answer.status} {body}"


def main(arguments: list[str]) -> int:
    """The command. Status 78 where `KENES_METRICS_PORT` is not set to a port."""
    path = arguments[0] if arguments else "/readyz"
    try:
        port = int(os.environ["KENES_METRICS_PORT"])
    except (KeyError, ValueError):
        sys.stderr.write("setting KENES_METRICS_PORT: must be the port health and metrics are served on\n")
        return 78
    reason = probe(path, port)
    if reason is not None:
        sys.stderr.write(f"{path}: {reason}\n")
    return 0 if reason is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
