"""Parameters of the query with a fixed set of values: what the document says of them is what is taken."""

from collections.abc import Iterable
from typing import Any, Final

from starlette.requests import Request

from kenes.web.openapi import Parameter
from kenes.web.problems import FieldError, InvalidInput

_WORDS: Final = {"true": True, "false": False}


def choice(name: str, description: str, values: Iterable[str], default: str | None = None) -> Parameter:
    """One of some words. Without a `default`, leaving it out is a choice of its own: the description says which."""
    told: dict[str, Any] = {"type": "string", "enum": [str(each) for each in values]}
    return Parameter(name, description, schema=told if default is None else told | {"default": str(default)})


def choices(name: str, description: str, values: Iterable[str]) -> Parameter:
    """Any of some words: the parameter is given once for each. The description says what none of them means."""
    told = {"type": "array", "items": {"type": "string", "enum": [str(each) for each in values]}}
    return Parameter(name, description, schema=told)


def switch(name: str, description: str, *, default: bool = False) -> Parameter:
    """True or false."""
    return Parameter(name, description, schema={"type": "boolean", "default": default})


def chosen(request: Request, parameter: Parameter) -> str | None:
    """What a request chooses by a `choice`, its default where it is left out or empty.

    Raises `InvalidInput` that names the parameter and what it may be.
    """
    text = request.query_params.get(parameter.name) or None
    if text is None:
        default: str | None = parameter.schema.get("default")
        return default
    return _one_of(text, parameter, parameter.schema["enum"])


def all_chosen(request: Request, parameter: Parameter) -> list[str]:
    """What a request chooses by `choices`, each once, empty where it is left out; raises as `chosen` does."""
    known = parameter.schema["items"]["enum"]
    given = dict.fromkeys(text for text in request.query_params.getlist(parameter.name) if text)
    return [_one_of(text, parameter, known) for text in given]


def switched(request: Request, parameter: Parameter) -> bool:
    """What a request says by a `switch`; raises as `chosen` does."""
    text = request.query_params.get(parameter.name) or None
    if text is None:
        return bool(parameter.schema["default"])
    return _WORDS[_one_of(text, parameter, _WORDS)]


def _one_of(text: str, parameter: Parameter, values: Iterable[str]) -> str:
    known = list(values)
    if text not in known:
        raise InvalidInput([FieldError(f"/{parameter.name}", "enum", {"expected": ", ".join(known)})])
    return text
