"""Libraries that say the same thing over and over: the first lines of a kind are passed on, the rest are counted.

A client of a broker that is away tells of each of its tries: megabytes a minute that hide everything else and fill the
disk. Lines are of a kind where the same logger says the same template at the same level, about an error of the same
class. Only libraries that are named are thinned out; what we say ourselves never is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

PASSED: Final = 3
"""Lines of a kind that are passed on in a period."""
PERIOD: Final = 60.0
"""Seconds, counted from the first line after the period before."""
KINDS: Final = 200
"""Kinds told apart in a period; what is beyond is of one kind for each logger and level, whatever it says."""
_LONGEST: Final = 300


class Kind(NamedTuple):
    """What lines have in common. `template` is the text before its values are put in; empty for what is beyond."""

    logger: str
    level: int
    template: str = ""
    error: str = ""


class Thinning(logging.Handler):
    """Passes lines on to `target`; at the end of a period it says of each kind how many it held back, if any.

    `libraries` are names of loggers, each with all below it.
    """

    def __init__(
        self, target: logging.Handler, libraries: Iterable[str], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._target = target
        self._libraries = frozenset(libraries)
        self._clock = clock
        self._ends = clock()
        self._seen: Counter[Kind] = Counter()
        self._alarm: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Passes a line on, or holds it back."""
        if record.name.partition(".")[0] not in self._libraries:
            self._target.handle(record)
            return
        now = self._clock()
        if now >= self._ends:
            self._end_period()
            self._ends = now + PERIOD
        kind = self._kind(record)
        self._seen[kind] += 1
        if self._seen[kind] <= PASSED:
            self._target.handle(record)
        elif self._alarm is None:
            # A library may fall silent for good: nothing but a clock then says that the period is over.
            self._alarm = threading.Timer(self._ends - now, self.tell)
            self._alarm.daemon = True
            self._alarm.start()

    def tell(self) -> None:
        """Ends the period, and says what was held back in it."""
        self.acquire()
        try:
            self._end_period()
        finally:
            self.release()

    def close(self) -> None:
        """At the end of the process: says what was held back until then."""
        self.tell()
        super().close()

    def _kind(self, record: logging.LogRecord) -> Kind:
        error = record.exc_info[0] if record.exc_info else None
        name = "" if error is None else error.__name__
        kind = Kind(record.name, record.levelno, str(record.msg)[:_LONGEST], name)
        return kind if kind in self._seen or len(self._seen) < KINDS else Kind(record.name, record.levelno)

    def _end_period(self) -> None:
        seen, self._seen = self._seen, Counter()
        self._ends = self._clock()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        for kind, count in seen.items():
            if count > PASSED:
                self._target.handle(_held_back(kind, count - PASSED))


def _held_back(kind: Kind, count: int) -> logging.LogRecord:
    return logging.makeLogRecord(
        {
            "name": kind.logger,
            "levelno": kind.level,
            "levelname": logging.getLevelName(kind.level),
            "msg": "more lines of a kind were held back",
            "held_back": count,
            "like": kind.template,
        }
    )
