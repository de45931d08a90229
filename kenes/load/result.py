"""What a rush found, as numbers and as lines for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the ordered values do not exceed; 0 where there are none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class RushResult:
    """Numbers of one rush. Times are in seconds; latencies run from the click, planned or made, to the decision."""

    seconds: float
    accepted: int
    withdrawn: int
    refused: Mapping[str, int]
    """Refusals by code; all of them were due."""
    unknown: int
    """Acts nobody said anything about, in spite of repetitions."""
    unreceipted: int
    """Acts that took effect although their answer was lost."""
    latencies: Sequence[float]
    """Of every decision, in ascending order."""
    receipts_given: int
    receipts_checked: int
    counts_checked: int
    out_of_sight: int
    """Petitions that nobody may read any more: only their counts and receipts were checked."""
    caught_up_after: float
    """Seconds from the last decision until counts, receipts and stored history all agreed."""
    differences: Sequence[str]
    """Whatever was not as it must be. Empty is the only good answer."""

    @property
    def decided(self) -> int:
        """Requests whose answer carried a decision."""
        return self.accepted + self.withdrawn + sum(self.refused.values())

    @property
    def rate(self) -> float:
        """Decisions a second."""
        return self.decided / self.seconds if self.seconds else 0.0

    @property
    def p50(self) -> float:
        """Median time to the decision."""
        return percentile(self.latencies, 0.50)

    @property
    def p99(self) -> float:
        """Time within which 99 of 100 decisions came."""
        return percentile(self.latencies, 0.99)

    @property
    def clean(self) -> bool:
        """Everything was as it must be."""
        return not self.differences

    def lines(self) -> list[str]:
        """For a person at a terminal."""
        refusals = ", ".join(f"{number:,} {code}" for code, number in sorted(self.refused.items())) or "none"
        told = [
            f"{self.decided:,} decisions in {self.seconds:.1f} s: {self.rate:,.0f} a second,"
            f" half of them within {self.p50 * 1000:.0f} ms, 99 % within {self.p99 * 1000:.0f} ms",
            f"{self.accepted:,} signatures accepted, {self.withdrawn:,} withdrawn; refused as due: {refusals}",
            f"checked: {self.receipts_checked:,} of {self.receipts_given:,} receipts and the counts of"
            f" {self.counts_checked:,} petitions, all stored {self.caught_up_after:.1f} s after the last decision",
        ]
        if self.unknown or self.unreceipted:
            told.append(
                f"{self.unreceipted:,} acts took effect although their answer was lost,"
                f" {self.unknown:,} were never answered"
            )
        if self.out_of_sight:
            told.append(
                f"out of sight meanwhile: {self.out_of_sight:,} petitions,"
                " of which only counts and receipts were checked"
            )
        if self.differences:
            told.append(f"{len(self.differences):,} differences:")
            told += [f"  {difference}" for difference in self.differences[:20]]
        else:
            told.append("no differences: every receipt found, every count accepted minus withdrawn")
        return told
