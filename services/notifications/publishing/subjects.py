"""What is known of a petition or draft, to tell what its events are about."""

from pydantic import BaseModel, ConfigDict

from schemas.notifications.about import About
from schemas.notifications.petitions import PublicGoal


class Subject(BaseModel):
    """`public` is whether everybody may know of it; `sequence` is the last decision that this was learned from.

    Of a petition, `discussed` is whether it is public as a text to discuss, and `comments` how many were made on it.
    """

    model_config = ConfigDict(frozen=True)

    about: About
    goals: tuple[PublicGoal, ...] = ()
    public: bool = False
    discussed: bool = False
    comments: int = 0
    sequence: int
