"""The form of a comment: what somebody has put into it, and the request that it makes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import uuid4

from kenes.identity.person import Person
from kenes.web.bodies import Form
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.values import whole_number
from kenes.web.writing import unfit
from schemas.consultations.parts import Anchor, Stakeholder
from schemas.parts import Language
from schemas.prose import without_hidden
from services.consultations.commands import Place, Speaker, Words
from services.consultations.domain.rules import ConsultationPack

SHORTEST: Final = 3
LONGEST: Final = 10_000
VERIFIED: Final = "verified:"

Errors = list[tuple[str, str]]
"""(control, what to do)."""


@dataclass(frozen=True)
class Written:
    """A form as it was sent, or as it is first shown. `key` names the comment, however often it is sent.

    `version` is the one of the text that stood beside the form; 0 where a form does not tell.
    """

    text: str = ""
    quote: str = ""
    language: str = ""
    speaker: str = ""
    listed: bool = True
    version: int = 0
    key: str = field(default_factory=lambda: str(uuid4()))

    @classmethod
    def read(cls, form: Form) -> "Written":
        """What somebody sent."""
        return cls(
            text=form.text("text").strip(),
            quote=form.text("quote").strip(),
            language=form.text("language"),
            speaker=form.text("speaker"),
            listed=form.text("listed") == "yes",
            version=whole_number(form.text("version")) or 0,
            key=form.text("key")[:40] or str(uuid4()),
        )

    def read_in(self, last: int) -> int:
        """The version that was read, of the `last` there are now: a later one may have come since."""
        return min(self.version or last, last)

    def mended(self) -> "Written":
        """The same without what nobody sees: nobody could find it in the form to delete it."""
        return replace(self, text=without_hidden(self.text))


def errors_of(written: Written, speakers: Sequence[str], t: Translator) -> Errors:
    """What to mend before it can be sent."""
    found: Errors = []
    if wrong := unfit(written.text, SHORTEST, LONGEST, t):
        found.append(("text", wrong))
    if written.language not in LANGUAGES:
        found.append(("language", t("comment.error.language")))
    if written.speaker not in speakers:
        found.append(("speaker", t("comment.error.speaker")))
    return found


def words_of(written: Written, version: int, anchor: Anchor | None, under: Place | None) -> Words:
    """What is said, of a form without errors."""
    language: Any = written.language
    spoken: Language = language
    return Words(written.text, spoken, version, anchor, under, written.listed)


def speakers_of(person: Person, pack: ConsultationPack) -> list[str]:
    """For whom this person may say they speak: first the classes that are vouched for, then those anybody may name."""
    roles = tuple(person.roles)
    vouched = [each for each in Stakeholder if pack.holds(each, roles, verified=True)]
    declared = [each for each in pack.classes.declared if each not in vouched]
    return [*(f"{VERIFIED}{each}" for each in vouched), *map(str, declared)]


def speaker_of(value: str) -> Speaker:
    """Of one of `speakers_of`."""
    return Speaker(Stakeholder(value.removeprefix(VERIFIED)), value.startswith(VERIFIED))


def usual_speaker(speakers: Sequence[str], last: Stakeholder | None) -> str:
    """The class somebody is taken to speak for: one that is vouched for, else what they said last, else the first."""
    if last is not None and not speakers[0].startswith(VERIFIED) and last in speakers:
        return str(last)
    return speakers[0]


def choices(speakers: Sequence[str], t: Translator) -> list[dict[str, str]]:
    """The options of the form."""
    found = []
    for value in speakers:
        name = t(f"as.{value.removeprefix(VERIFIED)}")
        vouched = value.startswith(VERIFIED)
        label = name[:1].upper() + name[1:] + (f" ({t('as.verified')})" if vouched else "")
        found.append({"value": value, "label": label})
    return found
