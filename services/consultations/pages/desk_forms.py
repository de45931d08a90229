"""The forms of a body's desk: which controls each act has, and what was typed as the body of a request.

The name of a control is the path of its value: `title.kk` is `{"title": {"kk": …}}`. Blank controls are left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from kenes.web.bodies import Form
from kenes.web.i18n import LANGUAGES, Translator
from schemas.consultations.parts import ReplyOutcome, Stakeholder
from schemas.prose import HIDDEN
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.stages import next_stages

Values = Mapping[str, str]
Errors = list[tuple[str, str]]
Model = TypeVar("Model", bound=BaseModel)
Options = Callable[[Consultation], Iterable[str]]


@dataclass(frozen=True)
class Control:
    """One control. `kind` is text, area, number, date, choice or hidden; options of a choice are said as `words.*`."""

    name: str
    kind: str = "text"
    required: bool = True
    longest: int | None = None
    rows: int = 6
    language: str | None = None
    hint: bool = False
    words: str = ""
    options: Options | None = None

    @property
    def field(self) -> str:
        """What it is a part of: the first word of its name."""
        return self.name.partition(".")[0]


def in_languages(
    field: str, kind: str, longest: int, *, required: bool = True, rows: int = 6, hint: bool = False
) -> tuple[Control, ...]:
    """The same text in each language; English may be left out, and all of it where it is not `required`."""
    return tuple(
        Control(
            f"{field}.{each}",
            kind,
            required=required and each != "en",
            longest=longest,
            rows=rows,
            language=each,
            hint=hint and each == LANGUAGES[0],
        )
        for each in LANGUAGES
    )


def _classes(_consultation: Consultation) -> Iterable[str]:
    return map(str, Stakeholder)


def _stages(consultation: Consultation) -> Iterable[str]:
    return map(str, next_stages(consultation))


def _outcomes(_consultation: Consultation) -> Iterable[str]:
    return map(str, ReplyOutcome)


TITLE: Final = in_languages("title", "text", 300)
NOTE: Final = in_languages("note", "area", 20_000, required=False, hint=True)
STATEMENT: Final = in_languages("statement", "area", 20_000, rows=5, hint=True)

FORMS: Final[Mapping[str, tuple[Control, ...]]] = {
    "description": (
        *TITLE,
        *in_languages("summary", "area", 20_000, rows=10, hint=True),
        *NOTE,
    ),
    "opening": (Control("working_days", "number"),),
    "extension": (Control("working_days", "number"), Control("reason", "area", longest=2_000, hint=True)),
    "members": (
        Control("member.name", longest=200),
        Control("member.organisation", required=False, longest=300),
        Control("member.stakeholder", "choice", words="class", options=_classes),
    ),
    "dismissal": (Control("member", "hidden"),),
    "meetings": (
        Control("meeting.held_on", "date"),
        *in_languages("meeting.title", "text", 300),
        Control("meeting.minutes", "area", required=False, longest=50_000, rows=10),
    ),
    "stages": (
        Control("stage", "choice", words="stage", options=_stages),
        Control("on", "date"),
        *NOTE,
        Control("link", required=False, longest=500, hint=True),
    ),
    "report": in_languages("conclusions", "area", 20_000, rows=10, hint=True),
    "withdrawal": (Control("reason", "area", longest=2_000, hint=True),),
    "reply": (Control("outcome", "choice", words="outcome", options=_outcomes), *STATEMENT),
}
"""The controls of each act, by its name."""


def typed(controls: Iterable[Control], form: Form) -> dict[str, str]:
    """What was typed, by control."""
    return {each.name: form.text(each.name).strip() for each in controls}


def body_of(values: Values) -> dict[str, Any]:
    """The values as a body."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        if not value:
            continue
        *path, last = name.split(".")
        place = body
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return body


def values_of(controls: Iterable[Control], body: Mapping[str, Any]) -> dict[str, str]:
    """What a body has for each control: the way back."""
    found = {}
    for each in controls:
        value: Any = body
        for part in each.name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        found[each.name] = "" if value is None else str(value)
    return found


def checked(model: type[Model], controls: Iterable[Control], body: Any, t: Translator) -> tuple[Model | None, Errors]:
    """The body as `model`, or what to mend in which control."""
    try:
        return model.model_validate(body), []
    except ValidationError as error:
        told: dict[str, str] = {}
        for fault in error.errors(include_url=False, include_input=False):
            control = _control(controls, ".".join(map(str, fault["loc"])))
            told.setdefault(control.name, f"{label(control, t)}: {_words(fault, t)}")
        return None, list(told.items())


def label(control: Control, t: Translator) -> str:
    """What a control is called; the language it is written in stands behind it."""
    field = control.name if control.language is None else control.name.rpartition(".")[0]
    said = t(f"desk.field.{field}")
    return said if control.language is None else f"{said} ({t(f'desk.in.{control.language}')})"


def _control(controls: Iterable[Control], place: str) -> Control:
    """The control that a fault is about: the first of those below its place."""
    found = list(controls)
    for each in found:
        if each.name == place or each.name.startswith(f"{place}."):
            return each
    return found[0]


_SAID: Final = {
    "string_too_short": ("short", "min_length"),
    "string_too_long": ("long", "max_length"),
    "int_parsing": ("number", ""),
    "greater_than": ("number", ""),
    "less_than_equal": ("number", ""),
    "string_pattern_mismatch": ("link", ""),
    "date_from_datetime_parsing": ("date", ""),
    "date_parsing": ("date", ""),
    "enum": ("choose", ""),
}
"""What to say of a fault, and which of its values is said with it."""


def _words(fault: Any, t: Translator) -> str:
    if fault["type"] == HIDDEN:
        return t(f"validation.{HIDDEN}", **fault["ctx"])
    word, bound = _SAID.get(fault["type"], ("missing", ""))
    return t(f"desk.error.{word}", count=int(fault["ctx"][bound])) if bound else t(f"desk.error.{word}")
