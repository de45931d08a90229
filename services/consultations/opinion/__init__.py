"""Groups of opinion from votes on comments: who votes alike, what each group stands for, what all agree on.

Pure: votes in, groups out; no topic, no database, no clock. But for `stored`, which reads votes, `live`, which takes
those that come, and `view`, which shows the groups.

    state = OpinionState()
    state.take("p1", "c7", Vote.AGREE)
    groups = await asyncio.to_thread(state.recompute)
"""

from services.consultations.opinion.choosing import GroupCount
from services.consultations.opinion.consensus import Consensus, PartShare
from services.consultations.opinion.disclosure import SMALLEST
from services.consultations.opinion.groups import Group, OpinionGroups, letter
from services.consultations.opinion.plot import Bubble, Outline, Plot, PlotRow
from services.consultations.opinion.representative import Representative, Side
from services.consultations.opinion.state import OpinionState
from services.consultations.opinion.votes import Vote

__all__ = [
    "SMALLEST",
    "Bubble",
    "Consensus",
    "Group",
    "GroupCount",
    "OpinionGroups",
    "OpinionState",
    "Outline",
    "PartShare",
    "Plot",
    "PlotRow",
    "Representative",
    "Side",
    "Vote",
    "letter",
]
