"""`python -m services.petitions {api|stream|project|rebuild|audit|seed|rules}`."""

import asyncio

import click

from kenes.service.main import main
from services.petitions.rules_command import rules_command
from services.petitions.service import Petitions
from services.petitions.settings import Settings


def load() -> Petitions:
    """The service, or the end of the process where a setting is wrong."""
    return Petitions(Settings.load())


@click.command("seed")
def seed_command() -> None:
    """Add invented petitions and signatures to try the product with. A second run changes nothing."""
    from services.petitions.seed import seed  # noqa: PLC0415 - as in the service: what asks is imported where it asks

    asyncio.run(seed(load()))


main(load, seed_command, rules_command(load))
