"""Everything on paper about a project, as the fund rules read it.

What nobody entered stays None or empty, and the rules that ask for it abstain.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.api.schemas import papers as kept
from siteward_platform.api.schemas.papers import AnyPaper
from siteward_platform.certificates import certificates_of, payable
from siteward_platform.claim_lines import lines_of
from siteward_platform.database.models import (
    Claim,
    Contract,
    LogEntry,
    Measurement,
    Payment,
    VariationRecord,
    WorkItem,
)
from siteward_platform.papers import standing_papers
from siteward_platform.variations import list_variations
from siteward_rules import papers
from siteward_rules.facts import ZERO
from siteward_rules.money.claims import NEVER_OWED, ClaimState, Procedure
from siteward_rules.papers import Papers, WorkKind

_APPROVALS: Final = ("claim.certify", "claim.agree", "claim.instruct")
"""Entries of the log by which somebody let a claim pass."""
_PAID: Final = frozenset(
    {ClaimState.PAID, ClaimState.SETTLED, ClaimState.RECONCILED, ClaimState.CLAWBACK}
)
_Kind = TypeVar("_Kind")


def dossier(session: Session, project: str, as_of: date) -> Papers:
    """The papers of a project that bear a date up to ``as_of``, or none."""
    entered = standing_papers(session, project)
    contract = session.get_one(Contract, project)
    claims = _claims(session, project, as_of)
    permits = [p.on for p in _of(entered, kept.StartPermit)]
    return Papers(
        variations=tuple(_variation(v) for v in list_variations(session, project)),
        signatures=_signatures(entered, claims),
        approvals=_approvals(session, claims),
        retention=_retention(entered, as_of),
        wages=_wages(entered, as_of),
        deliveries=_deliveries(entered, as_of),
        tender=_tender(entered),
        parties=tuple(
            papers.Party(p.name, p.role, p.account, p.phone, p.address, p.legal_person)
            for p in _of(entered, kept.PartyIn)
        ),
        documents=tuple(
            papers.DatedDocument(p.document, p.name, p.signed_on, p.created_on)
            for p in _of(entered, kept.DatedDocument)
        ),
        prices=_prices(session, entered, claims),
        steps=_steps(session, project, as_of),
        certificates=_certificates(session, claims),
        plan=tuple(papers.PlannedMonth(p.month, p.amount) for p in _of(entered, kept.PlannedMonth)),
        approval_limit=contract.approval_limit,
        start_permit_on=min(permits, default=None),
        advance_guarantee=_advance_guarantee(entered, as_of),
        sme=contract.sme,
        peer_amounts=_peers(session, project, as_of),
    )


def with_conditions(
    days: Iterable[papers.SiteDay], entered: Iterable[AnyPaper]
) -> tuple[papers.SiteDay, ...]:
    """Days on site with the ordered stops and heavy rain that somebody entered."""
    spells = _of(entered, kept.SiteCondition)

    def during(day: date, condition: str) -> bool:
        return any(s.condition == condition and s.first_day <= day <= s.last_day for s in spells)

    return tuple(
        papers.SiteDay(
            d.day,
            d.people,
            d.stopped or during(d.day, "stopped"),
            d.heavy_rain or during(d.day, "heavy_rain"),
        )
        for d in days
    )


def _of(entered: Iterable[AnyPaper], kind: type[_Kind]) -> list[_Kind]:
    return [paper for paper in entered if isinstance(paper, kind)]


def _claims(session: Session, project: str, as_of: date) -> Sequence[Claim]:
    query = select(Claim).where(
        Claim.project_id == project,
        Claim.claimed_on <= as_of,
        Claim.state.not_in([state.value for state in NEVER_OWED]),
    )
    return session.scalars(query.order_by(Claim.id)).all()


def _variation(row: VariationRecord) -> papers.Variation:
    return papers.Variation(
        row.id, row.amount, row.signed_by, row.raised_on, row.approved_on, row.executed_on
    )


def _signatures(
    entered: Iterable[AnyPaper], claims: Iterable[Claim]
) -> tuple[papers.Signature, ...] | None:
    """None where no roster is kept: then nobody can say whose signature stands."""
    roster = {entry.username: entry for entry in _of(entered, kept.Roster)}
    if not roster:
        return None
    return tuple(
        papers.Signature(
            claim=claim.id,
            signer=claim.signed_by,
            on_roster=claim.signed_by in roster,
            signed_on=claim.signed_on,
            valid_to=roster[claim.signed_by].valid_to if claim.signed_by in roster else None,
        )
        for claim in claims
        if claim.signed_by is not None and claim.signed_on is not None
    )


def _approvals(session: Session, claims: Iterable[Claim]) -> tuple[papers.Approval, ...]:
    """From the audit log; only the full procedure has approvals that can be hasty or odd."""
    full = {f"claim:{claim.id}": claim for claim in claims if claim.procedure == Procedure.FULL}
    if not full:
        return ()
    query = select(LogEntry).where(LogEntry.subject.in_(full)).order_by(LogEntry.seq)
    came: dict[str, datetime] = {}
    found: list[papers.Approval] = []
    for entry in session.scalars(query):
        detail = json.loads(entry.detail)
        if entry.action in _APPROVALS:
            found.append(
                papers.Approval(
                    claim=full[entry.subject].id,
                    by=entry.who,
                    role=entry.role,
                    at=entry.at,
                    submitted_at=came.get(entry.subject, entry.at),
                    amount=Decimal(detail["amount"]),
                    changed=bool(detail.get("changed", False)),
                )
            )
        if detail.get("moves"):
            came[entry.subject] = entry.at
    return tuple(found)


def _retention(entered: Iterable[AnyPaper], as_of: date) -> papers.Retention | None:
    ledger = [e for e in _of(entered, kept.RetentionEntry) if e.on <= as_of]
    if not ledger:
        return None
    released = [e for e in ledger if e.entry == "released"]
    ends = [p.ends_on for p in _of(entered, kept.DefectsPeriod)]
    return papers.Retention(
        kept=sum((e.amount for e in ledger if e.entry == "kept"), ZERO),
        released=sum((e.amount for e in released), ZERO),
        released_on=max((e.on for e in released), default=None),
        defects_end=ends[-1] if ends else None,
    )


def _wages(entered: Iterable[AnyPaper], as_of: date) -> papers.Wages | None:
    statements = [s for s in _of(entered, kept.WageAccount) if s.as_of <= as_of]
    if not statements:
        return None
    last = max(statements, key=lambda s: s.as_of)
    transfers = [t.transferred_on for t in _of(entered, kept.WageTransfer)]
    return papers.Wages(
        balance=last.balance,
        next_payroll=last.next_payroll,
        transferred_on=max((day for day in transfers if day <= as_of), default=None),
        payroll_heads=last.payroll_heads,
        seen_heads=last.seen_heads,
    )


def _deliveries(entered: Iterable[AnyPaper], as_of: date) -> tuple[papers.Delivery, ...]:
    """Materials both weighed and paid; one that nobody weighs cannot be compared."""
    weighed: dict[tuple[str, str], Decimal] = {}
    paid: dict[tuple[str, str], Decimal] = {}
    for d in _of(entered, kept.DeliveryIn):
        if d.on <= as_of:
            weighed[d.material, d.unit] = weighed.get((d.material, d.unit), ZERO) + d.quantity
    for m in _of(entered, kept.MaterialPaid):
        if m.on <= as_of:
            paid[m.material, m.unit] = paid.get((m.material, m.unit), ZERO) + m.quantity
    return tuple(
        papers.Delivery(*key, paid=paid[key], received=weighed[key])
        for key in weighed
        if key in paid
    )


def _tender(entered: Iterable[AnyPaper]) -> papers.Tender | None:
    tenders = _of(entered, kept.TenderIn)
    if not tenders:
        return None
    bids = tuple(papers.Bid(b.bidder, b.price, b.disqualified) for b in tenders[-1].bids)
    return papers.Tender(tenders[-1].method, bids)


def _prices(
    session: Session, entered: Iterable[AnyPaper], claims: Iterable[Claim]
) -> tuple[papers.PriceLine, ...]:
    bill = {item.code: item for item in _of(entered, kept.BillItem)}
    return tuple(
        papers.PriceLine(
            claim=claim.id,
            item=item.name,
            unit=item.unit,
            quantity=Decimal(line.quantity),
            price=line.price,
            contract_price=item.price,
            index_price=item.index_price,
        )
        for claim in (claims if bill else ())
        for line in lines_of(session, claim.id)
        if (item := bill.get(line.item or "")) is not None
    )


def _steps(session: Session, project: str, as_of: date) -> tuple[papers.ProgressStep, ...]:
    query = (
        select(Measurement, WorkItem.kind)
        .join(
            WorkItem,
            (WorkItem.project_id == Measurement.project_id)
            & (WorkItem.id == Measurement.work_item),
        )
        .where(Measurement.project_id == project, Measurement.measured_on <= as_of)
        .order_by(Measurement.measured_on, Measurement.id)
    )
    return tuple(
        papers.ProgressStep(m.work_item, cast(WorkKind | None, kind), m.measured_on, m.percent)
        for m, kind in session.execute(query)
    )


def _certificates(session: Session, claims: Iterable[Claim]) -> tuple[papers.Certificate, ...]:
    found: list[papers.Certificate] = []
    for claim in claims:
        issued = [c for c in certificates_of(session, claim) if c.kind != "supervisor"]
        if issued:
            day = issued[-1].at.date()
            amount = payable(session, claim)
            found.append(papers.Certificate(claim.id, day, amount, paid_on(session, claim)))
    return tuple(found)


def paid_on(session: Session, claim: Claim) -> date | None:
    """When the last works money of a claim left; None while any is wanted."""
    if ClaimState(claim.state) not in _PAID:
        return None
    query = select(Payment.paid_on).where(Payment.claim_id == claim.id)
    return max(session.scalars(query), default=None)


def _advance_guarantee(entered: Iterable[AnyPaper], as_of: date) -> bool | None:
    """Whether a standing guarantee secures the advance; None where no guarantee is on record."""
    all_of_them = _of(entered, kept.Guarantee)
    if not all_of_them:
        return None
    return any(
        g.of == "advance" and (g.valid_to is None or g.valid_to >= as_of) for g in all_of_them
    )


def _peers(session: Session, project: str, as_of: date) -> tuple[Decimal, ...]:
    query = select(Payment.amount).where(
        Payment.project_id != project, Payment.purpose == "progress", Payment.paid_on <= as_of
    )
    return tuple(session.scalars(query))
