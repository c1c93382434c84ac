"""The kindergarten extension of the acceptance scenario, and its honest twin."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from siteward_rules.facts import (
    CameraFacts,
    ClaimFacts,
    ContractFacts,
    MilestoneFacts,
    Outage,
    PaymentFacts,
    ProjectFacts,
    WorkItemFacts,
    ZoneFacts,
)

TODAY = date(2026, 11, 24)
FILED = datetime(2026, 11, 24, 2, tzinfo=UTC)
ACCOUNT = "6222000011112222"
NEW_ACCOUNT = "6222999988887777"

CONTRACT = ContractFacts(
    contract_sum=Decimal("8000000.00"),
    approved_estimate=Decimal("8600000.00"),
    approved_variations=Decimal("0.00"),
    progress_cap=Decimal("0.97"),
    retention=Decimal("0.03"),
    wage_share=Decimal("0.20"),
    advance=Decimal("0.00"),
    signed_on=date(2026, 5, 6),
    payee_account=NEW_ACCOUNT,
    payee_changed_on=TODAY - timedelta(days=6),
)
CLAIM = ClaimFacts(
    id=7,
    milestone="topping-out",
    amount=Decimal("2900000.00"),
    wage_amount=Decimal("580000.00"),
    claimed_percent=60.0,
    claimed_on=TODAY,
    payee_account=NEW_ACCOUNT,
)
CAMERA = CameraFacts(
    device="cam-tower",
    online_ratio_7d=0.76,
    baseline_ratio=0.99,
    longest_outage_hours=9.0,
    outages=(Outage(FILED - timedelta(hours=30), FILED - timedelta(hours=21)),),
    window_end=FILED,
)
ZONE = ZoneFacts(
    id="structure",
    camera="cam-tower",
    work_item="structure",
    weight=0.7,
    state="formwork-2",
    percent=36.0,
    confidence=0.93,
    evidence="a" * 64,
    state_zh="二层模板",
    state_en="Formwork, 2nd storey",
)
DISHONEST = ProjectFacts(
    project="kindergarten",
    as_of=TODAY,
    contract=CONTRACT,
    work_items=(
        WorkItemFacts(
            "structure", Decimal("5600000.00"), date(2026, 6, 1), date(2026, 12, 31),
            reported_percent=85.0, accepted_percent=62.5,
        ),
        WorkItemFacts(
            "fit-out", Decimal("2400000.00"), date(2026, 12, 1), date(2027, 3, 31),
        ),
    ),
    milestones=(
        MilestoneFacts("foundation", date(2026, 8, 1), "accepted", date(2026, 8, 3)),
        MilestoneFacts(
            "topping-out", date(2026, 12, 1), "claimed", name_zh="主体封顶", name_en="Topping out"
        ),
    ),
    payments=(
        PaymentFacts(1, Decimal("1400000.00"), Decimal("280000.00"), date(2026, 8, 20), ACCOUNT),
        PaymentFacts(2, Decimal("1200000.00"), Decimal("240000.00"), date(2026, 10, 20), ACCOUNT),
    ),
    claims=(CLAIM,),
    cameras=(CAMERA,),
    zones=(ZONE,),
)  # fmt: skip

HONEST_CLAIM = replace(
    CLAIM,
    amount=Decimal("795000.00"),
    wage_amount=Decimal("159000.00"),
    claimed_percent=43.75,
    milestone="second-storey",
    payee_account=ACCOUNT,
)
HONEST = replace(
    DISHONEST,
    contract=replace(CONTRACT, payee_account=ACCOUNT, payee_changed_on=None),
    work_items=(
        replace(DISHONEST.work_items[0], reported_percent=62.5),
        DISHONEST.work_items[1],
    ),
    milestones=(
        *DISHONEST.milestones,
        MilestoneFacts("second-storey", date(2026, 11, 20), "accepted", date(2026, 11, 20)),
    ),
    cameras=(replace(CAMERA, online_ratio_7d=0.98, longest_outage_hours=0.5, outages=()),),
    zones=(replace(ZONE, percent=60.0),),
)
