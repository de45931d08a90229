"""The command line of a service."""

import asyncio
import sys
from collections.abc import Callable

import click

from kenes.observe.logs import configure_logs
from kenes.service.definition import Service
from kenes.service.maintenance import audit, in_words, rebuild
from kenes.service.processes import ROLES, run
from kenes.setting_files import SettingError
from kenes.settings import end_process


def main(load: Callable[[], Service], *more: click.Command) -> None:
    """Runs what the command line says; `load` makes the service from its settings, or ends the process.

    `more` are commands of the service's own. A wrong setting ends the process with status 78 and the setting's name.
    """

    @click.group()
    def commands() -> None:
        """Run a process of this service, or look after its projections."""

    for role in ROLES:
        commands.command(role)(lambda role=role: run(load(), role))

    @commands.command("rebuild")
    @click.argument("projections", nargs=-1)
    def rebuild_command(projections: tuple[str, ...]) -> None:
        """Rebuild projections from the topics beside the live ones, then switch. All, where none is named."""
        with in_words():
            asyncio.run(rebuild(_told_beside(load(), "rebuild"), projections))

    @commands.command("audit")
    def audit_command() -> None:
        """Recount every projection and decision state from the topics and name each difference."""
        with in_words():
            sys.exit(asyncio.run(audit(_told_beside(load(), "audit"))))

    for command in more:
        commands.add_command(command)
    try:
        commands()
    except SettingError as error:
        end_process(error)


def _told_beside(service: Service, process: str) -> Service:
    """The service, once its logs go where they do not mix with what a command tells."""
    configure_logs(service.name, process, level=service.settings.log_level, stream=sys.stderr)
    return service
