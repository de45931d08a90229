"""What became of a request, for the page that made it."""

from typing import Any

from kenes.service.answers import receipt_text
from kenes.service.asking import Outcome
from kenes.web.i18n import Translator
from services.consultations.answers import ANSWERS


def refusal_of(outcome: Outcome) -> str | None:
    """The code of a refusal; `None` where it was done, or is still being decided."""
    if outcome.decision is None:
        return None
    data: Any = outcome.decision.data
    code: str | None = getattr(data, "code", None)
    return code


def status_of(code: str) -> int:
    """The HTTP status of a refusal."""
    return ANSWERS.refusal_problem(code).status


def fault_of(code: str, t: Translator) -> str:
    """What a refusal says."""
    return f"{t(f'problem.{code}.title')}. {t(f'problem.{code}.detail')}"


def waiting_at(consultation: str, comment: str, kind: str, outcome: Outcome) -> str:
    """Where somebody waits for a decision that did not come in time."""
    receipt = receipt_text(kind, outcome.receipt)
    return f"/consultations/{consultation}/comments/{comment}?receipt={receipt}"
