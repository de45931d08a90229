"""A log that cannot be written must stop nobody: its disk may be full, its reader gone."""

import errno
import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Final

import pytest
import structlog

from kenes.observe.logs import configure_logs, get_logger
from kenes.observe.metrics import LOG_LINES_LOST

FULL: Final = OSError(errno.ENOSPC, "No space left on device")
GONE: Final = BrokenPipeError(errno.EPIPE, "Broken pipe")


class Stream(io.StringIO):
    """Raises `error` where one is set, at a write or only once what was written is flushed."""

    def __init__(self, *, at_flush: bool) -> None:
        super().__init__()
        self.error: OSError | None = None
        self._at_flush = at_flush

    def write(self, text: str) -> int:
        if self.error is not None and not self._at_flush:
            raise self.error
        return super().write(text)

    def flush(self) -> None:
        if self.error is not None and self._at_flush:
            raise self.error


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize("at_flush", [False, True], ids=["write", "flush"])
@pytest.mark.parametrize("error", [FULL, GONE], ids=["full", "gone"])
def test_lines_that_cannot_be_written_are_counted_and_stop_nobody(
    error: OSError, at_flush: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = Stream(at_flush=at_flush)
    configure_logs("petitions", "api", stream=stream)
    lost = LOG_LINES_LOST._value.get()

    stream.error = error
    get_logger("kenes").info("nobody reads this")
    logging.getLogger("library").error("nor this")
    stream.error = None
    get_logger("kenes").info("room again")

    assert LOG_LINES_LOST._value.get() == lost + 2
    assert json.loads(stream.getvalue().splitlines()[-1])["event"] == "room again"
    assert capsys.readouterr().err == ""
