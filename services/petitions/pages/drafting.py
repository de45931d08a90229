"""The fields of a petition on their way through forms: read, checked one step at a time, and shown again."""

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import ValidationError

from kenes.web.bodies import Form
from kenes.web.i18n import Translator
from schemas.petitions.v1 import PetitionText
from services.petitions.pages.regions import regions

Errors = list[tuple[str, str]]
"""(field, what to do), in the order of the form."""

STEPS: Final = ("topic", "title", "text", "proposal", "preview")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": ("category", "language", "region"),
    "title": ("title",),
    "text": ("text",),
    "proposal": ("proposal",),
    "preview": (),
}
ALL_FIELDS: Final = tuple(field for step in STEPS for field in FIELDS[step])


def read_fields(form: Form) -> dict[str, str]:
    """The values of a form, without blanks around them; a region that is none counts as not given."""
    values = {field: form.text(field).strip() for field in ALL_FIELDS}
    values["title"] = " ".join(values["title"].split())
    if values["region"] not in {code for code, _ in regions("en")}:
        values["region"] = ""
    return values


def fields_of(text: PetitionText) -> dict[str, str]:
    """The values of a petition that is written already."""
    return {field: getattr(text, field) or "" for field in ALL_FIELDS}


def to_text(values: Mapping[str, str]) -> PetitionText:
    """The petition's text; raises `ValidationError`."""
    return PetitionText.model_validate({**values, "region": values["region"] or None})


def errors_in(values: Mapping[str, str], fields: Collection[str], t: Translator) -> Errors:
    """What is wrong with these fields, in words."""
    try:
        to_text(values)
    except ValidationError as error:
        wrong = {str(found["loc"][0]): found for found in error.errors(include_url=False)}
        return [
            (field, _words(field, wrong[field]["type"], wrong[field].get("ctx", {}), t))
            for field in fields
            if field in wrong
        ]
    return []


def first_wrong_step(values: Mapping[str, str]) -> str | None:
    """The first step whose fields are not right yet."""
    try:
        to_text(values)
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors(include_url=False)}
        return next(step for step in STEPS if wrong.intersection(FIELDS[step]))
    return None


def _words(field: str, kind: str, bounds: Mapping[str, object], t: Translator) -> str:
    match kind:
        case "string_too_short":
            return t(f"start.error.{field}", count=bounds["min_length"])
        case "string_too_long":
            return t("start.error.too_long", count=bounds["max_length"])
        case _:
            return t(f"start.error.{field}")
