"""`python -m services.consultations {api|stream|project|rebuild|audit|import|export|seed}`."""

import asyncio

import click

from kenes.service.main import main
from services.consultations.polis_command import polis_commands
from services.consultations.service import Consultations
from services.consultations.settings import Settings


def load() -> Consultations:
    """The service, or the end of the process where a setting is wrong."""
    return Consultations(Settings.load())


@click.command("seed")
def seed_command() -> None:
    """Add invented drafts, comments and votes to try the product with. A second run changes nothing."""
    from services.consultations.seed import seed  # noqa: PLC0415 - as in the service: what asks is imported where it asks

    asyncio.run(seed(load()))


main(load, seed_command, *polis_commands(load))
