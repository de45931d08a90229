"""What the forms of the desk send: read as it was written, and given back as it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from kenes.service.acts import Act
from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from kenes.web.writing import as_seen, faults
from services.petitions.domain.moderation import FAULTS
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack
from services.petitions.pages.drafting import Errors

FIELD: Final = "{}-{}"
"""The name of a control: act, and field of its body. Several forms stand on one page."""

REASONS: Final = FIELD.format("verdict", "reasons")
EXPLANATION: Final = FIELD.format("verdict", "explanation")

_PLACES: Final = {
    Refusal.REASON_MISSING: REASONS,
    Refusal.REASON_UNKNOWN: REASONS,
    Refusal.EXPLANATION_MISSING: EXPLANATION,
    Refusal.STALE_REVISION: "text",
    Refusal.SAME_PETITION: FIELD.format("retirement", "in_favour_of"),
}


@dataclass(frozen=True)
class Written:
    """What somebody has put into the form of `act`, by the names of its controls; `reasons` are what is ticked."""

    act: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @classmethod
    def proposed(cls, petition: Petition) -> "Written":
        """What the first of two moderators found, for the second to agree with or to change."""
        if petition.proposal is None:
            return cls()
        found = {FIELD.format("verdict", "verdict"): str(petition.proposal.verdict)}
        found |= {EXPLANATION: petition.proposal.explanation}
        return cls(values=found, reasons=petition.proposal.reasons)

    def text(self, name: str) -> str:
        """One control; empty where nothing was written."""
        return self.values.get(name, "")

    def as_seen(self) -> "Written":
        """The same, without what nobody sees."""
        return replace(self, values=as_seen(self.values))

    def body(self) -> dict[str, Any]:
        """As the body of the act."""
        prefix = FIELD.format(self.act, "")
        told: dict[str, Any] = {name.removeprefix(prefix): value for name, value in self.values.items()}
        return told | ({"reasons": self.reasons} if self.act == "verdict" else {})


def read_written(form: Form, act: Act) -> Written:
    """What a form of `act` says."""
    fields = () if act.body is None else [name for name in act.body.model_fields if name != "reasons"]
    names = [FIELD.format(act.name, name) for name in fields]
    values = {name: form.text(name).strip() for name in names if name in form}
    other = FIELD.format("retirement", "in_favour_of")
    if other in values:
        # People copy addresses; the last part of a petition's is its id.
        values[other] = values[other].rstrip("/").rpartition("/")[2]
    return Written(act.name, values, tuple(dict.fromkeys(form.get(REASONS, []))))


def filled(written: Written, petition: Petition, pack: RulePack, t: Translator) -> Written:
    """With a sentence for each ticked reason in the explanation, in the language the author wrote in."""
    words = Translator(t.catalogs, petition.text.language)
    explanation = written.text(EXPLANATION)
    said = [explanation] if explanation else []
    said += [each for each in _sentences(written.reasons, pack, words) if each not in explanation]
    return replace(written, values={**written.values, EXPLANATION: "\n\n".join(said)})


def _sentences(reasons: tuple[str, ...], pack: RulePack, t: Translator) -> list[str]:
    found = [
        t("moderation.explain.subject", name=subject.name[t.language], law=subject.law[t.language])
        for subject in pack.prohibited
        if subject.code in reasons
    ]
    return found + [t(f"moderation.explain.{fault}") for fault in FAULTS if fault in reasons]


def errors_of(act: Act, error: ValidationError, t: Translator) -> Errors:
    """What to mend in a form whose fields do not fit."""
    return faults(error, lambda place: error_in(act, str(place[0]), t), t)


def error_in(act: Act, field: str, t: Translator) -> tuple[str, str]:
    """What to mend in a field of a form."""
    return FIELD.format(act.name, field), t(f"moderation.error.{act.name}.{field}")


def fault_of(code: str, t: Translator) -> tuple[str, str]:
    """Where a refusal shows, and what it says."""
    place = _PLACES.get(Refusal(code), "state") if code in set(Refusal) else "state"
    return place, f"{t(f'problem.{code}.title')}. {t(f'problem.{code}.detail')}"
