"""What people signed, invoiced, tendered, delivered and certified, as the fund rules read it.

A rule abstains where a paper is unknown: ``None`` or an empty tuple says "not told", never
"nothing wrong". Money is ``Decimal`` yuan.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

WorkKind = Literal[
    "earthwork", "piling", "structure", "masonry", "facade", "road_base", "paving", "planting"
]
PartyRole = Literal["payee", "bidder", "supervisor", "staff"]


@dataclass(frozen=True, slots=True)
class Variation:
    """A change of the works (变更) or a site instruction (现场签证).

    Attributes:
        id: Its number.
        amount: What it adds to the contract; may be negative.
        signer: Who signed the need for it.
        raised_on: When it was asked for.
        approved_on: None until it is approved.
        executed_on: When the work was done; None if not yet.
    """

    id: int
    amount: Decimal
    signer: str
    raised_on: date
    approved_on: date | None = None
    executed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody signed a claim as chief supervisor (总监理工程师).

    Attributes:
        claim: Which claim.
        signer: Who.
        on_roster: Whether the project's roster names the signer as its chief supervisor.
        valid_to: Last day of the signer's certificate; None if not told.
        signed_on: When.
    """

    claim: int
    signer: str
    on_roster: bool
    signed_on: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody let a claim pass.

    Attributes:
        claim: Which claim.
        by: Who.
        role: As what.
        at: When, with offset.
        submitted_at: When it had come to that person.
        amount: Of the claim.
        changed: Whether anything was corrected.
        on_site: Whether that person was on site in the week before; None if not known.
    """

    claim: int
    by: str
    role: str
    at: datetime
    submitted_at: datetime
    amount: Decimal
    changed: bool
    on_site: bool | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """质量保证金: what is kept back and what was given back.

    Attributes:
        kept: Kept so far.
        released: Given back so far.
        released_on: Last day it was given back.
        defects_end: Last day of the defects liability period; None before acceptance.
    """

    kept: Decimal
    released: Decimal = Decimal("0.00")
    released_on: date | None = None
    defects_end: date | None = None


@dataclass(frozen=True, slots=True)
class Wages:
    """The wage escrow account (农民工工资专用账户) and the people it pays.

    Attributes:
        balance: On the account.
        next_payroll: What the next month's wages will need.
        transferred_on: Last transfer of labour cost into it; None if there was none.
        payroll_heads: People on the payroll of the last month.
        seen_heads: People a day by gate or real-name system; None if not known.
        camera_heads: People a day as cameras counted them; None if not known.
    """

    balance: Decimal
    next_payroll: Decimal
    transferred_on: date | None = None
    payroll_heads: int | None = None
    seen_heads: float | None = None
    camera_heads: float | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A material: quantity paid and quantity weighed at the gate, in the same unit."""

    material: str
    unit: str
    paid: Decimal
    received: Decimal


@dataclass(frozen=True, slots=True)
class Bid:
    """An offer."""

    bidder: str
    price: Decimal
    disqualified: bool = False


@dataclass(frozen=True, slots=True)
class Tender:
    """How the contractor was chosen."""

    method: Literal["open", "selective", "negotiated", "single"]
    bids: tuple[Bid, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody whose account, phone, address or legal person may be another's too."""

    name: str
    role: PartyRole
    account: str = ""
    phone: str = ""
    address: str = ""
    legal_person: str = ""


@dataclass(frozen=True, slots=True)
class DatedDocument:
    """A document: the date it bears and the day its file was made."""

    kind: Literal["contract", "start_permit", "measurement", "variation"]
    name: str
    signed_on: date
    created_on: date


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line of a claim: its unit price against the contract's and the published one."""

    claim: int
    item: str
    unit: str
    quantity: Decimal
    price: Decimal
    contract_price: Decimal
    index_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """A work item's accepted or reported percent on a day."""

    work_item: str
    kind: WorkKind | None
    day: date
    percent: float


@dataclass(frozen=True, slots=True)
class SiteDay:
    """What was seen of a day on site.

    Attributes:
        day: Which.
        people: Most people seen at once; None when no camera saw the day.
        stopped: Whether work was ordered to stop.
        heavy_rain: Whether it rained too hard for outdoor work.
    """

    day: date
    people: int | None
    stopped: bool = False
    heavy_rain: bool = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """A payment certificate (支付证书) or acceptance that starts a payment clock."""

    claim: int
    issued_on: date
    amount: Decimal
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """What the year's spending plan (用款计划) foresees for a month."""

    month: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything on paper about a project beside contract, milestones, claims and payments.

    Attributes:
        signatures: Of chief supervisors; None where the register is not kept here.
        approval_limit: Amount from which a higher office must approve; None if there is none.
        start_permit_on: 施工许可 or approved start; None if not told.
        advance_guarantee: Whether the advance is guaranteed; None if not told.
        sme: Whether the contractor is a small or medium enterprise.
        peer_amounts: Payments of the street's other projects, for comparisons over many.
    """

    variations: tuple[Variation, ...] = ()
    signatures: tuple[Signature, ...] | None = None
    approvals: tuple[Approval, ...] = ()
    retention: Retention | None = None
    wages: Wages | None = None
    deliveries: tuple[Delivery, ...] = ()
    tender: Tender | None = None
    parties: tuple[Party, ...] = ()
    documents: tuple[DatedDocument, ...] = ()
    prices: tuple[PriceLine, ...] = ()
    steps: tuple[ProgressStep, ...] = ()
    days: tuple[SiteDay, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    plan: tuple[PlannedMonth, ...] = ()
    approval_limit: Decimal | None = None
    start_permit_on: date | None = None
    advance_guarantee: bool | None = None
    sme: bool = False
    peer_amounts: tuple[Decimal, ...] = ()


NO_PAPERS: Final = Papers()
"""Nothing told; every rule about papers abstains."""
