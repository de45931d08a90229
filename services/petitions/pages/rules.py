"""The rules behind the steps of a petition, in words: what each is, its figures, how sure they are and who says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from kenes.web.i18n import Translator
from schemas.terms import Term
from services.petitions.domain.explain import Rule, Step, rules_of
from services.petitions.domain.rules import RulePack


@dataclass(frozen=True, slots=True)
class ToldRule:
    """One rule. `anchor` is its id on the petition's page; `source` is in English, as it stands in the pack."""

    anchor: str
    name: str
    figures: str
    certainty: str
    source: str


def behind(steps: Sequence[Step], t: Translator) -> list[ToldRule]:
    """The rules that made these steps, each once, in the order they came to be applied."""
    rules = {step.rule.place: step.rule for step in steps if step.rule is not None}
    return [_told(rule, t) for rule in rules.values()]


def told(packs: Sequence[RulePack], t: Translator) -> list[ToldRule]:
    """Every rule of some packs with its parts, in the order of a petition's life; what they share is told once."""
    every = (each for pack in packs for rule in rules_of(pack) for each in (rule, *rule.parts))
    return list(dict.fromkeys(_told(rule, t) for rule in every))


def _told(rule: Rule, t: Translator) -> ToldRule:
    certainty = t(f"certainty.{rule.certainty}")
    return ToldRule(anchor(rule), _begun(name(rule, t)), _figures(rule, t), certainty, rule.source)


def anchor(rule: Rule) -> str:
    """The id of a rule on a page."""
    return f"rule-{rule.place.replace('.', '-')}"


def name(rule: Rule, t: Translator) -> str:
    """What the rule is about: of `thresholds.response.answer` the answer, of `thresholds.response` the goal."""
    parts = rule.place.split(".")
    return t("rule.answer" if parts[-1] == "answer" else f"rule.{parts[0]}")


def _begun(words: str) -> str:
    """As they stand at the beginning of a line."""
    return words[:1].upper() + words[1:]


def _figures(rule: Rule, t: Translator) -> str:
    """Numbers of people and terms; what else a rule says is told where it matters."""
    said = []
    for field, value in rule.figures.items():
        unit = field.rpartition(".")[2]
        if field in ("signatures", "needed"):
            said.append(t("count.signatures", count=int(value)))
        elif field == "besides_author" and value == "true":
            said.append(t("rule.besides_author"))
        elif field == "percent":
            said.append(t.formats.percent(float(value) / 100, digits=2))
        elif unit in Term.model_fields:
            said.append(t(f"term.{unit}", count=int(value)))
    return ", ".join(said)
