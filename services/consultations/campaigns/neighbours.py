"""Which representatives a text is near to, among those at hand."""

from collections import defaultdict
from dataclasses import dataclass, field

from services.consultations.campaigns.similarity import NEAR, jaccard, may_be_near
from services.consultations.campaigns.sketches import Sketch


@dataclass
class Neighbours:
    """Sketches by the id of their text, found by the bands they share."""

    sketches: dict[str, Sketch] = field(default_factory=dict)
    _bands: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, text: str, sketch: Sketch) -> None:
        """Takes up a sketch, once for each text."""
        self.sketches[text] = sketch
        for band in sketch.bands:
            self._bands[band].append(text)

    def near(self, sketch: Sketch) -> dict[str, float]:
        """The near-duplicates that share a band, with their exact similarity."""
        near: dict[str, float] = {}
        for text in {text for band in sketch.bands for text in self._bands.get(band, ())}:
            other = self.sketches[text].shingles
            if may_be_near(sketch.shingles, other):
                similarity = jaccard(sketch.shingles, other)
                if similarity >= NEAR:
                    near[text] = similarity
        return near
