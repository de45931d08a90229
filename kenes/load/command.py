"""`kenes load`: a rush on a petition of the local stack, for newcomers who want to see the count fly."""

import asyncio
import sys
import time

import click

from kenes.load.api import open_petitions
from kenes.load.client import AnswerError
from kenes.load.crowd import crowd_tokens
from kenes.load.result import RushResult
from kenes.load.rush import Plan, Rush
from kenes.local.settings import LocalSettings


@click.command()
@click.option("--petition", help="Id of the petition to rush; the newest one where it is not given.")
@click.option(
    "--people", default=2_000, type=click.IntRange(min=1), show_default=True, help="How many different people sign."
)
@click.option(
    "--first",
    type=click.IntRange(min=0),
    help="Number of the first of them; where it is not given, people nobody has seen.",
)
@click.option("--at-once", default=64, type=click.IntRange(min=1), show_default=True, help="How many of them at once.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Signatures a second; as fast as they are answered where it is not given.",
)
def load(petition: str | None, people: int, first: int | None, at_once: int, rate: float | None) -> None:
    """Let a crowd of invented people sign, and verify every answer, receipt and count."""
    settings = LocalSettings.load()
    site = f"http://127.0.0.1:{settings.api_port}"
    identity = f"http://127.0.0.1:{settings.identity_port}"
    plan = Plan(concurrency=at_once, count=people, rate=rate)
    try:
        result = asyncio.run(_rush(site, identity, petition, people, _newcomers() if first is None else first, plan))
    except AnswerError as error:
        raise click.ClickException(f"the rush ended early: {error}") from error
    except OSError as error:
        raise click.ClickException(f"the local stack does not answer ({error}); start it with `make up`") from error
    click.echo("\n".join(result.lines()))
    sys.exit(0 if result.clean else 1)


def _newcomers() -> int:
    """A number for the first of a crowd: as time goes on, no two crowds have the same people."""
    return int(time.time() * 1000)


async def _rush(site: str, identity: str, petition: str | None, people: int, first: int, plan: Plan) -> RushResult:
    petitions = [petition] if petition else [found for found, _ in await open_petitions(site, 1)]
    if not petitions:
        raise click.ClickException("no petition collects signatures; publish one first")
    click.echo(f"Watch it: {site}/petitions/{petitions[0]}")
    tokens = await crowd_tokens(identity, people, first)
    return await Rush(site, tokens, petitions, plan).run()
