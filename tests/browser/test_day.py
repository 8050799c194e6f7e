"""The whole day in zh-CN in a real browser, by keys."""

from __future__ import annotations

from browsing import AtKeys, Seats
from support import Office
from whole_day import Day, tell


def test_the_whole_day_by_keys(office: Office, seats: Seats) -> None:
    tell(Day(office, seats, AtKeys))
