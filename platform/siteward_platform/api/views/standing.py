"""Overview, project card and project page."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from siteward_ingest.series import SeriesStore
from siteward_platform.act import Act
from siteward_platform.api.schemas.projects import (
    ContractOut,
    Lights,
    Overview,
    ProjectDetail,
    ProjectSummary,
    SCurve,
)
from siteward_platform.api.schemas.setup import DangerZoneIn, PersonIn
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.site import devices_out, milestones_out, work_items_out, zones_out
from siteward_platform.card_facts import CardFacts, card_facts
from siteward_platform.claim_actions import waiting_claims
from siteward_platform.clawbacks import recovered
from siteward_platform.database.models import (
    AuditCase,
    Claim,
    Contract,
    HoldRecord,
    Person,
    Project,
)
from siteward_platform.facts import accepted_progress, paper_facts
from siteward_platform.payments import ZERO
from siteward_platform.projects import get_project, list_projects
from siteward_platform.standing import Standing, standings
from siteward_rules.facts import ProjectFacts
from siteward_rules.money.claims import ClaimState, Procedure
from siteward_rules.money.earned_value import earned_value, payable_ceiling, s_curve


def overview(act: Act) -> Overview:
    """Everything in one page."""
    cards = project_summaries(act)
    return Overview(
        projects=cards,
        avoided_loss=avoided_loss(act),
        held=sum((card.held for card in cards), ZERO),
        wages_protected=wages_protected(act),
        open_alerts=sum(card.open_alerts for card in cards),
        claims_waiting=waiting_claims(act.session, act.who),
        cameras_ok=sum(card.cameras_ok for card in cards),
        cameras_total=sum(len(card.cameras) for card in cards),
    )


def project_summaries(act: Act) -> list[ProjectSummary]:
    """The cards of all projects, in a number of queries that does not grow with them."""
    return _summaries(act, list_projects(act.session))


def avoided_loss(act: Act) -> Decimal:
    """Everything audits took out of claims for good (核减), and what was paid and came back."""
    reduced = act.session.scalar(select(func.sum(AuditCase.reduction))) or ZERO
    return reduced + recovered(act.session)


def wages_protected(act: Act) -> Decimal:
    """The wage portions of all claims on which a hold was recommended: they flowed on."""
    query = (
        select(func.sum(Claim.wage_amount))
        .join(HoldRecord, HoldRecord.claim_id == Claim.id)
        .where(Claim.state != ClaimState.WITHDRAWN.value)
    )
    return act.session.scalar(query) or ZERO


def _summaries(act: Act, projects: Sequence[Project]) -> list[ProjectSummary]:
    facts = card_facts(act.session, [project.id for project in projects], act.today)
    stand = standings(act.session, facts, act.at)
    return [
        _summary(project, card, stand[project.id])
        for project, card in zip(projects, facts, strict=True)
    ]


def _summary(project: Project, facts: CardFacts, now: Standing) -> ProjectSummary:
    return ProjectSummary(
        id=project.id,
        name=Text(**project.name),
        kind=project.kind,
        address=project.address,
        latitude=project.latitude,
        longitude=project.longitude,
        planned_finish=project.planned_finish,
        lights=Lights.model_validate(now.lights),
        spi=now.value.spi,
        planned_percent=now.progress.planned,
        accepted_percent=now.progress.accepted,
        reported_percent=now.progress.reported,
        camera_percent=now.progress.camera,
        coverage=now.progress.coverage,
        contract_sum=facts.contract_sum,
        paid=facts.paid,
        held=now.held,
        open_alerts=now.open_alerts,
        open_claims=now.open_claims,
        cameras=list(now.cameras),
        cameras_ok=sum(health == "ok" for health in now.cameras.values()),
    )


def project_detail(act: Act, series: SeriesStore, project_id: str) -> ProjectDetail:
    """The project page. The panel sees no account numbers."""
    project = get_project(act.session, project_id)
    facts = paper_facts(act.session, project_id, act.today)
    (card,) = _summaries(act, [project])
    return ProjectDetail(
        **{name: getattr(card, name) for name in ProjectSummary.model_fields},
        description=project.description,
        region=project.region,
        city=project.city,
        started_on=project.started_on,
        people=_people(act, project_id),
        contract=_contract(act, facts),
        work_items=work_items_out(act, facts),
        milestones=milestones_out(act, project_id),
        zones=zones_out(act, facts),
        danger_zones=[DangerZoneIn(**zone) for zone in project.danger_zones],
        devices=devices_out(act, series, project_id),
    )


def curve(act: Act, project_id: str) -> SCurve:
    """Planned, earned and paid value by day from the start to the planned finish or today."""
    project = get_project(act.session, project_id)
    facts = paper_facts(act.session, project_id, act.today)
    last = max(project.planned_finish, act.today)
    days = [project.started_on + timedelta(n) for n in range((last - project.started_on).days + 1)]
    accepted = accepted_progress(act.session, project_id, act.today)
    points = s_curve(facts.work_items, accepted, facts.payments, days, act.today)
    value = earned_value(facts.work_items, facts.payments, act.today)
    return SCurve(
        dates=[p.day for p in points],
        planned=[p.planned for p in points],
        earned=[p.earned for p in points],
        paid=[p.paid for p in points],
        budget_at_completion=value.bac,
        planned_value=value.pv,
        earned_value=value.ev,
        actual_cost=value.ac,
        spi=value.spi,
        cpi=value.cpi,
    )


def _people(act: Act, project_id: str) -> list[PersonIn]:
    query = select(Person).where(Person.project_id == project_id).order_by(Person.position)
    return [PersonIn(duty=Text(**p.duty), name=p.name) for p in act.session.scalars(query)]


def _contract(act: Act, facts: ProjectFacts) -> ContractOut:
    contract = act.session.get_one(Contract, facts.project)
    account = facts.contract.payee_account
    ceiling = payable_ceiling(
        facts.verified_value, facts.contract.progress_cap, facts.unrecovered_advance
    )
    return ContractOut(
        contract_sum=contract.contract_sum,
        approved_estimate=contract.approved_estimate,
        approved_variations=facts.contract.approved_variations,
        progress_cap=contract.progress_cap,
        retention=contract.retention,
        wage_share=contract.wage_share,
        advance=contract.advance,
        signed_on=contract.signed_on,
        payee_name=contract.payee_name,
        payee_account=masked(account) if act.who.role == "panel" else account,
        payee_account_changed_on=facts.contract.payee_changed_on,
        paid=facts.paid,
        verified_value=facts.verified_value,
        payable_ceiling=ceiling,
        payment_ratio=float(facts.paid / verified) if (verified := facts.verified_value) else None,
        procedure=Procedure(contract.procedure),
        sme=contract.sme,
        payment_days=contract.payment_days,
        approval_limit=contract.approval_limit,
    )


def masked(account: str) -> str:
    """An account number of which only the last four digits show."""
    return "*" * max(0, len(account) - 4) + account[-4:]
