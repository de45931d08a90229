"""`kenes`: the local stack, and the services' upkeep from any shell."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from kenes.load.command import load
from kenes.local import commands
from kenes.local.errors import LocalStackError
from kenes.local.services import Service, find_services
from kenes.local.settings import LocalSettings
from kenes.local.stack import Stack
from schemas.topics import REGISTRY


class _Kenes(click.Group):
    """Tells in a line what is wrong with the local stack or its settings, whatever was asked."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LocalStackError as error:
            sys.exit(f"kenes: {error}")


@click.group(cls=_Kenes)
def main() -> None:
    """Kenes: petitions, consultations and notifications over Kafka."""


def _exits(work: Callable[[], int]) -> Callable[[], None]:
    def run() -> None:
        sys.exit(work())

    run.__doc__ = work.__doc__
    return run


main.command("up")(_exits(commands.up))
main.command("down")(_exits(commands.down))
main.command("status")(_exits(commands.status))
main.add_command(load)


@main.command()
def topics() -> None:
    """List the topics of the registry."""
    width = max(len(topic.name) for topic in REGISTRY)
    for topic in REGISTRY:
        kept = "for good" if topic.retention is None else f"{topic.retention.days} days"
        click.echo(f"{topic.name:{width}}  {topic.partitions:>3} partitions  kept {kept:<8}  {topic.description}")


@main.command()
@click.argument("service", required=False)
def audit(service: str | None) -> None:
    """Recount every projection from the topics and name each difference; all services, or one."""
    sys.exit(max(_run(each, number, ["audit"]) for number, each in _chosen(service)))


@main.command()
@click.argument("service")
@click.argument("projections", nargs=-1)
def rebuild(service: str, projections: tuple[str, ...]) -> None:
    """Rebuild projections of a service from the topics beside the live ones, then switch."""
    sys.exit(max(_run(each, number, ["rebuild", *projections]) for number, each in _chosen(service)))


@main.command("backup", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", metavar="FOLDER [OPTIONS]", nargs=-1, type=click.UNPROCESSED)
def back_up(arguments: tuple[str, ...]) -> None:
    """Write every topic, and what is in no topic, into a new folder."""
    sys.exit(_keep("backup", arguments))


@main.command("restore", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", metavar="FOLDER [OPTIONS]", nargs=-1, type=click.UNPROCESSED)
def restore(arguments: tuple[str, ...]) -> None:
    """Bring a backup back into empty topics, while no service runs."""
    sys.exit(_keep("restore", arguments))


def _keep(verb: str, arguments: Sequence[str]) -> int:
    environment = Stack(LocalSettings.load(), find_services()).environment(0)
    return _wait_for(["kenes.backup", verb, *arguments], environment)


@main.group()
def rules() -> None:
    """Rule packs: what they say, and what they decided."""


@rules.command("list")
@click.option("--on", metavar="DATE", help="The day they are in force on; today, if not given.")
def list_rules(on: str | None) -> None:
    """List the rule packs in force with every figure, its certainty and its source."""
    sys.exit(_ask_for_rules("list", *([] if on is None else ["--on", on])))


@rules.command("explain")
@click.argument("petition")
def explain_rules(petition: str) -> None:
    """Tell which rule, in which version, made each step of a petition."""
    sys.exit(_ask_for_rules("explain", petition))


def _ask_for_rules(*arguments: str) -> int:
    keepers = [(number, each) for number, each in enumerate(find_services()) if each.has_rules]
    return max((_run(each, number, ["rules", *arguments]) for number, each in keepers), default=0)


@main.group("import")
def importing() -> None:
    """Bring in what was made elsewhere."""


@importing.command("polis", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", metavar="DIR [OPTIONS]", nargs=-1, type=click.UNPROCESSED)
def import_polis(arguments: tuple[str, ...]) -> None:
    """Make a consultation of a polis conversation's folder. Run again, it goes on and adds nothing twice."""
    sys.exit(_ask_for_polis("import", arguments))


@main.group("export")
def exporting() -> None:
    """Write out what other programs read."""


@exporting.command("polis", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", metavar="CONSULTATION DIR", nargs=-1, type=click.UNPROCESSED)
def export_polis(arguments: tuple[str, ...]) -> None:
    """Write a consultation as a polis conversation's folder, with everybody's group of opinion."""
    sys.exit(_ask_for_polis("export", arguments))


def _ask_for_polis(way: str, arguments: Sequence[str]) -> int:
    takers = [(number, each) for number, each in enumerate(find_services()) if each.takes_polis]
    return max((_run(each, number, [way, "polis", *arguments]) for number, each in takers), default=0)


def _chosen(name: str | None) -> list[tuple[int, Service]]:
    found = [(number, each) for number, each in enumerate(find_services()) if name in (None, each.name)]
    if not found:
        known = ", ".join(each.name for each in find_services())
        raise click.BadParameter(f"there is no service {name!r}; there are: {known}")
    return found


def _run(service: Service, number: int, arguments: Sequence[str]) -> int:
    """Runs a service's own command, with the local stack's environment under whatever the shell has set."""
    stack = Stack(LocalSettings.load(), find_services())
    return _wait_for([service.module, *arguments], stack.environment(number))


def _wait_for(module: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs a module with its arguments; returns its status, as a shell tells it where a signal ended it.

    Ctrl-C reaches it, too: what it clears away then is waited for.
    """
    command = [sys.executable, "-m", *module]
    with subprocess.Popen(command, env=environment) as child:  # noqa: S603 - arguments are ours
        try:
            status = child.wait()
        except KeyboardInterrupt:
            child.wait()
            raise
    return status if status >= 0 else 128 - status
