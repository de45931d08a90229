"""Every refusal is an RFC 9457 problem, in the language of the request.

A `Problem` names a stable `code`; people read the messages `problem.<code>.title` and `problem.<code>.detail` of the
catalogues. Browsers get a page through the hook of `build_app`, everything under `/api/` gets JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

import orjson
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from kenes.observe.logs import get_logger
from kenes.web.context import header
from kenes.web.i18n import Catalogs

API_PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
_log = get_logger(__name__)


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A refusal. Raise it anywhere in a handler.

    `status` is the HTTP status, `code` a slug that never changes. `values` fill the placeholders of the messages,
    `members` are extension members of the document (JSON values), `headers` go with the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        values: Mapping[str, object] | None = None,
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.values = dict(values or {})
        self.headers = dict(headers or {})
        self._members = dict(members or {})

    def members(self, language: str, catalogs: Catalogs) -> dict[str, object]:  # noqa: ARG002 - see InvalidInput
        """Extension members in `language`."""
        return self._members

    def said(self, language: str, catalogs: Catalogs) -> Mapping[str, object]:  # noqa: ARG002 - for those that override
        """What fills the placeholders of the messages in `language`."""
        return self.values


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value: RFC 6901 pointer into the body, slug, and what the message `validation.<code>` needs."""

    pointer: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def detail(self, language: str, catalogs: Catalogs) -> str:
        """The sentence a person reads; a code without a message of its own reads as plainly invalid."""
        key = f"validation.{self.code}"
        if key not in catalogs.keys(language):
            return catalogs.translate(language, "validation.invalid")
        return catalogs.translate(language, key, **self.values)


class InvalidInput(Problem):
    """422: a well-formed body whose values are wrong; lists every one of them under `errors`."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(422, "input-invalid")
        self.errors = errors

    def members(self, language: str, catalogs: Catalogs) -> dict[str, object]:
        """`errors: [{pointer, code, detail}]`."""
        return {
            "errors": [
                {"pointer": error.pointer, "code": error.code, "detail": error.detail(language, catalogs)}
                for error in self.errors
            ]
        }


def escaped(part: str | int) -> str:
    """One step of an RFC 6901 pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")


def invalid_input(error: ValidationError) -> InvalidInput:
    """The problem of a body that pydantic refused; the values themselves are not repeated."""
    return InvalidInput(
        [
            FieldError(
                pointer="".join(f"/{escaped(part)}" for part in found["loc"]),
                code=found["type"].replace("_", "-"),
                values={
                    name: value
                    for name, value in found.get("ctx", {}).items()
                    if isinstance(value, str | int | float) and name != "error"
                },
            )
            for found in error.errors(include_url=False, include_input=False)
        ]
    )


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem as a page shows it: texts in `language`, `members` as in the JSON document."""

    status: int
    code: str
    title: str
    detail: str
    language: str
    members: Mapping[str, object]


ProblemPage = Callable[[Request, ProblemView], Awaitable[Response]]


def view(problem: Problem, language: str, catalogs: Catalogs) -> ProblemView:
    """`problem` in the words of `language`."""
    said = problem.said(language, catalogs)
    return ProblemView(
        status=problem.status,
        code=problem.code,
        title=catalogs.translate(language, f"problem.{problem.code}.title", **said),
        detail=catalogs.translate(language, f"problem.{problem.code}.detail", **said),
        language=language,
        members=problem.members(language, catalogs),
    )


def json_answer(shown: ProblemView, headers: Mapping[str, str]) -> Response:
    """The problem+json document. `type` is a name, not an address: it stays the same wherever the site moves."""
    document = {
        "type": f"urn:kenes:problem:{shown.code}",
        "title": shown.title,
        "status": shown.status,
        "detail": shown.detail,
        "code": shown.code,
        **shown.members,
    }
    return Response(
        orjson.dumps(document),
        shown.status,
        {
            "content-type": MEDIA_TYPE,
            "content-language": shown.language,
            "cache-control": "no-store",
            "vary": "Accept-Language, Cookie",
            **headers,
        },
    )


def wants_page(scope: Scope) -> bool:
    """True where a browser reads the answer: not under `/api/`, and `text/html` is among what it accepts."""
    return not scope["path"].startswith(API_PREFIX) and b"text/html" in (header(scope, b"accept") or b"")


_STATUS_CODES = {
    400: "request-malformed",
    401: "login-required",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    503: "unavailable",
}


def from_http_exception(error: HTTPException) -> Problem:
    """The problem of an exception raised by the framework (routing, mostly). Its English detail is not passed on."""
    code = _STATUS_CODES.get(error.status_code)
    if code is None:
        code = "request-malformed" if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else "internal-error"
    return Problem(error.status_code, code, headers=error.headers)


def incident(error: Exception, scope: Scope) -> Problem:
    """500 for a fault of ours. The person gets an incident id, the log gets the stack."""
    number = uuid4().hex
    _log.error("unhandled exception", incident=number, method=scope["method"], path=scope["path"], exc_info=error)
    return Problem(500, "internal-error", values={"incident": number}, members={"incident": number})
