"""What the worker does because a day has come: anchors of the log, deadlines and look-backs."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from siteward_ingest.open_store import open_store
from siteward_platform.audit.chain import anchors_in, verify
from siteward_platform.audit.log import entries
from siteward_platform.database.models import HazardRecord
from siteward_platform.database.session import reading, writing
from tests.worker.site import NOW, SITE, set_up
from tests.worker.test_judge import Bench


@pytest.fixture
def bench(sqlite_database: Engine, tmp_path: Path) -> Iterator[Bench]:
    set_up(sqlite_database)
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    yield Bench(sqlite_database, store, tmp_path / "evidence")
    store.close()


def test_a_day_later_the_log_is_anchored_and_what_is_late_is_in_it(
    bench: Bench, tmp_path: Path
) -> None:
    today = date(2026, 6, 1)
    with writing(bench.database) as session:
        session.add_all(
            [
                HazardRecord(
                    project_id=SITE, kind="no_helmet", severity="general", description="x",
                    found_by="wu", found_on=NOW.date(), found_at=NOW, since=NOW, due=today,
                    state="confirmed",
                ),
                HazardRecord(
                    project_id=SITE, kind="no_helmet", severity="general", description="x",
                    found_by="wu", found_on=NOW.date(), found_at=NOW, since=NOW, due=today,
                    state="closed", closed_on=NOW.date(), look_back_due=NOW.date(),
                ),
            ]
        )  # fmt: skip
    bench.judge.anchor_dir = tmp_path / "anchors"
    for day in range(3):
        bench.now = NOW + timedelta(days=day)
        bench.judge.tick()
    with reading(bench.database) as session:
        late, looked = session.query(HazardRecord).order_by(HazardRecord.id)
        assert (late.overdue, late.state, looked.state) == ("order", "confirmed", "look_back")
        held = [
            anchor
            for file in sorted((tmp_path / "anchors").iterdir())
            for anchor in anchors_in(file.read_text(encoding="utf-8"), file.name)
        ]
        assert len(held) == 3
        assert verify(entries(session), held) is None


def test_a_folder_that_cannot_be_written_stops_nothing_else(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "anchors").write_text("a file where a folder should be")
    with writing(bench.database) as session:
        session.add(
            HazardRecord(
                project_id=SITE, kind="no_helmet", severity="general", description="x",
                found_by="wu", found_on=NOW.date(), found_at=NOW, since=NOW, due=NOW.date(),
                state="closed", closed_on=NOW.date(), look_back_due=NOW.date(),
            )
        )  # fmt: skip
    bench.judge.anchor_dir = tmp_path / "anchors"
    with pytest.raises(OSError, match="anchors"):
        bench.judge.tick()
    with reading(bench.database) as session:
        assert session.query(HazardRecord).one().state == "look_back"
