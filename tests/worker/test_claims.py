"""Fund rules on claims in the database: flags rise and fall, holds are recommended, all is logged."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from siteward_ingest.open_store import open_store
from siteward_ingest.series import SeriesStore, StoreError
from siteward_platform.act import acting
from siteward_platform.audit.chain import verify
from siteward_platform.audit.log import entries
from siteward_platform.database.models import (
    Claim,
    FindingRecord,
    HoldRecord,
    LogEntry,
    Milestone,
    Project,
    ZoneState,
)
from siteward_platform.database.session import reading, writing
from siteward_platform.worker.claims import REVISIT, escalate_holds, evaluate_claim, stale_claims
from siteward_rules.money.holds import RULES
from siteward_rules.money.recommend import Assessment
from tests.worker.site import BOTH, NOW, SHA, SITE, camera_history, file_claim, set_up


@pytest.fixture
def series(tmp_path: Path) -> Iterator[SeriesStore]:
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    store.write(camera_history())
    yield store
    store.close()


@pytest.fixture
def kindergarten(database: Engine) -> Engine:
    set_up(database)
    with writing(database) as session:
        session.add(
            ZoneState(
                project_id=SITE, zone="structure", state="formwork-2", percent=36.0,
                confidence=0.93, coverage=0.97, uncertain=False, measured_at=NOW, evidence=SHA,
            )
        )  # fmt: skip
    return database


def evaluate(database: Engine, series: SeriesStore, claim: int, days: int = 0) -> Assessment:
    events: list[str] = []
    at = NOW + timedelta(days=days)
    with acting(database, RULES, at, lambda topic, _: events.append(topic), 0) as act:
        found = evaluate_claim(act, series, claim)
    assert found is not None
    return found


def open_rules(database: Engine, claim: int) -> list[str]:
    with reading(database) as session:
        query = select(FindingRecord.rule).where(
            FindingRecord.claim_id == claim, FindingRecord.cleared_at.is_(None)
        )
        return sorted(session.scalars(query))


def test_kindergarten_claim_is_held_on_its_works_part_and_logged(
    kindergarten: Engine, series: SeriesStore
) -> None:
    claim = file_claim(kindergarten)
    evaluate(kindergarten, series, claim)
    assert open_rules(kindergarten, claim) == ["FR-01", "FR-02", "FR-09", "FR-19", "FR-21"]
    with reading(kindergarten) as session:
        row, hold = session.get_one(Claim, claim), session.get_one(HoldRecord, claim)
        assert (row.state, row.evaluated_version) == ("held", 1)
        assert (hold.state, hold.amount) == ("recommended", Decimal("2320000.00"))
        assert (hold.recommended_by, hold.recommended_role) == ("rules", "system")
        assert hold.basis == "BUDGET_IMPL_57_3"
        dark = session.scalars(
            select(FindingRecord.numbers).where(FindingRecord.rule == "FR-19")
        ).one()
        values = {n["name"]["en"]: n["value"] for n in dark}
        assert values[f"{BOTH['en']} longest outage"] == "9.0"
        assert float(values[f"{BOTH['en']} online, 7 days"]) < 80
        log = list(session.scalars(select(LogEntry).order_by(LogEntry.seq)))
        assert [entry.action for entry in log] == ["hold.recommend", "claim.evaluate"]
        assert '"version":"1"' in log[1].detail and '"Excess":"2105000.00 元"' in log[1].detail
        assert verify(entries(session)) is None


def test_evaluating_again_changes_nothing_and_logs_nothing(
    kindergarten: Engine, series: SeriesStore
) -> None:
    claim = file_claim(kindergarten)
    evaluate(kindergarten, series, claim)
    evaluate(kindergarten, series, claim)
    with reading(kindergarten) as session:
        assert len(session.scalars(select(FindingRecord)).all()) == 5
        assert len(session.scalars(select(LogEntry)).all()) == 2


def test_finding_clears_when_its_facts_change_and_the_hold_stays_for_people(
    kindergarten: Engine, series: SeriesStore
) -> None:
    claim = file_claim(kindergarten)
    evaluate(kindergarten, series, claim)
    with writing(kindergarten) as session:
        milestone = session.get_one(Milestone, (SITE, "topping-out"))
        milestone.status, milestone.accepted_on = "accepted", NOW.date()
        session.get_one(Project, SITE).facts_version += 1
    with reading(kindergarten) as session:
        assert stale_claims(session, NOW) == [claim]
    evaluate(kindergarten, series, claim)
    assert open_rules(kindergarten, claim) == ["FR-01", "FR-09", "FR-19", "FR-21"]
    with reading(kindergarten) as session:
        gone = session.scalars(select(FindingRecord).where(FindingRecord.rule == "FR-02")).one()
        assert gone.cleared_at == NOW
        assert session.get_one(HoldRecord, claim).state == "recommended"
        assert stale_claims(session, NOW) == []
        assert stale_claims(session, NOW + REVISIT * 2) == [claim]


def test_honest_claim_passes_to_finance(kindergarten: Engine, series: SeriesStore) -> None:
    with writing(kindergarten) as session:
        milestone = session.get_one(Milestone, (SITE, "topping-out"))
        milestone.status, milestone.accepted_on = "accepted", NOW.date()
        session.get_one(ZoneState, (SITE, "structure")).percent = 62.0
    series.write(camera_history(outage_hours=0, blind_days=0))
    claim = file_claim(
        kindergarten, amount=Decimal(795000), wage_amount=Decimal(159000), claimed_percent=43.75
    )
    with writing(kindergarten) as session:
        from siteward_platform.database.models import PayeeAccountChange

        session.delete(session.scalars(select(PayeeAccountChange)).one())
        session.get_one(Claim, claim).payee_account = "6222000011112222"
    found = evaluate(kindergarten, series, claim)
    assert not found.findings and found.hold == 0
    with reading(kindergarten) as session:
        assert session.get_one(Claim, claim).state == "finance_review"
        assert session.get(HoldRecord, claim) is None


def test_overdue_hold_escalates_once_and_holds_on(
    kindergarten: Engine, series: SeriesStore
) -> None:
    claim = file_claim(kindergarten)
    evaluate(kindergarten, series, claim)

    def escalate(days: int) -> int:
        at = NOW + timedelta(days=days)
        with acting(kindergarten, RULES, at, lambda _topic, _payload: None, 0) as act:
            return escalate_holds(act)

    assert [escalate(9), escalate(10), escalate(11)] == [0, 1, 0]
    with reading(kindergarten) as session:
        hold = session.get_one(HoldRecord, claim)
        assert hold.state == "expired" and hold.released == 0
        assert session.get_one(Claim, claim).state == "held"


def test_silent_time_series_leave_the_claim_for_later(kindergarten: Engine, tmp_path: Path) -> None:
    claim = file_claim(kindergarten)
    missing = open_store(f"sqlite:///{tmp_path / 'none' / 'series.db'}", read_only=True)
    with pytest.raises(StoreError):
        evaluate(kindergarten, missing, claim)
    with reading(kindergarten) as session:
        assert session.get_one(Claim, claim).state == "submitted"
        assert stale_claims(session, NOW) == [claim]


def test_withdrawn_claim_is_left_alone(kindergarten: Engine, series: SeriesStore) -> None:
    claim = file_claim(kindergarten, state="withdrawn")
    with acting(kindergarten, RULES, NOW, lambda _topic, _payload: None, 0) as act:
        assert stale_claims(act.session, NOW) == []
        assert evaluate_claim(act, series, claim) is None
