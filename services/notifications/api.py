"""The JSON API, `/api/notifications/v1`: the operations of every part under one address, and their description."""

from collections.abc import Sequence
from typing import Final

from kenes.service.json_api import JsonApi
from kenes.web.openapi import Operation

PREFIX: Final = "/api/notifications/v1"


def json_api(operations: Sequence[Operation]) -> JsonApi:
    """What the parts offer."""
    return JsonApi("Kenes notifications", PREFIX, operations)
