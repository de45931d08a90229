"""`python -m services.console {api|stream|project|rebuild|audit}`."""

from kenes.service.main import main
from services.console.service import Console
from services.console.settings import Settings


def load() -> Console:
    """The service, or the end of the process where a setting is wrong."""
    return Console(Settings.load())


main(load)
