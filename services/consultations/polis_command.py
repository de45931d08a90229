"""`import polis DIR` and `export polis CONSULTATION DIR`: folders of polis conversations, in and out."""

from collections.abc import Callable
from pathlib import Path

import click

from schemas.parts import Language
from services.consultations.service import Consultations

Load = Callable[[], Consultations]


def polis_commands(load: Load) -> tuple[click.Group, click.Group]:
    """The commands; `load` makes the service from its settings, or ends the process."""

    @click.group("import")
    def importing() -> None:
        """Bring conversations in."""

    @importing.command("polis")
    @click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
    @click.option("--title", help="Of the consultation; the topic in summary.csv or the folder's name, if not given.")
    @click.option("--language", type=click.Choice(["kk", "ru", "en"]), default="en", help="Of the comments; en.")
    @click.option("--days", type=click.IntRange(1, 250), default=20, help="Working days it stays open; 20.")
    def import_polis(folder: Path, title: str | None, language: Language, days: int) -> None:
        """Make a consultation of a polis conversation. Run again, it goes on where it was and adds nothing twice."""
        from services.consultations.polis.running import bring_in  # noqa: PLC0415 - 20 MB the processes have no use for

        click.echo(bring_in(load, folder, title, language, days))

    @click.group("export")
    def exporting() -> None:
        """Write conversations out."""

    @exporting.command("polis")
    @click.argument("consultation")
    @click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
    def export_polis(consultation: str, folder: Path) -> None:
        """Write a consultation as a polis conversation, with everybody's group of opinion."""
        from services.consultations.polis.running import write_out  # noqa: PLC0415 - as above

        click.echo(write_out(load, consultation, folder))

    return importing, exporting
