"""Which rule, in which version, made each step of a petition: its figures, how sure they are, where they come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.packs import Sourced
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack, Subject, Threshold
from services.petitions.domain.status import Milestone

_IMPLIED = {"created": "author"}
"""Steps of people that a rule allows."""

_HOME = {"moderate": "moderation", "prohibited": "moderation"}
"""Where the rule stands that is called otherwise: a duty, and the list that moderators go by."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a pack: its dotted `place`, its figures by name, its grade and its source.

    A rule with several sources names the one of each part in its `parts`.
    """

    place: str
    figures: Mapping[str, str]
    certainty: str
    source: str
    parts: tuple["Rule", ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the timeline with the rule behind it, if one decided, and the subjects it was found to touch."""

    milestone: Milestone
    rule: Rule | None = None
    subjects: tuple[Subject, ...] = field(default=())


def explain(petition: Petition, pack: RulePack) -> tuple[Step, ...]:
    """The petition's timeline, each step with its rule. `pack` is the one the petition is pinned to.

    Raises `ValueError` for another pack, and `KeyError` for a step that names a rule the pack lacks.
    """
    if pack.ref != petition.rules:
        raise ValueError(f"the petition is pinned to {petition.rules.id} {petition.rules.version}, not to {pack.ref}")
    return tuple(_step(petition, pack, milestone) for milestone in petition.timeline)


def _step(petition: Petition, pack: RulePack, milestone: Milestone) -> Step:
    place = milestone.rule or _IMPLIED.get(milestone.what)
    if place is None:
        return Step(milestone)
    subjects = _touched(petition, pack, milestone) if place == "prohibited" else ()
    return Step(milestone, rule_at(pack, _HOME.get(place, place), petition.unit), subjects)


def _touched(petition: Petition, pack: RulePack, milestone: Milestone) -> tuple[Subject, ...]:
    """The subjects of the verdict that made this step; the petition keeps the last one."""
    finding = petition.finding
    if finding is None or finding.at != milestone.at:
        return ()
    return tuple(subject for subject in pack.prohibited if subject.code in finding.reasons)


def rule_at(pack: RulePack, place: str, unit: str | None = None) -> Rule:
    """The rule at a dotted place of a pack, such as `window` or `thresholds.consideration`.

    A share is told in signatures, too, where the pack has `unit`. Raises `KeyError` where the pack has no such rule.
    """
    first, *rest = place.split(".")
    if first == "thresholds" and rest:
        threshold = pack.threshold(rest[0])
        if rest[1:] == ["answer"]:
            return _rule(place, threshold.answer)
        if not rest[1:]:
            return _threshold(pack, place, threshold, unit)
    if place == "mailed" and pack.mailed is not None:
        asks = "postcode" if pack.mailed.postcode else "region"
        return Rule(place, {"asks": asks}, pack.mailed.certainty, pack.mailed.source)
    if place == "discussion" and pack.discussion is not None and pack.discussion.most is not None:
        without = pack.discussion.model_copy(update={"most": None})
        return replace(_rule(place, without), parts=(_rule("discussion.most", pack.discussion.most),))
    if place == "paper" and pack.paper is not None:
        part, rule = pack.paper.supporters, _rule(place, pack.paper)
        return rule if part is None else replace(rule, parts=(_rule("paper.supporters", part),))
    found = getattr(pack, first, None) if not rest and first in RulePack.model_fields else None
    if not isinstance(found, Sourced):
        raise KeyError(f"{pack.id} {pack.version} has no rule {place!r}")
    return _rule(place, found)


def rules_of(pack: RulePack) -> tuple[Rule, ...]:
    """Every rule of a pack, in the order of a petition's life."""
    places = [
        "dates",
        "author",
        "signer",
        "mailed",
        "texts",
        "organisers",
        "discussion",
        "supporters",
        "moderation",
        "window",
        "early",
    ]
    places += [f"thresholds.{each.effect}" for each in pack.thresholds]
    places += ["paper", "archive"]
    return tuple(rule_at(pack, place) for place in places if "." in place or getattr(pack, place) is not None)


def _threshold(pack: RulePack, place: str, threshold: Threshold, unit: str | None) -> Rule:
    figures = dict(_figures(threshold.model_dump(exclude={"effect", "answer", "spread"})))
    parts = [_rule(f"{place}.{name}", part) for name in ("answer", "spread") if (part := getattr(threshold, name))]
    found = pack.unit(unit)
    if found is not None and found.population is not None:
        figures["unit"] = found.code
        if threshold.percent is not None:
            figures["signatures"] = str(threshold.goal(found.population).signatures)
            parts.append(_rule(f"units.{found.code}", found))
    return Rule(place, figures, threshold.certainty, threshold.source, tuple(parts))


def _rule(place: str, rule: Sourced) -> Rule:
    told = rule.model_dump(mode="json", exclude={"name", "of"})
    return Rule(place, dict(_figures(told)), rule.certainty, rule.source)


def _figures(told: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The figures of a rule by dotted name; what is not set is left out."""
    for name, value in told.items():
        if value is None or value == [] or name in ("certainty", "source"):
            continue
        if isinstance(value, Mapping):
            yield from _figures(value, f"{above}{name}.")
        elif isinstance(value, list):
            yield f"{above}{name}", " ".join(value)
        else:
            yield f"{above}{name}", str(value).lower() if isinstance(value, bool) else str(value)
