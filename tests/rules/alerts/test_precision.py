"""Precision from people's verdicts."""

import pytest

from siteward_rules.alerts.precision import Judged, wilson


def test_the_interval_is_wilsons() -> None:
    """Newcombe (1998), Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)


@pytest.mark.parametrize(("right", "count"), [(0, 0), (2, 1), (-1, 3)])
def test_what_is_no_share_is_refused(right: int, count: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(right, count)


def test_too_few_verdicts_are_unknown_and_those_who_cannot_tell_do_not_count() -> None:
    few = Judged(confirmed=9, cannot_tell=50)
    assert few.precision is None and few.interval is not None
    assert Judged(confirmed=9, false_alarms=3).precision == 0.75
    assert Judged(unjudged=4).interval is None
