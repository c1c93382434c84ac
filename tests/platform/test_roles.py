"""Every route times every role against the table in docs/architecture.md."""

import pytest

from siteward_platform.api.app import describe
from siteward_platform.api.schemas.values import Role
from tests.platform import kindergarten as k
from tests.platform.desk import Desk

ALL = frozenset(Role)
STAFF = ALL - {Role.PANEL}
SAFETY = frozenset({Role.SUPERVISOR, Role.INSPECTOR, Role.CHIEF_SUPERVISOR})
ON_SITE = SAFETY | {Role.DEPARTMENT}
LOG = frozenset({Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR, Role.ADMIN})
ADMIN, FINANCE = frozenset({Role.ADMIN}), frozenset({Role.FINANCE})
DEPARTMENT, CHIEF = frozenset({Role.DEPARTMENT}), frozenset({Role.CHIEF_SUPERVISOR})
KEEPERS = DEPARTMENT | CHIEF | FINANCE
AUDITOR, SUPERVISOR = frozenset({Role.AUDITOR}), frozenset({Role.SUPERVISOR})

TABLE: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/session"): ALL,
    ("DELETE", "/session"): ALL,
    ("GET", "/overview"): ALL,
    ("GET", "/agenda"): STAFF,
    ("GET", "/projects"): ALL,
    ("GET", "/projects/{project}"): ALL,
    ("GET", "/projects/{project}/s-curve"): ALL,
    ("PUT", "/projects/{project}"): ADMIN,
    ("POST", "/accounts"): ADMIN,
    ("POST", "/projects/{project}/reports"): DEPARTMENT,
    ("POST", "/projects/{project}/milestones/{milestone}/claim"): DEPARTMENT,
    ("POST", "/projects/{project}/claims"): DEPARTMENT,
    ("POST", "/claims/{claim}/withdrawal"): DEPARTMENT,
    ("POST", "/projects/{project}/measurements"): CHIEF,
    ("POST", "/projects/{project}/milestones/{milestone}/acceptance"): CHIEF,
    ("POST", "/claims/{claim}/signature"): CHIEF,
    ("POST", "/claims/{claim}/opinion"): SUPERVISOR,
    ("PUT", "/projects/{project}/payee-account"): FINANCE,
    ("POST", "/projects/{project}/payments"): FINANCE,
    ("POST", "/claims/{claim}/decision"): FINANCE,
    ("POST", "/claims/{claim}/release"): FINANCE,
    ("POST", "/claims/{claim}/wage-payment"): FINANCE,
    ("POST", "/claims/{claim}/works-payment"): FINANCE,
    ("POST", "/claims/{claim}/audit"): AUDITOR,
    ("POST", "/claims/{claim}/audit/conclusion"): AUDITOR,
    ("POST", "/claims/{claim}/submission"): DEPARTMENT,
    ("POST", "/claims/{claim}/certificate"): CHIEF,
    ("POST", "/claims/{claim}/owner-certificate"): DEPARTMENT,
    ("POST", "/claims/{claim}/return"): CHIEF | DEPARTMENT,
    ("POST", "/claims/{claim}/rejection"): FINANCE | DEPARTMENT,
    ("POST", "/claims/{claim}/instruction"): FINANCE,
    ("POST", "/claims/{claim}/instruction/cancellation"): FINANCE,
    ("POST", "/claims/{claim}/appeal"): DEPARTMENT,
    ("POST", "/claims/{claim}/appeal/reply"): FINANCE | AUDITOR,
    ("POST", "/claims/{claim}/clawback"): AUDITOR,
    ("POST", "/claims/{claim}/clawback/decision"): FINANCE,
    ("POST", "/claims/{claim}/clawback/refund"): FINANCE,
    ("POST", "/projects/{project}/papers"): KEEPERS,
    ("GET", "/projects/{project}/papers"): STAFF,
    ("POST", "/papers/{paper}/voiding"): KEEPERS,
    ("POST", "/projects/{project}/variations"): KEEPERS,
    ("GET", "/projects/{project}/variations"): STAFF,
    ("POST", "/variations/{variation}/steps"): KEEPERS,
    ("POST", "/projects/{project}/imports/{kind}/preview"): FINANCE,
    ("POST", "/projects/{project}/imports/{kind}"): FINANCE,
    ("GET", "/projects/{project}/imports"): STAFF,
    ("DELETE", "/imports/{number}"): FINANCE,
    ("GET", "/projects/{project}/reconciliation"): STAFF,
    ("POST", "/projects/{project}/reconciliation"): FINANCE,
    ("GET", "/projects/{project}/payments"): STAFF,
    ("GET", "/projects/{project}/hazards"): STAFF,
    ("GET", "/claims"): STAFF,
    ("GET", "/claims/{claim}"): STAFF,
    ("GET", "/claims/{claim}/bundle"): LOG - ADMIN,
    ("GET", "/alerts"): STAFF,
    ("GET", "/alerts/{alert}"): STAFF,
    ("GET", "/alerts/assignees"): STAFF,
    ("POST", "/alerts/acknowledgement"): SAFETY,
    ("POST", "/alerts/acknowledgement/withdrawal"): SAFETY,
    ("PUT", "/alerts/{alert}/assignment"): SAFETY,
    ("GET", "/hazards"): STAFF,
    ("GET", "/projects/{project}/evidence"): STAFF,
    ("GET", "/evidence/{sha256}"): STAFF,
    ("GET", "/evidence/{sha256}/statement"): STAFF,
    ("GET", "/projects/{project}/agents"): STAFF,
    ("PUT", "/projects/{project}/agents/{agent}/keys/{key}"): ADMIN,
    ("GET", "/projects/{project}/agents/{agent}/cameras/{camera}/settings"): STAFF,
    ("PUT", "/projects/{project}/agents/{agent}/cameras/{camera}/settings"): ADMIN | SUPERVISOR,
    ("GET", "/series"): STAFF,
    ("POST", "/reports"): STAFF,
    ("GET", "/projects/{project}/forecast"): ALL,
    ("GET", "/projects/{project}/device-timelines"): STAFF,
    ("GET", "/state-templates"): STAFF,
    ("GET", "/projects/{project}/cameras/{camera}"): STAFF,
    ("PUT", "/projects/{project}/cameras/{camera}/zones"): ADMIN | SUPERVISOR,
    ("GET", "/reports"): STAFF,
    ("GET", "/reports/{report}"): STAFF,
    ("GET", "/reports/{report}/files/{form}"): STAFF,
    ("GET", "/rules"): STAFF,
    ("GET", "/rules/precision"): STAFF,
    ("GET", "/projects/{project}/rules"): STAFF,
    ("GET", "/projects/{project}/rules/{rule}"): STAFF,
    ("PUT", "/projects/{project}/rules/{rule}"): ADMIN | SUPERVISOR,
    ("DELETE", "/projects/{project}/rules/{rule}"): ADMIN | SUPERVISOR,
    ("GET", "/projects/{project}/pending"): STAFF,
    ("GET", "/projects/{project}/notices"): STAFF,
    ("GET", "/projects/{project}/permits"): STAFF,
    ("POST", "/projects/{project}/permits"): ADMIN | SUPERVISOR,
    ("POST", "/permits/{permit}/revocation"): ADMIN | SUPERVISOR,
    ("GET", "/silences"): STAFF,
    ("POST", "/silences"): ADMIN | SUPERVISOR,
    ("DELETE", "/silences/{silence}"): ADMIN | SUPERVISOR,
    ("GET", "/escalations"): STAFF,
    ("PUT", "/escalations/{severity}"): ADMIN | SUPERVISOR,
    ("DELETE", "/escalations/{severity}"): ADMIN | SUPERVISOR,
    ("GET", "/notices"): STAFF,
    ("POST", "/alerts/{alert}/acknowledgement"): SAFETY,
    ("DELETE", "/alerts/{alert}/acknowledgement"): SAFETY,
    ("POST", "/alerts/{alert}/verdict"): SAFETY,
    ("POST", "/projects/{project}/hazards"): ALL,
    ("GET", "/hazards/{hazard}"): STAFF,
    ("GET", "/hazards/{hazard}/orders/{number}"): STAFF,
    ("POST", "/hazards/{hazard}/pictures"): STAFF,
    ("POST", "/hazards/{hazard}/confirmation"): SAFETY,
    ("POST", "/hazards/{hazard}/dismissal"): SAFETY,
    ("POST", "/hazards/{hazard}/grade"): SAFETY,
    ("POST", "/hazards/{hazard}/order"): SAFETY - SUPERVISOR,
    ("POST", "/hazards/{hazard}/plan"): DEPARTMENT,
    ("POST", "/hazards/{hazard}/submission"): DEPARTMENT,
    ("POST", "/hazards/{hazard}/recheck"): SAFETY,
    ("POST", "/hazards/{hazard}/resumption"): SAFETY - SUPERVISOR,
    ("POST", "/hazards/{hazard}/supervision"): SUPERVISOR,
    ("POST", "/hazards/{hazard}/closure"): SAFETY,
    ("POST", "/hazards/{hazard}/look-back"): SAFETY,
    ("GET", "/hazard-clauses"): STAFF,
    ("GET", "/projects/{project}/qualified-people"): STAFF,
    ("PUT", "/projects/{project}/qualified-people/{username}"): ADMIN,
    ("GET", "/inspection/day"): ON_SITE,
    ("PUT", "/inspection/confirmations/{key}"): SAFETY,
    ("PUT", "/inspection/visit-reports/{key}"): SAFETY,
    ("PUT", "/inspection/acceptance-requests/{key}"): ON_SITE,
    ("GET", "/projects/{project}/field-acts"): STAFF,
    ("POST", "/projects/{project}/visits"): SAFETY,
    ("DELETE", "/visits/{visit}"): SAFETY,
    ("POST", "/uploads"): ON_SITE,
    ("GET", "/uploads/{upload}"): ON_SITE,
    ("PATCH", "/uploads/{upload}"): ON_SITE,
    ("GET", "/audit-log"): LOG,
    ("GET", "/rules/{rule}/backtest"): STAFF,
    ("PUT", "/projects/{project}/publication"): ADMIN,
    ("DELETE", "/projects/{project}/publication"): ADMIN,
    ("GET", "/claims/{claim}/treasury"): STAFF,
    ("GET", "/webhooks"): ADMIN,
    ("POST", "/webhooks"): ADMIN,
    ("DELETE", "/webhooks/{webhook}"): ADMIN,
    ("POST", "/webhooks/{webhook}/test"): ADMIN,
    ("GET", "/webhooks/{webhook}/deliveries"): ADMIN,
    ("POST", "/webhooks/{webhook}/deliveries/{message}/again"): ADMIN,
}
WITHOUT_SESSION = frozenset(
    {("POST", "/session"), ("POST", "/finance/answers"), ("GET", "/open-data/oc4ids.json")}
)
"""Signing in, what is signed itself, and what is open to everybody."""
_VALUES = {
    "paper": "1", "variation": "1", "kind": "payments", "number": "1",
    "rule": "SR-DUST-TSP", "permit": "1", "silence": "1", "severity": "serious",
    "project": k.PROJECT, "milestone": "base", "claim": "1", "alert": "1", "hazard": "1", "visit": "1", "upload": "1",
    "username": "wu",
    "sha256": "a" * 64, "key": "a" * 64, "agent": "agent", "camera": "cam-1",
    "report": "1", "form": "pdf",
    "webhook": "1", "message": "msg_1",
}  # fmt: skip


