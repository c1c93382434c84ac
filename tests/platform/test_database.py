"""The schema, and what columns promise, on SQLite and on a real PostgreSQL."""

import json
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command as alembic
from click.testing import CliRunner
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from siteward_platform.database import migrate
from siteward_platform.database.main import command
from siteward_platform.database.models import (
    Claim,
    FindingRecord,
    HoldRecord,
    Payment,
    Project,
    SeenMessage,
)
from siteward_platform.database.session import reading, writing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOTH = {"zh": "项目", "en": "Project"}


def project(**changes: object) -> Project:
    fields: dict[str, object] = {
        "id": "p", "name": BOTH, "kind": "road", "address": "",
        "latitude": 30.1, "longitude": 120.2, "started_on": date(2026, 1, 1),
        "planned_finish": date(2026, 12, 1),
    }  # fmt: skip
    return Project(**fields | changes)


def payment(amount: str, wage: str = "0.00") -> Payment:
    return Payment(
        project_id="p", amount=Decimal(amount), wage_amount=Decimal(wage), paid_on=date(2026, 2, 1),
        payee_account="1", bank_reference="r", purpose="progress", recorded_by="f",
        recorded_at=NOON,
    )  # fmt: skip


def claim(amount: str, wage: str) -> Claim:
    return Claim(
        project_id="p", title="t", milestone="m", amount=Decimal(amount), wage_amount=Decimal(wage),
        claimed_percent=1, claimed_on=date(2026, 2, 1), payee_account="1", state="submitted",
        filed_by="d", filed_at=NOON,
    )  # fmt: skip


def test_migrations_build_exactly_what_the_mappings_say(database: Engine) -> None:
    migrate.compare(database)
    assert migrate.revision(database) == migrate.newest()


def test_findings_of_one_language_are_read_in_both_after_the_upgrade(database: Engine) -> None:
    config = migrate.configuration(database)
    with writing(database) as session:
        session.add(project())
        session.flush()
        session.add(claim("2900000.00", "580000.00"))
        session.flush()
        session.add(
            FindingRecord(
                claim_id=1, rule="FR-02", rule_version="1", title=BOTH, severity="critical",
                action="hold", formula=BOTH, explanation=BOTH, evidence=[], clears_when=BOTH,
                basis="", trust="read", found_at=NOON,
                numbers=[{"name": BOTH, "value": BOTH, "unit": BOTH}],
            )
        )  # fmt: skip
    alembic.downgrade(config, "0005")
    with database.connect() as connection:
        formula, numbers = connection.execute(text("SELECT formula, numbers FROM findings")).one()
    assert formula == "项目"
    kept = json.loads(numbers) if isinstance(numbers, str) else numbers
    assert kept == [{"name": BOTH, "value": "项目", "unit": "项目"}]
    alembic.upgrade(config, "head")
    with reading(database) as session:
        finding = session.scalars(select(FindingRecord)).one()
        same = {"zh": "项目", "en": "项目"}
        assert finding.formula == same
        assert finding.numbers == [{"name": BOTH, "value": "项目", "unit": same}]


def test_money_is_exact_to_the_fen_and_sums_in_the_database(database: Engine) -> None:
    with writing(database) as session:
        session.add(project())
        session.flush()
        session.add_all([payment("999999999999.99"), payment("0.01"), payment("0.10")])
    with reading(database) as session:
        total = session.scalar(select(func.sum(Payment.amount)))
        assert total == Decimal("1000000000000.10")
        assert str(session.scalars(select(Payment.amount).where(Payment.id == 2)).one()) == "0.01"


def test_a_fraction_of_a_fen_is_refused(database: Engine) -> None:
    with pytest.raises(StatementError, match="fen"), writing(database) as session:
        session.add(project())
        session.flush()
        session.add(payment("1.005"))


def test_instants_come_back_in_utc_whatever_zone_they_had(database: Engine) -> None:
    beijing = NOON.astimezone(timezone(timedelta(hours=8)))
    with writing(database) as session:
        session.add(SeenMessage(id="1", ts=beijing))
    with reading(database) as session:
        assert session.scalars(select(SeenMessage.ts)).one().isoformat() == NOON.isoformat()


def test_a_naive_instant_is_refused(database: Engine) -> None:
    with pytest.raises(StatementError, match="zone"), writing(database) as session:
        session.add(SeenMessage(id="1", ts=NOON.replace(tzinfo=None)))


def test_wages_above_the_claim_are_refused_by_the_database_itself(database: Engine) -> None:
    with pytest.raises(IntegrityError), writing(database) as session:
        session.add(project())
        session.flush()
        session.add(claim("10.00", "10.01"))


def hold(**changes: object) -> HoldRecord:
    fields: dict[str, object] = {
        "claim_id": 1, "state": "decided_hold", "claim_amount": Decimal("10.00"),
        "wage_amount": Decimal("2.00"), "amount": Decimal("8.00"), "released": Decimal("0.00"),
        "reduced": Decimal("0.00"), "recommended_by": "rules", "recommended_role": "system",
        "recommended_at": NOON, "decided_by": "li", "decided_role": "finance",
        "review_due": date(2026, 3, 10),
    }  # fmt: skip
    return HoldRecord(**fields | changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"amount": Decimal("8.01")}, "spares_wages"),
        ({"recommended_by": "li"}, "two_people"),
        ({"released": Decimal("5.00"), "reduced": Decimal("3.01")}, "split"),
    ],
)
def test_an_impossible_hold_is_refused_by_the_database_itself(
    database: Engine, changes: dict[str, object], constraint: str
) -> None:
    with writing(database) as session:
        session.add(project())
        session.flush()
        session.add(claim("10.00", "2.00"))
    with pytest.raises(IntegrityError, match=constraint), writing(database) as session:
        session.add(hold(**changes))
    with writing(database) as session:
        session.add(hold())


def test_a_writer_gets_in_beside_one_that_hardly_pauses(database: Engine) -> None:
    stop = threading.Event()

    def hog() -> None:
        while not stop.is_set():
            with writing(database) as session:
                session.execute(select(SeenMessage).with_for_update())
                time.sleep(0.3)
            time.sleep(0.005)

    busy = threading.Thread(target=hog)
    busy.start()
    start = time.monotonic()
    for number in range(5):
        time.sleep(0.05)
        with writing(database) as session:
            session.add(SeenMessage(id=str(number), ts=NOON))
    took = time.monotonic() - start
    stop.set()
    busy.join()
    assert took < 6, "the hog holds on for 0.3 s; five waits take about 1.5 s"


def test_a_foreign_key_holds(database: Engine) -> None:
    with pytest.raises(IntegrityError), writing(database) as session:
        session.add(payment("1.00"))


def test_db_upgrade_then_check_on_the_command_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    missing = CliRunner().invoke(command, ["check", "--url", url])
    assert missing.exit_code == 1
    assert "siteward db upgrade" in missing.output
    assert CliRunner().invoke(command, ["upgrade", "--url", url]).exit_code == 0
    assert CliRunner().invoke(command, ["check", "--url", url]).exit_code == 0
