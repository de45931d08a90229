"""Acts on a subject, as a table: each gives an address of the API, its body, and the request it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model
from starlette.requests import Request

from kenes.web.bodies import read_json
from schemas.payload import Payload


@dataclass(frozen=True)
class Act:
    """`name` is the last part of its address. `body` has what the asker must say; `None` where that is nothing."""

    name: str
    request: type[Payload]
    refusals: tuple[str, ...]
    body: type[BaseModel] | None
    says: str

    async def read(self, request: Request) -> BaseModel | None:
        """What the asker said; raises the problem of a body that does not say it."""
        return None if self.body is None else await read_json(request, self.body)

    def ask(self, body: BaseModel | None = None, **known: Any) -> Any:
        """The request, of what the asker said and what is known beside; raises `ValidationError` where it misfits."""
        told = {} if body is None else {name: getattr(body, name) for name in type(body).model_fields}
        return self.request.model_validate({**known, **told})


def act(name: str, request: type[Payload], says: str, refusals: Sequence[str], known: Sequence[str]) -> Act:
    """An act whose body is all that its request has but what is `known`: subject, actor and the like."""
    fields: dict[str, Any] = {
        field: (info.annotation, info) for field, info in request.model_fields.items() if field not in known
    }
    body = (
        create_model(
            request.__name__.removesuffix("Requested") + "Body",
            __config__=ConfigDict(extra="forbid"),
            __doc__=says,
            **fields,
        )
        if fields
        else None
    )
    return Act(name, request, tuple(refusals), body, says)
