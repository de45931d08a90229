"""What `kenes status` says of a stack: what its processes answer now, not what they once were."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from kenes.local import commands
from kenes.local.ports import free_port
from kenes.local.services import Service
from kenes.local.state import StackState, StateFile, me


@contextmanager
def process(status: int) -> Iterator[int]:
    """The health of a process, which answers so; its port."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_told: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", free_port()), Health) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            serving.join()


@pytest.mark.parametrize(("answer", "status"), [(200, 0), (503, 1)])
def test_each_process_is_asked(
    answer: int,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(commands, "find_services", lambda: [Service("tea", tmp_path)])
    monkeypatch.setenv("KENES_LOCAL_DATA", str(tmp_path))
    file = StateFile(tmp_path)
    api = me().model_copy(update={"name": "tea-api", "state": "ready"})
    seed = api.model_copy(update={"name": "tea-seed", "state": "done"})
    with process(answer) as port, file.held():
        monkeypatch.setenv("KENES_METRICS_PORT", str(port))
        file.write(StackState(supervisor=me(), started=time.time(), processes=(api, seed)))
        assert commands.status() == status
    [line] = [line for line in capsys.readouterr().out.splitlines() if "tea-api" in line]
    assert ("not ready" in line) is (answer == 503)
