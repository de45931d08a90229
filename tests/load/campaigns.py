"""500,000 comments clustered in one process, and what it holds in memory meanwhile.

`python -m tests.load.campaigns [COMMENTS]` does it alone and prints the figures as JSON. The comments are made here:
85 of 100 follow one of 300 campaigns (six of seven send its very text, the others change words or add their own), 15
write for themselves. What is stored is in a file, as in MongoDB; the process holds a batch. Then, one for each 25 of
them, letters of one campaign of which everybody writes the last third: they share bands, and are not near.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from services.consultations.campaigns.clustering import CLUSTERS, Comment
from tests.load.campaign_store import Store
from tests.load.measures import Goal
from tests.load.setting import Setting
from tests.processes import ROOT

COMMENTS: Final = 500_000
BATCH: Final = 500
CAMPAIGNS: Final = 300
_OWN: Final = 0.15
_CHANGED: Final = 1 / 7
_SPEED: Final = Goal(">=", 2000)
_MEMORY: Final = Goal("<=", 200)


class Crowd:
    """Makes comments, the same ones for the same seed, and knows how many sent each campaign's very text."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        syllables = [first + second for first in "бвгдзкмнпрст" for second in "аеиоуыю"]
        self._words = ["".join(self._random.choices(syllables, k=self._random.randint(1, 4))) for _ in range(6000)]
        self._common = list(accumulate(1 / (rank + 5) for rank in range(len(self._words))))
        self._campaigns = [self._text(self._random.randint(30, 120)) for _ in range(CAMPAIGNS)]
        self._followed = list(accumulate(1 / (rank + 1) for rank in range(CAMPAIGNS)))
        self.copies: Counter[str] = Counter()

    def comments(self, count: int) -> Iterator[Comment]:
        """So many comments; some people write more than one."""
        for number in range(count):
            yield Comment(f"c{number}", "bench", f"p{self._random.randrange(count)}", self._next())

    def half_own(self, count: int) -> Iterator[Comment]:
        """Letters that begin alike and end in words of their own."""
        begun = self._text(120)
        for number in range(count):
            yield Comment(f"c{number}", "bench", f"p{number}", f"{begun} {self._text(60)}")

    def _text(self, length: int) -> str:
        return " ".join(self._random.choices(self._words, cum_weights=self._common, k=length))

    def _next(self) -> str:
        if self._random.random() < _OWN:
            return self._text(self._random.randint(5, 120))
        (text,) = self._random.choices(self._campaigns, cum_weights=self._followed)
        if self._random.random() < _CHANGED:
            return self._changed(text)
        self.copies[text] += 1
        return text

    def _changed(self, text: str) -> str:
        words = text.split()
        for _ in range(self._random.randint(1, 3)):
            words[self._random.randrange(len(words))] = self._random.choice(self._words)
        return " ".join(words) + f" {self._text(self._random.randint(0, 6))}"


def measure(count: int) -> dict[str, float]:
    """Clusters so many comments; raises `AssertionError` where one is lost or the greatest campaign falls apart."""
    crowd, halves = Crowd(), max(count // 25, 1)
    with TemporaryDirectory(prefix="kenes-campaigns-") as folder, Store(Path(folder) / "store") as store:
        before = peak_memory()
        seconds, joins = _clustered(store, crowd.comments(count))
        with Store(Path(folder) / "half-own") as other:
            half_own, _ = _clustered(other, crowd.half_own(halves))
        after = peak_memory()
        clusters = [each for each in store.all(CLUSTERS) if each["joined"] is None]
        file = (Path(folder) / "store").stat().st_size
    assert sum(each["size"] for each in clusters) == count
    assert max(each["size"] for each in clusters) >= max(crowd.copies.values())
    return {
        "comments": count,
        "per_second": count / seconds,
        "half_own.per_second": halves / half_own,
        "memory": after / 1e6,
        "memory.before": before / 1e6,
        "stored": file / 1e6,
        "clusters": len(clusters),
        "texts": sum(each["texts"] for each in clusters),
        "joins": joins,
        "greatest": max(each["size"] for each in clusters),
    }


def _clustered(store: Store, made: Iterator[Comment]) -> tuple[float, int]:
    """Seconds of processor time, and joins."""
    seconds, joins = 0.0, 0
    while batch := list(islice(made, BATCH)):
        began = time.process_time()
        joins += len(store.take(batch))
        seconds += time.process_time() - began
    return seconds, joins


def peak_memory() -> int:
    """The most this process has held so far, bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


_UNITS: Final = {
    "per_second": "comments/s",
    "half_own.per_second": "comments/s",
    "memory": "MB",
    "memory.before": "MB",
    "stored": "MB",
}
_GOALS: Final = {"per_second": _SPEED, "memory": _MEMORY}


async def run(setting: Setting) -> None:
    """In a process of its own: what this one has held before is not the clustering's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.load.campaigns", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        written, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, f"clustering ended with {process.returncode}"
    figures: dict[str, Any] = json.loads(written)
    for name, value in figures.items():
        setting.measures.add(f"campaigns.{name}", value, _UNITS.get(name, "count"), goal=_GOALS.get(name))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else COMMENTS)))
