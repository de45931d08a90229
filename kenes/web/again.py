"""What somebody wrote in a form that was not carried out: shown with the problem, to be sent anew.

Showing it carries nothing out. What comes of it is checked as any form is.
"""

import re
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

from starlette.requests import Request

from kenes.web.bodies import FORM, Form, read_form
from kenes.web.confirmations import FIELD as CONFIRMATION
from kenes.web.problems import Problem

UNSENT: Final = "unsent"
"""The field of a form that only brings back what was written: whatever else it has, it is not carried out."""
_TOKENS: Final = "kenes.form_tokens"
_NO_TEXT: Final = re.compile(r"[A-Za-z0-9_/:#?=&%-]*").fullmatch


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent. `address` is a reference relative to the page, `tokens` are fresh; none for strangers."""

    form: Form
    tokens: Mapping[str, str]
    address: str
    upload: bool

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Every field but the tokens it came with."""
        left_out = {*self.tokens, CONFIRMATION, UNSENT}
        return [(name, value) for name, values in self.form.items() if name not in left_out for value in values]

    @property
    def texts(self) -> list[str]:
        """What was written, without what was only chosen."""
        return [value for _, value in self.hidden if not _NO_TEXT(value)]


def renew(scope: MutableMapping[str, Any], tokens: Mapping[str, str]) -> None:
    """Keeps fresh tokens for the form of this request, beside those kept already."""
    scope[_TOKENS] = {**scope.get(_TOKENS, {}), **tokens}


def sent(request: Request) -> Sent | None:
    """The form of this request, where it was read and has text."""
    form = cast("Form | None", request.scope.get(FORM))
    if form is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    upload = request.headers.get("content-type", "").startswith("multipart/")
    found = Sent(form, request.scope.get(_TOKENS, {}), f"?{urlencode(kept)}", upload)
    return found if found.texts else None


async def keep(request: Request, limit: int) -> bool:
    """Whether the form of this request has text. It is read first where it was not yet, up to `limit` bytes.

    An upload is not read for this.
    """
    if request.method == "POST" and FORM not in request.scope:
        with suppress(Problem):  # what cannot be read cannot be shown
            await read_form(request, limit=limit)
    return sent(request) is not None
