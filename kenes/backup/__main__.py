"""`python -m kenes.backup {backup|restore} FOLDER`, with the settings of any process."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kenes.backup.files import BackupError
from kenes.backup.keeping import KeptCollection, back_up, restore
from kenes.kafka.copying import OffsetMovedError
from kenes.service.maintenance import in_words
from kenes.settings import KitSettings
from schemas.topics import REGISTRY

_folder = click.argument("folder", type=click.Path(path_type=Path))


@click.group()
def main() -> None:
    """Keep the topics, and what is in no topic, in a folder; or bring them back into a new cluster."""


@main.command("backup")
@_folder
@click.option(
    "--keep",
    multiple=True,
    metavar="DATABASE.COLLECTION",
    help="A collection that no topic tells, beside people's keys.",
)
def backup_command(folder: Path, keep: tuple[str, ...]) -> None:
    """Write a backup into a new folder. Services may go on."""
    with _told(folder):
        kept = [KeptCollection.parse(each) for each in keep]
        asyncio.run(back_up(KitSettings.load(), REGISTRY, kept, folder, click.echo))


@main.command("restore")
@_folder
def restore_command(folder: Path) -> None:
    """Bring back all that a backup holds into empty topics and collections. No service may run."""
    with _told(folder):
        asyncio.run(restore(KitSettings.load(), REGISTRY, folder, click.echo))


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Within it, what cannot be done ends the command with a sentence."""
    try:
        with in_words():
            yield
    except (BackupError, OffsetMovedError) as error:
        sys.exit(str(error))
    except OSError as error:  # a disk that is full, a folder that is not ours
        sys.exit(f"{error.filename or folder}: {error.strerror}")


if __name__ == "__main__":
    main()
