"""What each process of the product holds in memory once the other groups are done with it."""

from __future__ import annotations

from tests.load.measures import Goal
from tests.load.setting import Setting

_GOAL = Goal("<=", 150)


async def run(setting: Setting) -> None:
    """Resident memory now and at its highest; the goal is for the highest."""
    for role in setting.product.roles:
        setting.measures.add(f"memory.{role}", setting.memory(role) / 1e6, "MB")
        setting.measures.add(f"memory.{role}.peak", setting.peak_memory(role) / 1e6, "MB", goal=_GOAL)
