"""The machines one can be here: programs of bodies, which speak for themselves (RFC 6749, section 4.4)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Machine:
    """A client that signs nobody in. `role` is the one that officials of its body have."""

    client: str
    role: str


MACHINES: Final = (
    Machine("agency-government", "agency"),
    Machine("agency-kurchatov", "akimat"),
    Machine("agency-culture", "culture"),
)
"""One for each body that has an official among the test people; a deployment's realm has the same."""

BY_CLIENT: Final = {machine.client: machine for machine in MACHINES}
