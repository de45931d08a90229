"""Operations of a JSON API: one table gives the routes and the OpenAPI 3.1 document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute, Route

from kenes.web.limits import Endpoint, RateClass, limited
from kenes.web.openapi_security import TOKENS_ALONE, WaysIn, requirements, security_schemes

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` never changes; title and detail are in the language of the request.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
_WAIT = {
    "name": "Prefer",
    "in": "header",
    "schema": {"type": "string", "examples": ["wait=5"]},
    "description": "RFC 7240. With wait=N the answer waits up to N seconds for the decision.",
}
_REF = "#/components/schemas/{model}"
_References = Mapping[Any, Mapping[str, Any]]


@dataclass(frozen=True)
class Parameter:
    """A parameter beside the path's own."""

    name: str
    description: str
    where: str = "query"
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True)
class Operation:
    """One method on one path. `answers` maps a status to what its body is: a model, or `None` for another type.

    `secured` operations are for somebody known by a token; where it is `optional`, a token is taken and not needed.
    `keys` are the scopes of which an API key needs all to do as well, `None` where none does; `session`, that a
    browser's session does. `limit` counts anonymous requests before the handler runs; secured operations count for
    themselves, by person.
    """

    method: str
    path: str
    handler: Endpoint
    answers: Mapping[int, type[BaseModel] | None]
    body: type[BaseModel] | None = None
    body_required: bool = True
    problems: Sequence[str] = ()
    parameters: Sequence[Parameter] = ()
    secured: bool = False
    optional: bool = False
    keys: Sequence[str] | None = None
    session: bool = False
    waits: bool = False
    limit: RateClass | None = None
    media_type: str = "application/json"

    @classmethod
    def read(
        cls,
        path: str,
        handler: Endpoint,
        answer: type[BaseModel] | None,
        *,
        problems: Sequence[str] = (),
        parameters: Sequence[Parameter] = (),
        media_type: str = "application/json",
        optional: bool = False,
    ) -> Self:
        """What anybody may read."""
        return cls(
            "GET",
            path,
            handler,
            {200: answer},
            problems=problems,
            parameters=parameters,
            limit=RateClass.READ,
            media_type=media_type,
            optional=optional,
        )

    @classmethod
    def own(
        cls,
        path: str,
        handler: Endpoint,
        answer: type[BaseModel],
        *,
        problems: Sequence[str] = (),
        parameters: Sequence[Parameter] = (),
    ) -> Self:
        """What somebody known reads of their own."""
        return cls("GET", path, handler, {200: answer}, problems=problems, parameters=parameters, secured=True)

    @property
    def name(self) -> str:
        """The operation's id: the handler's name."""
        return str(getattr(self.handler, "__name__", ""))


@dataclass(frozen=True)
class Writes:
    """Operations by which somebody known asks for something: each is answered by `answer`, decided or not.

    `problems` are those that any of them may meet, `keys` as an operation has them.
    """

    answer: type[BaseModel]
    problems: Sequence[str] = ()
    keys: Sequence[str] | None = None

    def __call__(
        self,
        method: str,
        path: str,
        handler: Endpoint,
        done: int = 200,
        *,
        body: type[BaseModel] | None = None,
        problems: Sequence[str] = (),
        parameters: Sequence[Parameter] = (),
    ) -> Operation:
        """One of them: `done` is the status where it was decided in time; 202 has a receipt instead."""
        return Operation(
            method,
            path,
            handler,
            {done: self.answer, 202: self.answer},
            body=body,
            problems=(*self.problems, *problems),
            parameters=parameters,
            secured=True,
            keys=self.keys,
            waits=True,
        )


def routes(operations: Sequence[Operation]) -> list[BaseRoute]:
    """The routes, in the order of the table."""
    return [
        Route(
            each.path,
            each.handler if each.limit is None else limited(each.limit)(each.handler),
            methods=[each.method],
            name=each.name,
        )
        for each in operations
    ]


def document(
    title: str, version: str, prefix: str, operations: Sequence[Operation], ways: WaysIn = TOKENS_ALONE
) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an API mounted under `prefix`, to which these are the ways in."""
    models = {model for each in operations for model in (each.body, *each.answers.values()) if model is not None}
    ordered = sorted(models, key=lambda model: (model.__name__, model.__module__))
    found, schemas = models_json_schema([(model, "serialization") for model in ordered], ref_template=_REF)
    references = {model: reference for (model, _), reference in found.items()}
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(prefix + each.path, {})[each.method.lower()] = _operation(each, references, ways)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": PROBLEM_SCHEMA},
            "securitySchemes": security_schemes(operations, ways),
        },
    }


def _operation(each: Operation, references: _References, ways: WaysIn) -> dict[str, Any]:
    described = (each.handler.__doc__ or "").strip()
    found: dict[str, Any] = {
        "operationId": each.name,
        "summary": described.splitlines()[0],
        "parameters": [*_path_parameters(each.path), *(_parameter(one) for one in each.parameters)],
        "responses": {str(status): _answer(each, status, model, references) for status, model in each.answers.items()},
    }
    found["responses"]["default"] = {
        "description": "A problem. Codes: " + ", ".join(each.problems) if each.problems else "A problem.",
        "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
    if each.waits:
        found["parameters"].append(_WAIT)
    if each.secured or each.optional:
        found["security"] = requirements(each, ways)
    if each.body is not None:
        content = {"application/json": {"schema": references[each.body]}}
        found["requestBody"] = {"required": each.body_required, "content": content}
    return found


def _answer(each: Operation, status: int, model: type[BaseModel] | None, references: _References) -> dict[str, Any]:
    described = HTTPStatus(status).phrase
    if status == HTTPStatus.NO_CONTENT:
        return {"description": described}
    schema = _other(each.media_type) if model is None else references[model]
    return {"description": described, "content": {each.media_type: {"schema": schema}}}


def _other(media_type: str) -> dict[str, Any]:
    """The schema of what no model describes: a text, or JSON of a format that is described elsewhere."""
    return {} if media_type.endswith("+json") else {"type": "string"}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _parameter(one: Parameter) -> dict[str, Any]:
    return {"name": one.name, "in": one.where, "description": one.description, "schema": dict(one.schema)}