def routes() -> set[tuple[str, str]]:
    """Every operation of the API that looks at who is signed in."""
    paths = describe().openapi()["paths"]
    operations = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in paths.items()
        if path.startswith("/api/v1")
        for method in methods
    }
    return operations - WITHOUT_SESSION


def test_the_table_names_every_route() -> None:
    assert routes() == set(TABLE)


def test_a_stranger_gets_401_on_every_route(desk: Desk) -> None:
    with desk.stranger() as stranger:
        for method, path in sorted(TABLE):
            answer = stranger.request(method, "/api/v1" + path.format(**_VALUES))
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path


@pytest.mark.parametrize("role", list(Role))
def test_a_role_reaches_exactly_its_routes(desk: Desk, role: Role) -> None:
    client = desk.person(role.value)
    ordered = sorted(TABLE, key=lambda route: route == ("DELETE", "/session"))
    for method, path in ordered:
        answer = client.request(method, "/api/v1" + path.format(**_VALUES))
        refused = answer.status_code == 403 and answer.json()["code"] == "wrong_role"
        assert answer.status_code != 401, path
        assert answer.status_code < 500, path
        assert refused == (role not in TABLE[method, path]), (role, method, path, answer.text)


def test_the_panel_sees_no_account_number_and_no_evidence(desk: Desk) -> None:
    desk.setup()
    desk.camera_sees("s2_formwork", 35)
    seen = desk.person("panel").get(f"/api/v1/projects/{k.PROJECT}").json()
    assert seen["contract"]["payee_account"] == "************2222"
    assert [zone["evidence"] for zone in seen["zones"]] == [None]
