"""The fields of a petition on their way through forms: read, checked one step at a time, and shown again."""

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import ValidationError

from kenes.regions import regions
from kenes.web.bodies import Form
from kenes.web.i18n import LANGUAGES, Translator
from schemas.petitions.v1 import PetitionText
from services.petitions.domain.rules import RulePack
from services.petitions.domain.text_letters import mended
from services.petitions.remarks import Told, remarks

Errors = list[tuple[str, str]]
"""(field, what to do), in the order of the form."""

WRITTEN: Final = ("title", "text", "proposal")
STEPS: Final = ("topic", "title", "text", "proposal", "preview")
TRANSLATION: Final = "translation"
"""A step beside the others: where the rules ask for more languages, or when the author wishes."""

_MOST: Final = {"title": 200, "text": 20_000, "proposal": 5_000}
_TRANSLATED: Final = {f"{field}_{language}": (field, language) for language in LANGUAGES for field in WRITTEN}
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": ("category", "language", "region"),
    "title": ("title",),
    "text": ("text",),
    "proposal": ("proposal",),
    "preview": (),
    TRANSLATION: tuple(_TRANSLATED),
}
ALL_FIELDS: Final = tuple(field for step in FIELDS for field in FIELDS[step])


def read_fields(form: Form) -> dict[str, str]:
    """The values of a form, without blanks around them; a region that is none counts as not given."""
    values = {field: form.text(field).strip() for field in ALL_FIELDS}
    for field in ("title", *(f"title_{language}" for language in LANGUAGES)):
        values[field] = " ".join(values[field].split())
    if values["region"] not in {code for code, _ in regions("en")}:
        values["region"] = ""
    return values


def fields_of(text: PetitionText) -> dict[str, str]:
    """The values of a petition that is written already."""
    values = dict.fromkeys(_TRANSLATED, "")
    for wording in text.translations:
        values |= {f"{field}_{wording.language}": getattr(wording, field) for field in WRITTEN}
    return {field: getattr(text, field, None) or "" for field in ALL_FIELDS} | values


def to_text(values: Mapping[str, str]) -> PetitionText:
    """The petition's text; raises `ValidationError`. A translation of which nothing is written is left out."""
    own = {field: values[field] for field in ("category", "language", *WRITTEN)}
    translations = [_translation(values, language) for language in translated(values)]
    return PetitionText.model_validate({**own, "region": values["region"] or None, "translations": translations})


def translated(values: Mapping[str, str]) -> list[str]:
    """The languages, beside the author's own, in which anything is written."""
    return [
        language
        for language in LANGUAGES
        if language != values["language"] and any(_translation(values, language)[field] for field in WRITTEN)
    ]


def mended_fields(values: Mapping[str, str]) -> dict[str, str]:
    """The values with every word in the letters it pretends to be, and without what is hidden."""
    written = {*WRITTEN, *_TRANSLATED}
    return {field: mended(value) if field in written else value for field, value in values.items()}


def fields_on(step: str, language: str) -> tuple[str, ...]:
    """The fields a step shows: nobody translates a text into the language it is written in."""
    return tuple(field for field in FIELDS[step] if _TRANSLATED.get(field, ("", ""))[1] != language)


def limits(pack: RulePack) -> dict[str, int]:
    """The most characters of each part of the text, by the pack and by what is taken at all."""
    longest = pack.texts.longest if pack.texts else None
    return {field: getattr(longest, field, None) or _MOST[field] for field in WRITTEN}


def translations_of(values: Mapping[str, str], pack: RulePack) -> list[dict[str, object]]:
    """The other languages a text can be written in: which the rules ask for, and which have been begun."""
    asked, begun = pack.texts.languages if pack.texts else (), translated(values)
    others = [language for language in LANGUAGES if language != values["language"]]
    return [{"language": each, "asked": each in asked, "open": each in asked or each in begun} for each in others]


def remarks_on(values: Mapping[str, str], pack: RulePack, t: Translator) -> list[Told]:
    """What the rules make of the text; nothing while its fields are not right yet."""
    return [] if _wrong(values) else remarks(to_text(values), pack, t)


def _translation(values: Mapping[str, str], language: str) -> dict[str, str]:
    return {"language": language} | {field: values[f"{field}_{language}"] for field in WRITTEN}


def errors_in(values: Mapping[str, str], fields: Collection[str], t: Translator) -> Errors:
    """What is wrong with these fields, in words."""
    wrong = _wrong(values)
    return [(field, _words(field, *wrong[field], t)) for field in fields if field in wrong]


def first_wrong_step(values: Mapping[str, str]) -> str | None:
    """The first step whose fields are not right yet."""
    wrong = _wrong(values)
    return next((step for step in FIELDS if any(field in wrong for field in FIELDS[step])), None)


def _wrong(values: Mapping[str, str]) -> dict[str, tuple[str, Mapping[str, object]]]:
    """What does not fit, by field: the kind of fault, and its bounds."""
    try:
        to_text(values)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return {_field(each["loc"], values): (each["type"], each.get("ctx", {})) for each in found}
    return {}


def _field(place: tuple[int | str, ...], values: Mapping[str, str]) -> str:
    if place[0] != "translations" or len(place) < len(("translations", 0, "title")):
        return str(place[0])
    return f"{place[2]}_{translated(values)[int(place[1])]}"


def _words(field: str, kind: str, bounds: Mapping[str, object], t: Translator) -> str:
    field, language = _TRANSLATED.get(field, (field, ""))
    match kind:
        case "string_too_short":
            words = t(f"start.error.{field}", count=bounds["min_length"])
        case "string_too_long":
            words = t("start.error.too_long", count=bounds["max_length"])
        case _:
            words = t(f"start.error.{field}")
    return f"{t(f'language.{language}')}: {words}" if language else words
