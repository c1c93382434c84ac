"""Whatever anybody tries with a claim of the full procedure: wages flow, nobody acts alone."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from siteward_ingest.open_store import open_store
from siteward_ingest.series import SeriesStore
from siteward_platform import claim_payments, claim_review, claims, clawbacks, hold_decisions
from siteward_platform.act import Act, acting
from siteward_platform.api.schemas import claim_acts as body
from siteward_platform.audit.chain import verify
from siteward_platform.audit.log import entries
from siteward_platform.audit.replay import differences
from siteward_platform.certificates import certificates_of, payable
from siteward_platform.clawbacks import returned_of_claim
from siteward_platform.database import migrate
from siteward_platform.database.models import Claim, LogEntry
from siteward_platform.database.session import open_database, reading
from siteward_platform.holds import load_hold
from siteward_platform.payments import paid_of_claim
from siteward_platform.refusals import RefusedError
from siteward_platform.worker.claims import evaluate_claim
from siteward_rules.money.claims import ClaimRefusedError, ClaimState
from siteward_rules.money.hold_states import Actor, HoldRefusedError
from siteward_rules.money.holds import RULES
from tests.platform import kindergarten as k
from tests.platform.desk import desk_on, ok

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
WAGES = Decimal("580000.00")
ROLES = {
    "submit": "department", "certify": "chief_supervisor", "agree": "department",
    "return": "department", "reject": "finance", "check": "system", "opinion": "supervisor",
    "hold": "finance", "let go": "finance", "audit": "auditor", "conclude": "auditor",
    "release": "finance", "instruct": "finance", "pay wages": "finance", "pay works": "finance",
    "propose": "auditor", "order": "finance", "refund": "finance", "withdraw": "department",
}  # fmt: skip
PATH = [
    ("submit", "li"), ("certify", "zhao"), ("agree", "wang"), ("check", "rules"),
    ("opinion", "qian"), ("let go", "sun"), ("instruct", "sun"), ("pay works", "sun"),
    ("pay wages", "sun"), ("propose", "zhou"), ("order", "sun"), ("refund", "sun"),
]  # fmt: skip
"""The whole way; sequences begin with some of it, because chance alone hardly gets anywhere."""
AMOUNTS = st.sampled_from(
    [Decimal(a) for a in ("0.01", "215000.00", "579999.99", "2000000.00", "2900000.00")]
)
WHY = "申报与影像不符，先核实"


def attempt(act: Act, step: str, amount: Decimal, reference: str, series: SeriesStore) -> object:
    """One step by whoever acts."""
    paid = body.ClaimPaymentIn(paid_on=date(2026, 6, 15), bank_reference=reference)
    decision = {"amount": amount, "basis": "BUDGET_IMPL_57_3", "reason": WHY}
    match step:
        case "submit":
            return claim_review.submit_claim(act, 1, body.SubmissionIn())
        case "certify":
            return claim_review.certify_claim(act, 1, body.CertificateIn(amount=amount))
        case "agree":
            return claim_review.agree_claim(act, 1, body.CertificateIn(amount=amount))
        case "return":
            return claim_review.return_claim(act, 1, body.ReasonIn(reason=WHY))
        case "reject":
            return claim_review.reject_claim(act, 1, body.ReasonIn(reason=WHY))
        case "check":
            return evaluate_claim(act, series, 1)
        case "opinion":
            given = body.OpinionIn(basis="BUDGET_IMPL_57_3", text=WHY)
            return hold_decisions.give_opinion(act, 1, given)
        case "hold" | "let go":
            kind = "hold" if step == "hold" else "release"
            decided = body.DecisionIn.model_validate(decision | {"decision": kind})
            return hold_decisions.decide_hold(act, 1, decided)
        case "audit":
            return hold_decisions.open_audit(act, 1, body.AuditOpeningIn(subject="专项审计"))
        case "conclude":
            concluded = body.AuditConclusionIn(payable_works=amount, reason=WHY)
            return hold_decisions.conclude_audit(act, 1, concluded)
        case "release":
            return hold_decisions.release_hold(act, 1, body.ReleaseIn(amount=amount, reason=WHY))
        case "instruct":
            return claim_review.instruct_claim(act, 1)
        case "pay wages":
            return claim_payments.pay_wages(act, 1, paid)
        case "pay works":
            return claim_payments.pay_works(act, 1, paid)
        case "propose":
            return clawbacks.propose(act, 1, body.ClawbackIn.model_validate(decision))
        case "order":
            order = body.ClawbackDecisionIn(decision="order", reason=WHY)
            return clawbacks.decide(act, 1, order)
        case "refund":
            refund = body.RefundIn(
                amount=amount, returned_on=date(2026, 6, 15), bank_reference=reference
            )
            return clawbacks.take_back(act, 1, refund)
    return claims.withdraw_claim(act, 1)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, SeriesStore]]:
    """A database file with a draft of the anomalous claim, and the cameras' series."""
    folder = tmp_path_factory.mktemp("drafted")
    engine = open_database(f"sqlite:///{folder / 'siteward.db'}")
    migrate.upgrade(engine)
    with desk_on(engine, folder) as desk:
        desk.setup()
        terms = k.SETUP["contract"] | {"procedure": "full"}
        url = f"/api/v1/projects/{k.PROJECT}"
        ok(desk.person("admin").put(url, json=k.SETUP | {"contract": terms}))
        desk.camera_history(blind_hours=41)
        desk.camera_sees("s2_formwork", 35)
        claim = k.CLAIM | {"draft": True, "payee_account": "6222000011112222"}
        assert ok(desk.person("department", "li").post(f"{url}/claims", json=claim))["id"] == 1
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    series = open_store(f"sqlite:///{folder / 'series.db'}")
    yield folder / "siteward.db", series
    series.close()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(0, len(PATH)),
    st.lists(
        st.tuples(
            st.sampled_from(sorted(ROLES)),
            st.sampled_from(["li", "wang", "zhao", "sun"]),
            st.sampled_from([None, None, None, "finance", "department", "chief_supervisor"]),
            AMOUNTS,
        ),
        max_size=10,
    ),
)
def test_no_order_of_acts_breaks_an_invariant_of_the_full_procedure(
    drafted: tuple[Path, SeriesStore],
    tmp_path: Path,
    begun: int,
    acts: list[tuple[str, str, str | None, Decimal]],
) -> None:
    source, series = drafted
    copy = tmp_path / "copy.db"
    for leftover in tmp_path.glob("copy.db*"):
        leftover.unlink()
    shutil.copy(source, copy)
    engine = open_database(f"sqlite:///{copy}")
    whole = Decimal("2900000.00")
    small = {"refund": Decimal("1000.00"), "propose": Decimal("1000.00")}
    path = [(step, name, None, small.get(step, whole)) for step, name in PATH[:begun]]
    for number, (step, name, role, amount) in enumerate(path + acts):
        who = RULES if step == "check" else Actor(name, role or ROLES[step])
        try:
            with acting(engine, who, NOW, lambda _t, _p: None, 31) as act:
                attempt(act, step, amount, f"R-{number}", series)
        except (RefusedError, HoldRefusedError, ClaimRefusedError):
            assert number >= len(path), f"{step} belongs to the whole way"
        _check(engine)
    engine.dispose()


