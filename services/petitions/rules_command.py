"""`rules list` and `rules explain PETITION`: the rules of this installation, and those behind one petition."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import click

from kenes.mongo.client import connected
from kenes.mongo.projection import live_version
from kenes.service.maintenance import in_words
from services.petitions.domain.explain import Rule, Step, explain, rules_of
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.projection import load_petition
from services.petitions.service import Petitions


def rules_command(load: Callable[[], Petitions]) -> click.Group:
    """The commands; `load` makes the service from its settings, or ends the process."""

    @click.group("rules")
    def rules() -> None:
        """Rule packs: what they say, and what they decided."""

    @rules.command("list")
    @click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day they are in force on; today, if not given.")
    def list_command(on: datetime | None) -> None:
        """List the rule packs in force with every figure, its certainty and its source."""
        noon = None if on is None else on.replace(hour=12, tzinfo=UTC)  # the same day everywhere
        click.echo("\n".join(listed(load().packs, noon or datetime.now(UTC))))

    @rules.command("explain")
    @click.argument("petition")
    def explain_command(petition: str) -> None:
        """Tell which rule, in which version, made each step of a petition."""
        service = load()
        with in_words():
            found = asyncio.run(_petition(service, petition))
        if found is None:
            raise click.ClickException(f"there is no petition {petition!r}")
        try:
            pack = service.packs.pinned(found.rules)
        except KeyError:
            lost = f"{found.rules.id}, version {found.rules.version}"
            raise click.ClickException(f"the petition is pinned to {lost}, which this installation lacks") from None
        click.echo("\n".join(explained(found, pack)))

    return rules


async def _petition(service: Petitions, petition: str) -> Petition | None:
    settings = service.settings
    async with connected(settings.mongo_uri, service.database, timeout=settings.mongo_timeout) as database:
        version = await live_version(database, service.projection("petitions"))
        document = await version.collection("petitions").find_one({"_id": petition})
        return None if document is None else load_petition(document)


def listed(packs: RulePacks, at: datetime) -> Iterator[str]:
    """The packs in force at an instant, as lines."""
    for pack in packs.all_in_force(at):
        yield _heading(pack)
        if pack.units:
            yield f"  units: {len(pack.units)}"
        if pack.prohibited:
            yield f"  prohibited: {', '.join(subject.code for subject in pack.prohibited)}"
        for rule in rules_of(pack):
            yield from _lines(rule, 2)


def explained(petition: Petition, pack: RulePack) -> Iterator[str]:
    """A petition's steps with the rules behind them, as lines. Instants are UTC."""
    yield f"petition {petition.id}: {petition.text.title}"
    yield _heading(pack)
    for step in explain(petition, pack):
        yield from _step(step)


def _heading(pack: RulePack) -> str:
    until = "" if pack.effective_to is None else f" to {pack.effective_to}"
    return f"{pack.id}, version {pack.version}, in force from {pack.effective_from}{until}: {pack.name['en']}"


def _step(step: Step) -> Iterator[str]:
    milestone = step.milestone
    reason = "" if milestone.reason is None else f" ({' '.join(milestone.reason.split())})"
    yield f"  {milestone.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {milestone.what}{reason}"
    if step.rule is not None:
        yield from _lines(step.rule, 4)
    for subject in step.subjects:
        yield f"    prohibited {subject.code}: {subject.name['en']} [{subject.certainty}] {subject.law['en']}"


def _lines(rule: Rule, indent: int) -> Iterator[str]:
    figures = ", ".join(f"{name} {value}" for name, value in rule.figures.items())
    yield f"{' ' * indent}{rule.place}: {figures} [{rule.certainty}] {rule.source}".replace(":  [", ": [")
    for part in rule.parts:
        yield from _lines(part, indent + 2)
