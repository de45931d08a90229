"""Remarks about a petition's text in words: where, what, and what the law says."""

from dataclasses import dataclass

from kenes.web.i18n import Translator
from schemas.petitions.v1 import PetitionText
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack
from services.petitions.domain.text_check import Remark, check


@dataclass(frozen=True, slots=True)
class Told:
    """A remark for people: `where` names the part and the language, `says` what is wrong and what to do.

    `law` says where a subject is prohibited; empty for all else.
    """

    remark: Remark
    where: str
    says: str
    law: str = ""


def remarks(text: PetitionText, pack: RulePack, t: Translator) -> list[Told]:
    """Every remark about a text under a rule pack in the language of `t`, refusals first."""
    return [_told(remark, pack, t) for remark in check(text, pack)]


def _told(remark: Remark, pack: RulePack, t: Translator) -> Told:
    language = t(f"language.{remark.language}")
    where = language if remark.field is None else f"{t(f'start.{remark.field}')} · {language}"
    if remark.code is not Refusal.SUBJECT_PROHIBITED:
        count = {"count": int(remark.detail)} if remark.detail.isdecimal() else {}
        says = t(f"remark.{remark.code}", detail=remark.detail, language=language, **count)
        return Told(remark, where, says)
    subject = pack.subject(remark.detail)
    if subject is None:
        raise KeyError(f"{pack.id} {pack.version} has no subject {remark.detail!r}")
    key = "remark.subject-prohibited" if remark.refused else "remark.subject-hint"
    return Told(remark, where, t(key, name=subject.name[t.language]), subject.law[t.language])
