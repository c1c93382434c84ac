"""How far the clock is off, from what the kernel says."""

from typing import Any

import pytest

from siteward_edge.ntp import clock_offset


@pytest.mark.parametrize(
    ("status", "offset", "ahead"),
    [
        (0x0001, 250, -0.00025),  # microseconds that are still to be added: the clock is behind
        (0x2001, -1_500_000, 0.0015),  # nanoseconds
        (0x0001, 0, 0.0),
        (0x0041, 250, None),  # nobody keeps it in time
    ],
)
def test_what_is_still_to_be_added_is_what_the_clock_is_behind(
    status: int, offset: int, ahead: float | None
) -> None:
    def kernel(argument: Any) -> int:
        argument._obj.status, argument._obj.offset = status, offset
        return 0

    assert clock_offset(kernel) == ahead


def test_a_machine_that_cannot_be_asked_says_nothing() -> None:
    assert clock_offset(lambda _: -1) is None
    assert clock_offset(None) is None


def test_this_machine_is_asked_as_its_kernel_wants_to_be() -> None:
    found = clock_offset()
    assert found is None or abs(found) < 1, "the kernel steers by no more than half a second"
