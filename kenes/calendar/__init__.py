"""Working days of a named calendar: weekends, public holidays, transferred days, and the terms that run in them."""

from kenes.calendar.working import WorkingCalendar

__all__ = ["WorkingCalendar"]
