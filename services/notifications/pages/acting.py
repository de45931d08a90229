"""What the pages of people have in common: a form is read, a request is made, and the page says what came of it."""

from collections.abc import Collection
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import Response

from kenes.service.answers import Answers
from kenes.service.asking import Outcome
from kenes.web import csrf
from kenes.web.bodies import Form, read_form
from kenes.web.i18n import Translator
from kenes.web.site import see_other
from schemas.parts import Language
from services.notifications.following.answers import ANSWERS

WAIT: Final = 4.0
"""Seconds a page waits for a decision before it says that it is still being made."""
FORM: Final = 16 * 1024


async def own_form(request: Request) -> Form:
    """The form of somebody signed in. Raises the problem of a form that is not from one of their pages."""
    form = await read_form(request, limit=FORM)
    await csrf.check_form(request, form)
    return form


def decided(outcome: Outcome, answers: Answers, harmless: Collection[str] = ()) -> bool:
    """Whether it was decided in time. Raises the problem of a refusal.

    A refusal that is `harmless` says that it is already as it was asked for.
    """
    if outcome.decision is None:
        return False
    data: Any = outcome.decision.data
    code = getattr(data, "code", None)
    if code is not None and code not in harmless:
        raise answers.refusal_problem(code)
    return True


def done(outcome: Outcome, back: str, said: str, harmless: Collection[str] = ()) -> Response:
    """Leads back to a page, which says `said`, by a word of its messages. Raises the problem of a refusal."""
    return see_other(f"{back}?done={said if decided(outcome, ANSWERS, harmless) else 'pending'}")


def said(request: Request, words: Collection[str]) -> str | None:
    """What the act before has brought about, where it is one of these words."""
    word = request.query_params.get("done")
    return word if word in words else None


def language_of(t: Translator) -> Language:
    """The language of a page, which is one of the three."""
    return cast("Language", t.language)
