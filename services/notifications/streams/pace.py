"""How fast a receiver is tried that fails again and again."""

import time
from typing import Final

FAILURES_IN_A_ROW: Final = 5
"""From so many on, one try at a time shows whether the receiver is there again."""
REST: Final = 0.1
"""Seconds after such a try: a receiver that refuses at once would be tried hundreds of times in one of them, with what
the others have to send waiting meanwhile."""


class Pace:
    """Slows down with failures in a row, and is as fast as ever with the first event that arrives."""

    def __init__(self) -> None:
        self._failures = 0
        self._rests_until = 0.0

    @property
    def rest(self) -> float:
        """Seconds until anything may be tried."""
        return max(0.0, self._rests_until - time.monotonic())

    def allowed(self, most: int) -> int:
        """How many tries may fly at once, of `most` where all is well."""
        return 1 if self._failures >= FAILURES_IN_A_ROW else most

    def failed(self) -> None:
        """A try was in vain."""
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW:
            self._rests_until = time.monotonic() + REST

    def begin_anew(self) -> None:
        """An event arrived, or it is another receiver."""
        self._failures, self._rests_until = 0, 0.0
