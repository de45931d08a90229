"""The request that a fact of another service be made public."""

from typing import Any, ClassVar

from pydantic import Field

from schemas.notifications.about import Origin
from schemas.payload import Payload


class PublicationRequested(Payload):
    """A fact is to be told to everybody, in its turn."""

    TYPE: ClassVar[str] = "notifications.publication.requested.v1"
    event: str = Field(description="The type of the public event.")
    data: dict[str, Any] = Field(description="Its members.")


class PublicationRefused(Payload):
    """It has been told before, or is no public event. `code` says which."""

    TYPE: ClassVar[str] = "notifications.publication.refused.v1"
    origin: Origin | None
    code: str
