"""A small outage; `python -m tests.chaos` takes a week."""

from pathlib import Path

import pytest

from tests.chaos.outage import Plan, run


@pytest.mark.system
def test_an_outage_with_kills_and_a_full_disk_loses_doubles_and_disorders_nothing(
    tmp_path: Path,
) -> None:
    result = run(tmp_path, Plan(hours=6, kills=5, speed=2500, at_once=6))
    assert result.kills == 5
    assert result.refused >= 3, "the disk was full"
    assert result.waiting > 0.7 * result.messages, "the broker was away most of the time"
    assert result.sound, result
