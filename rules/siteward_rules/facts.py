"""What the fund rules know about a project: plain values, gathered by whoever owns the data.

Money is ``Decimal`` yuan, percents are 0 to 100, ratios are 0 to 1. Nothing here reads a
clock: ``as_of`` says for which day the facts hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from siteward_rules.papers import NO_PAPERS, Papers

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")

MilestoneStatus = Literal["planned", "claimed", "accepted", "rejected"]
HazardSeverity = Literal["info", "general", "serious", "suspected_major", "major"]
PaymentPurpose = Literal["advance", "progress", "wages", "retention"]


def yuan(amount: Decimal) -> Decimal:
    """Rounds to the fen, half up, as Chinese accounts do."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def part(amount: Decimal, percent: float) -> Decimal:
    """``percent`` (0 to 100) of an amount, to the fen."""
    return yuan(amount * Decimal(str(percent)) / 100)


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """The works contract.

    Attributes:
        contract_sum: Signed sum.
        approved_estimate: 批准概算; no contract may outgrow it.
        approved_variations: Net of all approved variations; may be negative.
        progress_cap: Share of verified value that may be paid before settlement.
        retention: Share kept as 质保金.
        wage_share: Share of the sum that is labour cost.
        advance: 预付款 agreed.
        signed_on: Day of signature.
        payee_account: The account money should go to today.
        payee_changed_on: When that account last changed; None if it is the signed one.
    """

    contract_sum: Decimal
    approved_estimate: Decimal
    approved_variations: Decimal
    progress_cap: Decimal
    retention: Decimal
    wage_share: Decimal
    advance: Decimal
    signed_on: date
    payee_account: str
    payee_changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class WorkItemFacts:
    """A line of the bill of quantities: its plan, and three views of its progress.

    Attributes:
        id: Slug within the project.
        value: Its value; weighs it.
        planned_start: First day of work in the baseline.
        planned_finish: Last day of work in the baseline.
        reported_percent: What the department says.
        accepted_percent: What the chief supervisor measured; only this earns value.
        camera_percent: What cameras saw; None where none looks.
    """

    id: str
    value: Decimal
    planned_start: date
    planned_finish: date
    reported_percent: float = 0
    accepted_percent: float = 0
    camera_percent: float | None = None


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    """An acceptance node and where it stands."""

    id: str
    due: date
    status: MilestoneStatus
    accepted_on: date | None = None
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Money that went out. ``amount`` includes ``wage_amount``."""

    id: int
    amount: Decimal
    wage_amount: Decimal
    paid_on: date
    payee_account: str
    purpose: PaymentPurpose = "progress"
    claim: int | None = None
    milestone: str | None = None
    bank_reference: str = ""
    invoice: str = ""
    payee: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A payment claim as filed. ``claimed_percent`` is of the contract."""

    id: int
    milestone: str
    amount: Decimal
    wage_amount: Decimal
    claimed_percent: float
    claimed_on: date
    payee_account: str
    invoice: str = ""

    @property
    def works_amount(self) -> Decimal:
        """What is left when wages are taken out: the most that can ever be held."""
        return self.amount - self.wage_amount


@dataclass(frozen=True, slots=True)
class HazardFacts:
    """A hazard a person found or confirmed; ``closed_on`` None means open."""

    id: int
    kind: str
    severity: HazardSeverity
    found_on: date
    due: date
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """A camera did not see: dead, blind or moved."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """How long."""
        return (self.end - self.start).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """How well a camera watched in the seven days before the claim.

    Ratios are means of ``camera_ok`` over ten-minute buckets in which a bucket without
    data counts 0. The baseline is the four weeks before those seven days.

    Attributes:
        device: Camera slug.
        online_ratio_7d: Over the seven days that end at ``window_end``.
        baseline_ratio: Over days 8 to 35 before ``window_end``; None without any data.
        longest_outage_hours: Longest stretch without sight in those seven days.
        outages: Those stretches.
        window_end: The claim's instant.
        name_zh: The camera's name, for people.
        name_en: The same in English.
    """

    device: str
    online_ratio_7d: float
    baseline_ratio: float | None
    longest_outage_hours: float
    outages: tuple[Outage, ...]
    window_end: datetime
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """A part of a picture in which a work item grows.

    Attributes:
        id: Zone slug.
        camera: Camera slug.
        work_item: Which work item grows here.
        weight: Share of the whole project's value seen here; all zones sum to the coverage.
        state: Code of the last state measured with a camera that saw; None if never.
        percent: That state's percent.
        confidence: Of that state, 0 to 1.
        uncertain: A change awaits a person.
        evidence: SHA-256 of the picture.
        state_zh: The state's name, for people.
        state_en: The same in English.
        name_zh: The zone's name, for people.
        name_en: The same in English.
    """

    id: str
    camera: str
    work_item: str
    weight: float
    state: str | None = None
    percent: float | None = None
    confidence: float | None = None
    uncertain: bool = False
    evidence: str | None = None
    state_zh: str = ""
    state_en: str = ""
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """Everything the fund rules may ask about one project as of one day."""

    project: str
    as_of: date
    contract: ContractFacts
    work_items: tuple[WorkItemFacts, ...] = ()
    milestones: tuple[MilestoneFacts, ...] = ()
    payments: tuple[PaymentFacts, ...] = ()
    claims: tuple[ClaimFacts, ...] = ()
    hazards: tuple[HazardFacts, ...] = ()
    cameras: tuple[CameraFacts, ...] = ()
    zones: tuple[ZoneFacts, ...] = ()
    papers: Papers = NO_PAPERS

    @property
    def contract_total(self) -> Decimal:
        """Contract sum with approved variations: the most that may ever be paid."""
        return self.contract.contract_sum + self.contract.approved_variations

    @property
    def verified_value(self) -> Decimal:
        """Value of the work the chief supervisor measured."""
        return sum((part(item.value, item.accepted_percent) for item in self.work_items), ZERO)

    @property
    def paid(self) -> Decimal:
        """All money that went out, advance and wages included."""
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def unrecovered_advance(self) -> Decimal:
        """Advance paid and not yet earned back, recovered in step with verified value.

        Proportional recovery is the platform's default; a contract may say otherwise.
        """
        advances = sum((p.amount for p in self.payments if p.purpose == "advance"), ZERO)
        if not advances or self.contract_total <= 0:
            return advances
        earned = min(Decimal(1), self.verified_value / self.contract_total)
        return yuan(advances * (1 - earned))

    @property
    def milestone_by_id(self) -> Mapping[str, MilestoneFacts]:
        """Milestones by their slug."""
        return {milestone.id: milestone for milestone in self.milestones}

    def paid_on(self, claim: ClaimFacts) -> Decimal:
        """What has already been paid of a claim."""
        return sum((p.amount for p in self.payments if p.claim == claim.id), ZERO)

    def paid_with(self, claim: ClaimFacts) -> Decimal:
        """What will have been paid when the rest of a claim is paid too."""
        return self.paid + max(ZERO, claim.amount - self.paid_on(claim))
