"""`python -m services.notifications {api|stream|project|rebuild|audit}`."""

from kenes.service.main import main
from services.notifications.service import Notifications
from services.notifications.settings import Settings


def load() -> Notifications:
    """The service, or the end of the process where a setting is wrong."""
    return Notifications(Settings.load())


main(load)
