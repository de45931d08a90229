"""Who may see the console, and who may act in it."""

from typing import Final

from kenes.web.site import personal_to

OPERATOR: Final = "operator"
"""Sees everything, changes nothing."""
ACTING_OPERATOR: Final = "operator-act"
"""Sees everything, and replays, discards, rebuilds."""


def may_view(roles: frozenset[str]) -> bool:
    """Whether somebody with these roles may look."""
    return OPERATOR in roles or ACTING_OPERATOR in roles


def may_act(roles: frozenset[str]) -> bool:
    """Whether somebody with these roles may act."""
    return ACTING_OPERATOR in roles


viewing = personal_to(may_view)
"""A page for operators: visitors are sent to sign in, anybody else is refused."""
acting = personal_to(may_act)
"""A page for operators who may act."""
