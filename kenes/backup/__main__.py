"""`python -m kenes.backup {backup|restore} FOLDER`, with the settings of any process."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import click

from kenes.backup.files import BackupError
from kenes.backup.keeping import KeptCollection, Say, back_up, restore
from kenes.kafka.copying import OffsetMovedError
from kenes.settings import KitSettings
from schemas.topics import REGISTRY, Topic

Work = Callable[[KitSettings, Sequence[Topic], Sequence[KeptCollection], Path, Say], Awaitable[None]]

VAULT = "vault.keys"

_folder = click.argument("folder", type=click.Path(path_type=Path))
_keep = click.option(
    "--keep",
    multiple=True,
    metavar="DATABASE.COLLECTION",
    help="A collection that no topic tells, beside people's keys.",
)


@click.group()
def main() -> None:
    """Keep the topics, and what is in no topic, in a folder; or bring them back into a new cluster."""


@main.command("backup")
@_folder
@_keep
def backup_command(folder: Path, keep: tuple[str, ...]) -> None:
    """Write a backup into a new folder. Services may go on."""
    _do(back_up, folder, keep)


@main.command("restore")
@_folder
@_keep
def restore_command(folder: Path, keep: tuple[str, ...]) -> None:
    """Bring a backup back into empty topics and collections. No service may run."""
    _do(restore, folder, keep)


def _do(work: Work, folder: Path, keep: tuple[str, ...]) -> None:
    settings = KitSettings.load()
    try:
        kept = [KeptCollection(settings.people_database, VAULT), *map(KeptCollection.parse, keep)]
        asyncio.run(_run(work, settings, kept, folder))
    except (BackupError, OffsetMovedError) as error:
        sys.exit(str(error))
    except OSError as error:  # a disk that is full, a folder that is not ours
        sys.exit(f"{error.filename or folder}: {error.strerror}")


async def _run(work: Work, settings: KitSettings, kept: Sequence[KeptCollection], folder: Path) -> None:
    await work(settings, REGISTRY, kept, folder, click.echo)


if __name__ == "__main__":
    main()
