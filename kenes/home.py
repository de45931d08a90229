"""The clock of the people an installation is for: days on the pages, and whole years of age, are counted by it."""

import datetime as dt
from typing import Final

# Kazakhstan has had one time zone, UTC+5, since March 2024; older zone files still say +6 for Almaty.
HOME_ZONE: Final[dt.tzinfo] = dt.timezone(dt.timedelta(hours=5))


def home_day(instant: dt.datetime) -> dt.date:
    """The date of an aware instant at home."""
    return instant.astimezone(HOME_ZONE).date()
