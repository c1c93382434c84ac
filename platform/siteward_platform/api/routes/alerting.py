"""Rules of a project, permits, silences, escalation, notices and precision."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, status

from siteward_platform import permits, projects, rule_overrides, silences
from siteward_platform.api.access import SettingsKeeper, Staff
from siteward_platform.api.schemas.alerting import (
    EscalationIn,
    EscalationOut,
    LinkOut,
    NoticePage,
    PendingOut,
    PermitIn,
    PermitOut,
    PrecisionReport,
    ProjectRuleOut,
    ReasonIn,
    RuleOverrideIn,
    SilenceIn,
    SilenceOut,
)
from siteward_platform.api.schemas.values import Role, Severity
from siteward_platform.api.views import alerting, project_rules

router: Final = APIRouter(tags=["alerting"])


@router.get("/projects/{project}/rules")
def list_project_rules(desk: Staff, project: str) -> list[ProjectRuleOut]:
    """The stream rules of a project, also those that are off or ask for a number."""
    with desk.look() as act:
        return project_rules.project_rules(act, project)


@router.get("/projects/{project}/rules/{rule}")
def get_project_rule(desk: Staff, project: str, rule: str) -> ProjectRuleOut:
    """One stream rule of a project."""
    with desk.look() as act:
        return project_rules.project_rule(act, project, rule)


@router.put("/projects/{project}/rules/{rule}")
def override_rule(
    desk: SettingsKeeper, project: str, rule: str, body: RuleOverrideIn
) -> ProjectRuleOut:
    """Changes a rule for one project, with the reason; it takes effect within a second."""
    with desk.act() as act:
        rule_overrides.put_override(act, project, rule, body)
        return project_rules.project_rule(act, project, rule)


@router.delete("/projects/{project}/rules/{rule}")
def restore_rule(desk: SettingsKeeper, project: str, rule: str) -> ProjectRuleOut:
    """Undoes what a project changed of a rule."""
    with desk.act() as act:
        rule_overrides.remove_override(act, project, rule)
        return project_rules.project_rule(act, project, rule)


@router.get("/projects/{project}/pending")
def list_pending(desk: Staff, project: str) -> list[PendingOut]:
    """Breaches that have not lasted long enough to be alerts."""
    with desk.look() as act:
        return project_rules.pending_alerts(act, project)


@router.get("/projects/{project}/notices")
def list_links(desk: Staff, project: str) -> list[LinkOut]:
    """What follows from site evidence for milestones and money, and who is to act."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        return alerting.links_out(act, project)


@router.get("/projects/{project}/permits")
def list_permits(desk: Staff, project: str) -> list[PermitOut]:
    """A project's permits, newest first."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        rows = permits.list_permits(act.session, project)
        return [alerting.permit_out(act, row) for row in rows]


@router.post("/projects/{project}/permits", status_code=status.HTTP_201_CREATED)
def enter_permit(desk: SettingsKeeper, project: str, body: PermitIn) -> PermitOut:
    """Enters a permit, or an ordered stop of work."""
    with desk.act() as act:
        return alerting.permit_out(act, permits.enter_permit(act, project, body))


@router.post("/permits/{permit}/revocation")
def revoke_permit(desk: SettingsKeeper, permit: int, body: ReasonIn) -> PermitOut:
    """Ends a permit now."""
    with desk.act() as act:
        return alerting.permit_out(act, permits.revoke_permit(act, permit, body.reason))


@router.get("/silences")
def list_silences(desk: Staff) -> list[SilenceOut]:
    """The last hundred silences; those that hold come first."""
    with desk.look() as act:
        return alerting.silences_out(act)


@router.post("/silences", status_code=status.HTTP_201_CREATED)
def make_silence(desk: SettingsKeeper, body: SilenceIn) -> SilenceOut:
    """Begins a silence."""
    with desk.act() as act:
        return alerting.silence_out(act, silences.make_silence(act, body))


@router.delete("/silences/{silence}")
def end_silence(desk: SettingsKeeper, silence: int) -> SilenceOut:
    """Ends a silence early."""
    with desk.act() as act:
        return alerting.silence_out(act, silences.end_silence(act, silence))


@router.get("/escalations")
def list_escalations(desk: Staff) -> list[EscalationOut]:
    """Whom alerts of each severity are told to."""
    with desk.look() as act:
        return alerting.escalations_out(act)


@router.put("/escalations/{severity}")
def set_escalation(desk: SettingsKeeper, severity: Severity, body: EscalationIn) -> EscalationOut:
    """Sets whom alerts of a severity are told to."""
    with desk.act() as act:
        row = silences.set_escalation(act, severity, body)
        return alerting.escalation_out(act, severity, row)


@router.delete("/escalations/{severity}")
def reset_escalation(desk: SettingsKeeper, severity: Severity) -> EscalationOut:
    """Goes back to the default."""
    with desk.act() as act:
        silences.reset_escalation(act, severity)
        return alerting.escalation_out(act, severity, None)


@router.get("/notices")
def list_notices(
    desk: Staff,
    project: str | None = None,
    role: Role | None = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NoticePage:
    """Who was told what, newest first."""
    with desk.look() as act:
        return alerting.notices_out(act, project, role, before, limit)


@router.get("/rules/precision")
def get_precision(
    desk: Staff, days: Literal["30", "90"] = "90", project: str | None = None
) -> PrecisionReport:
    """How often each rule and each device was right, by people's verdicts."""
    with desk.look() as act:
        return alerting.precision_report(act, int(days), project)
