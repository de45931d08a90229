"""Pieces of what the rules know."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from schemas.console.parts import Operator


class State(BaseModel):
    """Something the rules know; never changed, only replaced."""

    model_config = ConfigDict(frozen=True)


class Mark(State):
    """Who acted last, and when."""

    by: Operator
    at: datetime
