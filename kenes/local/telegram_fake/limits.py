"""The limits of the Bot API: so many messages in any second, one in a second to a chat."""

from __future__ import annotations

from collections import deque


class Limit:
    """At most `most` in any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._taken: deque[float] = deque()

    def is_reached(self, now: float) -> bool:
        """Whether one more at `now` (seconds of any clock) would be too many."""
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        return len(self._taken) >= self._most

    def take(self, now: float) -> None:
        """Counts one."""
        self._taken.append(now)


class Limits:
    """Those of one bot. `second` is how long a second is, so that tests need not last."""

    def __init__(self, per_second: int = 30, second: float = 1.0) -> None:
        self._all = Limit(per_second, second)
        self._chats: dict[str, Limit] = {}
        self._second = second

    @property
    def retry_after(self) -> float:
        """The pause that is asked for when there are too many."""
        return int(self._second) or self._second

    def allow(self, chat: str, now: float) -> bool:
        """Counts a message to a chat at `now`, or says that it is too many; that one does not count."""
        own = self._chats.setdefault(chat, Limit(1, self._second))
        if self._all.is_reached(now) or own.is_reached(now):
            return False
        self._all.take(now)
        own.take(now)
        return True
