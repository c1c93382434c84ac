"""The register of papers: every kind that can be entered, and variations with their steps."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from siteward_platform.api.schemas.values import (
    In,
    NonNegativeYuan,
    Out,
    PositiveYuan,
    Reason,
    Slug,
    Yuan,
)
from siteward_rules.money.variations import VariationEvent, VariationKind, VariationState

Quantity = Annotated[Decimal, Field(max_digits=14, decimal_places=4, ge=0)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class BillItem(In):
    """A priced line of the bill of quantities (工程量清单). ``index_price`` is the 信息价."""

    kind: Literal["bill_item"]
    code: Code
    name: Name
    unit: Name
    quantity: Quantity
    price: PositiveYuan
    index_price: PositiveYuan | None = None
    work_item: Slug | None = None


class Roster(In):
    """A chief supervisor as registered for the project; ``username`` is the account signed with."""

    kind: Literal["roster"]
    username: Name
    certificate: Name
    valid_to: date | None = None


class WageAccount(In):
    """The wage escrow account (农民工工资专用账户) as its statement and payroll say."""

    kind: Literal["wage_account"]
    as_of: date
    account: str = Field(default="", max_length=60)
    balance: NonNegativeYuan
    next_payroll: NonNegativeYuan
    payroll_heads: int | None = Field(default=None, ge=0)
    seen_heads: float | None = Field(default=None, ge=0)


class WageTransfer(In):
    """Labour cost transferred into the wage account."""

    kind: Literal["wage_transfer"]
    transferred_on: date
    amount: PositiveYuan


class RetentionEntry(In):
    """质量保证金 kept back or given back; what is given back bears its day."""

    kind: Literal["retention"]
    entry: Literal["kept", "released"]
    amount: PositiveYuan
    on: date


class DefectsPeriod(In):
    """缺陷责任期: from final acceptance to its last day."""

    kind: Literal["defects_period"]
    accepted_on: date
    ends_on: date


class Guarantee(In):
    """A guarantee; ``of`` advance says that the advance is secured."""

    kind: Literal["guarantee"]
    of: Literal["advance", "payment", "performance", "wages"]
    number: Code
    amount: PositiveYuan
    valid_to: date | None = None


class DatedDocument(In):
    """A document: the date it bears and the day its file was made."""

    kind: Literal["document"]
    document: Literal["contract", "start_permit", "measurement", "variation"]
    name: Name
    signed_on: date
    created_on: date


class StartPermit(In):
    """施工许可 or the approved start."""

    kind: Literal["start_permit"]
    number: Code
    on: date


class BidIn(In):
    """An offer."""

    bidder: Name
    price: PositiveYuan
    disqualified: bool = False


class TenderIn(In):
    """How the contractor was chosen."""

    kind: Literal["tender"]
    method: Literal["open", "selective", "negotiated", "single"]
    bids: list[BidIn] = Field(min_length=1)


class PartyIn(In):
    """Somebody whose account, phone, address or legal person may be another's too."""

    kind: Literal["party"]
    name: Name
    role: Literal["payee", "bidder", "supervisor", "staff"]
    account: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=30)
    address: str = Field(default="", max_length=200)
    legal_person: str = Field(default="", max_length=60)


class PlannedMonth(In):
    """A month of the year's spending plan (用款计划)."""

    kind: Literal["planned_month"]
    month: date
    amount: PositiveYuan


class DeliveryIn(In):
    """A material weighed at the gate."""

    kind: Literal["delivery"]
    material: Name
    unit: Name
    quantity: Quantity
    on: date


class MaterialPaid(In):
    """A material paid for, in the unit it is weighed in."""

    kind: Literal["material_paid"]
    material: Name
    unit: Name
    quantity: Quantity
    on: date


class SiteCondition(In):
    """Days on which work was ordered to stop, or on which it rained too hard."""

    kind: Literal["site_condition"]
    condition: Literal["stopped", "heavy_rain"]
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> "SiteCondition":
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class BudgetLine(In):
    """A line of the budget (预算) the project is paid from."""

    kind: Literal["budget_line"]
    number: Code
    year: int = Field(ge=2000, le=2100)
    amount: PositiveYuan


AnyPaper = (
    BillItem
    | Roster
    | WageAccount
    | WageTransfer
    | RetentionEntry
    | DefectsPeriod
    | Guarantee
    | DatedDocument
    | StartPermit
    | TenderIn
    | PartyIn
    | PlannedMonth
    | DeliveryIn
    | MaterialPaid
    | SiteCondition
    | BudgetLine
)
PaperBody = Annotated[AnyPaper, Field(discriminator="kind")]


class PaperIn(In):
    """A paper to be entered."""

    paper: PaperBody


class VoidIn(In):
    """Why a paper no longer counts; it stays on record."""

    reason: Reason


class PaperOut(Out):
    """A paper as entered; a voided one no longer counts."""

    id: int
    kind: str
    body: dict[str, Any]
    entered_by: str
    entered_at: datetime
    voided_by: str | None
    voided_at: datetime | None
    void_reason: str


class VariationIn(In):
    """A variation or site instruction as it is raised. ``amount`` is the estimate."""

    number: Code
    kind: VariationKind
    reason: Literal[
        "design_error", "owner_request", "site_condition", "regulation", "emergency", "other"
    ]
    description: Reason
    quantity_basis: str = Field(default="", max_length=2000)
    evidence: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(default=[])
    amount: Yuan
    raised_on: date


class VariationStepIn(In):
    """One step of a variation; ``amount`` is the price and goes with ``price`` only."""

    event: VariationEvent
    on: date
    amount: Yuan | None = None
    note: str = Field(default="", max_length=2000)


class VariationOut(Out):
    """A variation and where it stands."""

    id: int
    number: str
    kind: VariationKind
    reason: str
    description: str
    quantity_basis: str
    evidence: list[str]
    amount: Yuan
    state: VariationState
    raised_by: str
    raised_on: date
    signed_by: str
    priced_by: str | None
    approved_by: str | None
    approved_on: date | None
    executed_on: date | None
    possible: list[VariationEvent]


def columns_of(paper: BaseModel) -> dict[str, Any]:
    """A paper as it is kept: plain JSON, amounts and dates as text."""
    return paper.model_dump(mode="json")
