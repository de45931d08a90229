"""What the rules of a petition ask, step by step and in words, told before anybody writes one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kenes.regions import place_name
from kenes.web.i18n import Translator
from schemas.packs import WhoMay
from services.petitions.domain.rules import RulePack, Threshold
from services.petitions.pages.drafting import limits
from services.petitions.pages.presenter import term


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a petition's way."""

    title: str
    body: str


def stages(pack: RulePack, t: Translator) -> list[Stage]:
    """The way from the first word to the answer, as the pack has it: no step that it does without."""
    return [Stage(t(f"start.how.{name}"), body) for name, body in _stages(pack, t)]


def _stages(pack: RulePack, t: Translator) -> Iterator[tuple[str, str]]:
    yield "write", t("start.how.write.body")
    if (organisers := pack.organisers) is not None:
        told = {"minimum": organisers.minimum, "different": organisers.different}
        yield "organise", t(f"start.how.organise.{organisers.by}", **told)
    if pack.discussion is not None:
        yield "discuss", t("start.how.discuss.body", least=term(pack.discussion.least, t))
    if pack.supporters is not None:
        within = term(pack.supporters.within, t)
        yield "support", t("start.how.support.body", count=pack.supporters.needed, within=within)
    if pack.moderation is not None:
        yield "check", t("start.how.check.body", within=term(pack.moderation.within, t))
    yield "collect", " ".join(_collecting(pack, t))
    yield "answer", " ".join([t("start.how.answer.body"), *_answers(pack, t)])


def _collecting(pack: RulePack, t: Translator) -> Iterator[str]:
    yield t("start.how.collect.body", window=term(pack.window, t))
    if pack.early is not None:
        yield t("start.how.collect.early", count=pack.early.signatures, within=term(pack.early.within, t))


def _answers(pack: RulePack, t: Translator) -> Iterator[str]:
    for threshold in pack.thresholds:
        effect = t(f"effect.{threshold.effect}")
        yield t("start.how.answer.term", effect=effect, within=term(threshold.answer, t))


def asked(packs: Sequence[RulePack], t: Translator) -> list[dict[str, str]]:
    """Rows of a summary: who may act, what others see, and how many signatures each of the packs asks for.

    The packs are for bodies of one kind: but for their thresholds, what holds is said as the first of them has it.
    """
    pack = packs[0]
    rows = [
        ("start.who", _who(pack.author, pack, t)),
        ("start.sign_in", t(f"start.sign_in_body.{pack.author.assurance}")),
        ("start.public", t("start.public_body")),
        ("start.signers", " ".join(_signers(pack, t))),
        *_texts(pack, t),
    ]
    for each in packs:
        needed = " ".join(_needed(threshold, t) for threshold in each.thresholds)
        rows.append(("start.thresholds", needed if len(packs) == 1 else f"{each.name[t.language]}. {needed}"))
    if pack.paper is not None:
        rows.append(("start.paper", t("paper.counts" if pack.paper.counts else "paper.counts_not")))
    return [{"key": t(key), "value": value} for key, value in rows]


def _who(who: WhoMay, pack: RulePack, t: Translator) -> str:
    place = place_name(pack.jurisdiction, t.language)
    if not who.minimum_age:
        return t("start.who.citizens", place=place) if who.citizen else t("start.who.anybody")
    return t("start.who.citizens_aged" if who.citizen else "start.who.aged", count=who.minimum_age, place=place)


def _signers(pack: RulePack, t: Translator) -> Iterator[str]:
    yield _who(pack.signer, pack, t)
    yield t(f"start.sign_in_body.{pack.signer.assurance}")
    if pack.mailed is not None:
        yield t("start.declares", declaration=pack.mailed.declaration[t.language])


def _texts(pack: RulePack, t: Translator) -> Iterator[tuple[str, str]]:
    if pack.texts is not None and pack.texts.languages:
        yield "start.texts", ", ".join(t(f"language.{each}") for each in pack.texts.languages)
    if pack.texts is not None and pack.texts.longest.model_dump(exclude_none=True):
        yield "start.lengths", t("start.lengths_body", **limits(pack))


def _needed(threshold: Threshold, t: Translator) -> str:
    effect = t(f"effect.{threshold.effect}")
    if threshold.signatures is not None:
        said = t("start.threshold", goal=threshold.signatures, effect=effect)
    else:
        share = t.formats.percent(float(threshold.percent or 0) / 100, digits=2)
        said = t("start.threshold_share", share=share, effect=effect)
    if threshold.spread is None:
        return said
    return f"{said} {t('start.threshold_spread', units=threshold.spread.units)}"
