"""Whose a consumer group is, by its name: on the broker, names that begin as a service's are that service's alone."""

import re
from typing import Final

from services.console.databases import service_names

_OURS: Final = re.compile(rf"(?:{'|'.join(map(re.escape, service_names()))})(?:-stream|\..+)")
_PROJECTION: Final = re.compile(r".+\.v\d+")


def is_ours(group: str) -> bool:
    """Whether it is a group of a service, not of a reader outside."""
    return _OURS.fullmatch(group) is not None


def tells_positions(group: str) -> bool:
    """Whether it is one of ours that commits to the broker how far it came: a projection's tells only its database."""
    return is_ours(group) and _PROJECTION.fullmatch(group) is None
