"""How many lines the couriers of a process hold in memory, all together: slow receivers must not fill it."""

from typing import Final

MOST_HELD: Final = 20_000


class Budget:
    """What is left of `most` lines. Each stream tells what it holds."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._left = most
        self._held: dict[str, int] = {}

    @property
    def left(self) -> int:
        """Lines that anybody may still read; negative where more are held, since what may fly is always read."""
        return self._left

    def holds(self, stream: str, lines: int) -> None:
        """A stream holds so many lines now."""
        self._left -= lines - self._held.pop(stream, 0)
        if lines:
            self._held[stream] = lines
