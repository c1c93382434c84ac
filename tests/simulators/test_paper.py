from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import BaseModel

from siteward_platform.api.schemas import claim_acts, hazards, setup, values
from siteward_platform.api.schemas import progress as progress_bodies
from siteward_simulators.paper import ACCOUNTS, Step, affairs, filing, paying, progress, set_up
from siteward_simulators.world.calendar import Calendar
from siteward_simulators.world.scenario_file import load_scenarios

CALENDAR = Calendar(datetime(2026, 3, 11, 18, 30, tzinfo=UTC))  # already the 12th in Shanghai
SCENARIOS = {s.site: s for s in load_scenarios()}
BODIES: dict[str, type[BaseModel]] = {
    "reports": progress_bodies.ProgressReportIn,
    "measurements": progress_bodies.MeasurementIn,
    "claim": progress_bodies.MilestoneClaimIn,
    "acceptance": progress_bodies.MilestoneAcceptanceIn,
    "payee-account": progress_bodies.PayeeAccountIn,
    "hazards": hazards.HazardIn,
    "order": hazards.HazardOrderIn,
    "submission": hazards.HazardSubmissionIn,
    "recheck": hazards.HazardRecheckIn,
    "closure": hazards.HazardClosureIn,
    "claims": claim_acts.ClaimIn,
    "signature": claim_acts.SignatureIn,
    "wage-payment": claim_acts.ClaimPaymentIn,
    "works-payment": claim_acts.ClaimPaymentIn,
}


def everything(site: str) -> list[Step]:
    s = SCENARIOS[site]
    live = [*filing(s, CALENDAR, s.live_claim), paying(CALENDAR, s.live_claim, "wage")]
    return [*progress(s, CALENDAR), *affairs(s, CALENDAR), *live]


@pytest.mark.parametrize("site", SCENARIOS)
def test_every_body_is_what_the_platform_takes(site: str) -> None:
    project = setup.ProjectIn.model_validate(set_up(SCENARIOS[site], CALENDAR).body)
    assert project.started_on < project.planned_finish
    assert {z.camera for z in project.zones} <= {d.id for d in project.devices}
    assert [z.id for z in project.danger_zones] == [z.id for z in SCENARIOS[site].danger_zones]
    assert project.danger_zones
    seen = set()
    for step in everything(site):
        route = step.path.rsplit("/", 1)[-1]
        BODIES[route].model_validate(step.body)
        seen.add(route)
    assert {"reports", "measurements", "acceptance", "claims", "works-payment"} <= seen


@pytest.mark.parametrize("site", SCENARIOS)
def test_steps_come_in_order_of_their_dates_and_are_named_once(site: str) -> None:
    steps = everything(site)
    for part in (progress(SCENARIOS[site], CALENDAR), affairs(SCENARIOS[site], CALENDAR)):
        assert [s.day for s in part] == sorted(s.day for s in part)
    assert len({s.key for s in steps}) == len(steps)
    dates = [date.fromisoformat(v) for s in steps for k, v in s.body.items() if k.endswith("_on")]
    assert max(dates) == CALENDAR.day_zero == date(2026, 3, 12)
    assert min(dates) >= CALENDAR.day_zero - timedelta(days=90)


def test_bank_references_and_invoices_never_repeat() -> None:
    steps = [s for site in SCENARIOS for s in everything(site)]
    for field in ("bank_reference", "invoice"):
        found = [s.body[field] for s in steps if field in s.body]
        assert len(found) == len(set(found)) > 3


def test_kindergarten_claim_names_the_new_account_and_older_ones_the_contract() -> None:
    claims = [s.body for s in everything("kindergarten") if s.makes == "claim"]
    account = SCENARIOS["kindergarten"].contract.payee_account
    assert [c["payee_account"] == account for c in claims] == [True, True, False]
    assert sum(Decimal(c["amount"]) for c in claims[:2]) == Decimal("2600000.00")


def test_finder_and_closer_and_claimant_and_acceptor_are_different_people() -> None:
    for step in everything("kindergarten"):
        if step.path.endswith("/acceptance"):
            assert step.who == "chief"
        if step.path.endswith("/closure"):
            assert step.who != "inspector"
    assert {role for _, _, role in ACCOUNTS} == {*values.Role} - {"admin"}
