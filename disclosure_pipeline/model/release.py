"""Release windows (发布时段): the hours of working days in which a unit lets something go out by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from disclosure_pipeline.model.clock import SHANGHAI, Calendar

_LONGEST = 60
"""Days without a working day that no calendar has; behind them somebody has to look."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of a day, Asia/Shanghai.

    Args:
        opens: when it begins. closes: when it ends; later than ``opens``.
        holidays: whether it opens on days that are no working days, too.
    """

    opens: time
    closes: time
    holidays: bool = False

    def next_opening(self, now: datetime, calendar: Calendar) -> datetime:
        """The first instant at or after ``now`` that lies in the window.

        A day of which the calendar does not know whether it is one of work counts by the day of the week.

        Args:
            now: an aware instant.
            calendar: working days.

        Raises:
            ValueError: the calendar knows no working day within two months.
        """
        local = now.astimezone(SHANGHAI)
        for ahead in range(_LONGEST):
            day = local.date() + timedelta(days=ahead)
            begins = max(datetime.combine(day, self.opens, SHANGHAI), local)
            if begins < datetime.combine(day, self.closes, SHANGHAI) and self._is_open(day, calendar):
                return begins
        raise ValueError("no working day")

    def _is_open(self, day: date, calendar: Calendar) -> bool:
        known = calendar.is_working_day(day)
        return self.holidays or (known if known is not None else day.weekday() < _SATURDAY)
