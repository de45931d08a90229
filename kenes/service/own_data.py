"""`GET /me/data`: everything a service holds about the person who asks, as one document."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.person import Person
from kenes.service.answers import json_response
from kenes.service.callers import Callers
from kenes.web.i18n import Translator
from kenes.web.language import translator
from kenes.web.openapi import Operation


class DataElsewhere(BaseModel):
    """What is held by other parts of the product, for a moment only, or where the person cannot find it."""

    what: str


@dataclass(frozen=True)
class OwnDataApi:
    """`told` makes the document, a `model`, described in the language of a translator."""

    callers: Callers
    told: Callable[[Person, Translator], Awaitable[BaseModel]]
    model: type[BaseModel]

    def operations(self) -> list[Operation]:
        """The one there is."""
        return [Operation.own("/me/data", self.my_data, self.model)]

    async def my_data(self, request: Request) -> Response:
        """Everything the service holds about the person, each part described."""
        person = await self.callers.reader(request)
        told = await self.told(person, translator(request))
        return json_response(told.model_dump(mode="json"))
