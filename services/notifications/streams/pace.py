"""How fast a receiver is tried that fails again and again, is slow, or asks for time."""

import time
from typing import Final

from schemas.notifications.streams import Result
from services.notifications.streams.sending import Tried

FAILURES_IN_A_ROW: Final = 5
"""From so many on, one try at a time shows whether the receiver is there again."""
REST: Final = 0.1
"""Seconds after such a try: a receiver that refuses at once would be tried hundreds of times in one of them, with what
the others have to send waiting meanwhile."""
MOST_ASKED: Final = 3600.0
"""Seconds for which a receiver can put off all that is for it: a mistake about one event must not stop it for a day."""
SLOW: Final = 1.0
"""Seconds of an answer, on average, from which on a receiver is slow."""
FIRST: Final = 4
"""Tries at once before anything was answered: so many connections are begun in one moment, and others wait for it."""
NEWEST: Final = 0.2
"""Weight of the newest answer in that average."""
CROWDED: Final = 1
"""Tries at once at a slow receiver where there is little room: those who answer at once need it."""


class Pace:
    """Slows down with failures in a row, and is as fast as ever with the first event that arrives.

    How much may be under way grows as that of TCP does: with each event that arrives by one, where the answer comes
    quickly, and by one with as many as are under way, where it is slow.

    It rests for as long as the receiver asks, also where something that was under way arrives meanwhile.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._rests_until = 0.0
        self._took = SLOW  # nobody is known to be quick before the first answer
        self._window = float(FIRST)

    @property
    def rest(self) -> float:
        """Seconds until anything may be tried."""
        return max(0.0, self._rests_until - time.monotonic())

    def allowed(self, most: int, *, crowded: bool) -> int:
        """How many tries may fly at once, of `most` where all is well; `crowded` where others have taken much room."""
        if self._failures >= FAILURES_IN_A_ROW:
            return 1
        return CROWDED if crowded and self._took >= SLOW else min(most, int(self._window))

    def answered(self, tried: Tried, seconds: float) -> None:
        """A try has ended so, and took so long."""
        self._took += NEWEST * (seconds - self._took)
        if tried.result is Result.DELIVERED:
            self._failures = 0
            self._window += 1.0 if seconds < SLOW else 1.0 / self._window
            return
        self._failures += 1
        rest = REST if self._failures >= FAILURES_IN_A_ROW else 0.0
        asked = min(tried.after or 0.0, MOST_ASKED)
        self._rests_until = max(self._rests_until, time.monotonic() + max(rest, asked))

    def begin_anew(self) -> None:
        """It is another receiver, or somebody has looked after it."""
        self._failures, self._rests_until, self._took, self._window = 0, 0.0, SLOW, float(FIRST)
