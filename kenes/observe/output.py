"""Where lines of log go: a stream that loses a line rather than stop whoever writes it."""

from __future__ import annotations

from typing import TextIO

from kenes.observe.metrics import LOG_LINES_LOST


class LossyStream:
    """Passes on what is written. What the stream does not take, its disk full or its reader gone, is counted and lost.

    It is as much of a stream as loggers use. A person's request must not fail because nobody can write about it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """All of it, or nothing; the number of characters taken off the writer's hands."""
        try:
            return self._stream.write(text)
        except OSError:
            LOG_LINES_LOST.inc()
            return len(text)

    def flush(self) -> None:
        """Hands on what was held back."""
        try:
            self._stream.flush()
        except OSError:
            LOG_LINES_LOST.inc()
