"""Whatever anybody tries in whatever order: wages flow, holds need two people, all is logged."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from siteward_platform import claim_payments, claims, hold_decisions
from siteward_platform.act import Act, acting
from siteward_platform.api.schemas.claim_acts import (
    AuditConclusionIn,
    AuditOpeningIn,
    ClaimPaymentIn,
    DecisionIn,
    OpinionIn,
    ReleaseIn,
)
from siteward_platform.audit.chain import verify
from siteward_platform.audit.log import entries
from siteward_platform.audit.replay import differences
from siteward_platform.database import migrate
from siteward_platform.database.models import Claim, LogEntry
from siteward_platform.database.session import open_database, reading
from siteward_platform.holds import load_hold
from siteward_platform.payments import paid_of_claim
from siteward_platform.refusals import RefusedError
from siteward_rules.money.claims import ClaimRefusedError
from siteward_rules.money.hold_states import Actor, HoldRefusedError
from tests.platform import kindergarten as k
from tests.platform.desk import desk_on

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
WAGES, WORKS = Decimal("580000.00"), Decimal("2320000.00")
Step = Callable[[Act, int, Decimal, str], Claim]


def _payment(reference: str) -> ClaimPaymentIn:
    return ClaimPaymentIn(paid_on=date(2026, 6, 15), bank_reference=reference)


def _decision(kind: Any, amount: Decimal) -> DecisionIn:
    return DecisionIn(
        decision=kind, amount=amount, basis="BUDGET_IMPL_57_3", reason="申报与影像不符"
    )


STEPS: dict[str, Step] = {
    "opinion": lambda act, claim, _a, _r: hold_decisions.give_opinion(
        act, claim, OpinionIn(basis="BUDGET_IMPL_57_3", text="建议暂缓")
    ),
    "hold": lambda act, claim, amount, _r: hold_decisions.decide_hold(
        act, claim, _decision("hold", amount)
    ),
    "let go": lambda act, claim, amount, _r: hold_decisions.decide_hold(
        act, claim, _decision("release", amount)
    ),
    "audit": lambda act, claim, _a, _r: hold_decisions.open_audit(
        act, claim, AuditOpeningIn(subject="专项审计")
    ),
    "conclude": lambda act, claim, amount, _r: hold_decisions.conclude_audit(
        act, claim, AuditConclusionIn(payable_works=amount, reason="核定产值")
    ),
    "release": lambda act, claim, amount, _r: hold_decisions.release_hold(
        act, claim, ReleaseIn(amount=max(amount, Decimal("0.01")), reason="审计结论")
    ),
    "pay wages": lambda act, claim, _a, ref: claim_payments.pay_wages(act, claim, _payment(ref)),
    "pay works": lambda act, claim, _a, ref: claim_payments.pay_works(act, claim, _payment(ref)),
    "withdraw": lambda act, claim, _a, _r: claims.withdraw_claim(act, claim),
}
RIGHT_ROLE = {
    "opinion": "supervisor", "hold": "finance", "let go": "finance", "audit": "auditor",
    "conclude": "auditor", "release": "finance", "pay wages": "finance", "pay works": "finance",
    "withdraw": "department",
}  # fmt: skip
ROLES = st.sampled_from([None, None, None, None, "supervisor", "finance", "auditor", "department"])
"""None is the right role for the step: else most sequences would end at the first refusal."""
NAMES = st.sampled_from(["li", "wang", "zhao"])
GOOD_PATH: list[tuple[str, str, str | None, Decimal]] = [
    ("opinion", "wang", None, Decimal("0.00")),
    ("hold", "li", None, Decimal("2320000.00")),
    ("audit", "zhao", None, Decimal("0.00")),
    ("conclude", "zhao", None, Decimal("215000.00")),
    ("release", "li", None, Decimal("200000.00")),
]
"""Sequences begin with some of it, because chance alone hardly ever gets past the audit."""
AMOUNTS = st.sampled_from([Decimal(a) for a in ("0.00", "15000.00", "215000.00", "2000000.00", "2320000.00",
                                                "2320000.01", "2900000.00")])  # fmt: skip


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A database file in which the claim of the acceptance scenario is held."""
    folder = tmp_path_factory.mktemp("held")
    engine = open_database(f"sqlite:///{folder / 'siteward.db'}")
    migrate.upgrade(engine)
    with desk_on(engine, folder) as desk:
        assert desk.anomalous_claim() == 1
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    yield folder / "siteward.db"


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(0, len(GOOD_PATH)),
    st.lists(
        st.tuples(st.sampled_from(sorted(STEPS)), NAMES, ROLES, AMOUNTS),
        max_size=12,
    ),
)
def test_no_order_of_acts_breaks_an_invariant(
    held: Path, tmp_path: Path, begun: int, acts: list[tuple[str, str, str | None, Decimal]]
) -> None:
    copy = tmp_path / "copy.db"
    for leftover in tmp_path.glob("copy.db*"):
        leftover.unlink()
    shutil.copy(held, copy)
    engine = open_database(f"sqlite:///{copy}")
    logged = _log_length(engine)
    for number, (step, name, role, amount) in enumerate(GOOD_PATH[:begun] + acts):
        who = Actor(name, role or RIGHT_ROLE[step])
        try:
            with acting(engine, who, NOW, lambda _t, _p: None, 31) as act:
                STEPS[step](act, 1, amount, f"R-{number}")
            logged += 1
        except (RefusedError, HoldRefusedError, ClaimRefusedError):
            pass
        _check(engine, logged)
    engine.dispose()


def _log_length(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(LogEntry)) or 0


def _check(engine: Engine, logged: int) -> None:
    assert _log_length(engine) == logged
    with reading(engine) as session:
        hold = load_hold(session, 1)
        wages, works = paid_of_claim(session, 1)
        assert verify(entries(session)) is None
        assert list(differences(session)) == [], "the log rebuilds claim and hold"
    assert hold is not None
    assert hold.amount <= WORKS
    assert wages in (Decimal("0.00"), WAGES)
    assert works <= WORKS - hold.remaining - hold.reduced
    if hold.released:
        assert hold.decided_by is not None
        advisers = {a.name for a in (hold.opinion_by, hold.release_recommended_by) if a}
        assert advisers - {hold.decided_by.name}
    if hold.decided_by:
        assert hold.decided_by.name != hold.recommended_by.name


def test_wages_of_a_held_claim_always_flow(held: Path, tmp_path: Path) -> None:
    shutil.copy(held, tmp_path / "copy.db")
    engine = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    body = _payment("W-1")
    with acting(engine, Actor("li", "finance"), NOW, lambda _t, _p: None, 31) as act:
        claim = claim_payments.pay_wages(act, 1, body)
        assert claim.state == "held"
        assert paid_of_claim(act.session, 1) == (WAGES, Decimal("0.00"))
    engine.dispose()
    assert k.CLAIM["wage_amount"] == str(WAGES)
