"""What is known of a petition or draft, to tell what its events are about."""

from pydantic import BaseModel, ConfigDict

from schemas.notifications.about import About
from schemas.notifications.petitions import PublicGoal


class Subject(BaseModel):
    """`public` is whether everybody may know of it; `sequence` is the last decision that this was learned from."""

    model_config = ConfigDict(frozen=True)

    about: About
    goals: tuple[PublicGoal, ...] = ()
    public: bool = False
    sequence: int
