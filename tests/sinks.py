"""The sinks of the local stack, each as its own process, on ports and in a folder of a test's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from kenes.local import environment
from kenes.local.keys import LocalKeys
from kenes.local.ports import free_port
from kenes.local.probe import HOST, http_ready, wait_ready
from kenes.local.process import ChildProcess
from kenes.local.settings import LocalSettings
from kenes.local.sinks import SINKS
from tests.processes import READY_SECONDS, ROOT


@contextmanager
def running_sinks(settings: LocalSettings, *names: str) -> Iterator[None]:
    """Some of the sinks, each as its own process."""
    with ExitStack() as stack:
        for sink in (each for each in SINKS if each.name in names):
            argv = [sys.executable, *sink.argv(settings)]
            child = ChildProcess(sink.name, argv, settings.data / f"{sink.name}.log", cwd=ROOT)
            child.start()
            stack.callback(child.stop, 5)
            wait_ready(child, partial(http_ready, f"http://{HOST}:{sink.page(settings)}/healthz"), READY_SECONDS)
        yield


def free_sinks(folder: Path) -> LocalSettings:
    """Ports that nobody has."""
    smtp, mail, telegram, push = (free_port() for _ in range(4))
    return LocalSettings(data=folder, smtp_port=smtp, mail_port=mail, telegram_port=telegram, push_port=push)


def told_of(settings: LocalSettings) -> dict[str, str]:
    """What processes are told so that they send to the sinks."""
    return {
        **environment.mail(HOST, settings.smtp_port),
        **environment.telegram(HOST, settings.telegram_port),
        **environment.webpush(HOST, settings.push_port, LocalKeys.of(settings.data)),
    }
