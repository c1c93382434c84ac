"""Working days: Monday to Friday, corrected by the yearly notice of the State Council."""

from datetime import date, timedelta


def add_working_days(
    day: date,
    count: int,
    holidays: frozenset[date] = frozenset(),
    worked_weekends: frozenset[date] = frozenset(),
) -> date:
    """The working day ``count`` working days after a day.

    Args:
        day: Where counting starts; not counted itself.
        count: How many.
        holidays: Weekdays off by the yearly 国务院办公厅 notice.
        worked_weekends: 调休 weekend days that are worked.
    """
    while count > 0:
        day += timedelta(days=1)
        if day in worked_weekends or (day.weekday() < 5 and day not in holidays):
            count -= 1
    return day