def _check(engine: Engine) -> None:
    with reading(engine) as session:
        assert verify(entries(session)) is None
    with reading(engine) as session:
        assert list(differences(session)) == []
        claim = session.get_one(Claim, 1)
        asked = payable(session, claim)
        wages, works = paid_of_claim(session, 1)
        hold = load_hold(session, 1)
        stopped = hold.remaining + hold.reduced if hold else Decimal("0.00")
        assert wages in (Decimal("0.00"), WAGES)
        assert asked >= WAGES, "no certificate cuts wages"
        assert works <= asked - WAGES - stopped
        assert 0 <= returned_of_claim(session, 1) <= works
        signers = [c.by for c in certificates_of(session, claim)]
        assert len({claim.filed_by, *signers}) == 1 + len(signers), "three people, three names"
        if works:
            assert len(signers) == 2
            actions = set(session.scalars(select(LogEntry.action)))
            assert actions >= {"claim.certify", "claim.agree", "claim.evaluate"}
        if claim.state == ClaimState.PAID:
            assert works


def test_wages_flow_while_the_claim_is_with_the_chief_supervisor(
    drafted: tuple[Path, SeriesStore], tmp_path: Path
) -> None:
    source, series = drafted
    shutil.copy(source, tmp_path / "copy.db")
    engine = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    for step, who in (
        ("submit", Actor("li", "department")),
        ("pay wages", Actor("sun", "finance")),
    ):
        with acting(engine, who, NOW, lambda _t, _p: None, 31) as act:
            attempt(act, step, WAGES, "W-1", series)
    with reading(engine) as session:
        assert paid_of_claim(session, 1) == (WAGES, Decimal("0.00"))
    engine.dispose()
