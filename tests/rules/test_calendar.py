from datetime import date
from pathlib import Path

import pytest

from siteward_contracts.config_file import ConfigError
from siteward_rules.calendar import SHIPPED, Calendar, china, load_calendar

FRIDAY = date(2026, 9, 25)


def test_working_days_skip_weekends_and_follow_the_yearly_notice() -> None:
    assert Calendar().add_working_days(FRIDAY, 1) == date(2026, 9, 28)
    day_off = Calendar(holidays=frozenset({date(2026, 9, 28)}))
    assert day_off.add_working_days(FRIDAY, 1) == date(2026, 9, 29)
    worked = Calendar(worked_weekends=frozenset({date(2026, 9, 26)}))
    assert worked.add_working_days(FRIDAY, 1) == date(2026, 9, 26)


def test_the_week_of_national_day_2026_has_no_working_day() -> None:
    assert china().add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert china().add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert not china().is_working_day(date(2026, 10, 11))
    assert china().working_days_between(date(2026, 9, 30), date(2026, 10, 12)) == 4
    assert china().working_days_between(date(2026, 10, 12), date(2026, 9, 30)) == -4


@pytest.mark.parametrize(("year", "worked"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_as_many_working_days_as_its_notice_leaves(year: int, worked: int) -> None:
    assert china().working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == worked


def test_a_year_without_a_notice_says_so() -> None:
    assert china().knows(date(2026, 12, 31))
    assert not china().knows(date(2027, 1, 1))


def test_a_day_in_the_wrong_list_or_year_is_refused_with_file_and_remedy(tmp_path: Path) -> None:
    text = (SHIPPED / "cn-2026.yaml").read_text(encoding="utf-8")
    file = tmp_path / "cn-2026.yaml"
    file.write_text(text.replace("2026-01-01, ", "2026-01-03, "), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"2026-01-03 is a Saturday.*worked_weekends"):
        load_calendar([file])
    file.write_text(text.replace("2026-01-01, ", "2025-01-01, "), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cn-2026\.yaml.*2025-01-01 is not in 2026"):
        load_calendar([file])
