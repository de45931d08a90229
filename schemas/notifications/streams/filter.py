"""Which public events a reader wants: the same filter for every way to read them."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.notifications.about import Kind
from schemas.payload import Part

MOST_VALUES = 50
"""Values of one member of a filter."""

TypePattern = Annotated[str, Field(pattern=r"^notifications\.(?:[a-z0-9-]{1,30}\.){0,2}(?:[a-z0-9-]{1,30}|\*)$")]
"""An event type, or the beginning of some with a star after the last dot: `notifications.petition.*`."""
Word = Annotated[str, Field(min_length=1, max_length=100)]
Values = Annotated[tuple[Word, ...], Field(max_length=MOST_VALUES)]


class StreamFilter(Part):
    """Which public events a reader wants: those that pass every member that is set, by any of its values.

    `threshold` is about events that tell a count of signatures: `goal` lets pass only that a goal was reached, a
    number also counts of at least so many.
    """

    types: Annotated[tuple[TypePattern, ...], Field(max_length=MOST_VALUES)] = ()
    kinds: tuple[Kind, ...] = ()
    levels: Values = ()
    units: Values = ()
    regions: Values = ()
    bodies: Values = ()
    categories: Values = ()
    petitions: Values = ()
    consultations: Values = ()
    threshold: Annotated[int, Field(ge=1)] | Literal["goal"] | None = None
