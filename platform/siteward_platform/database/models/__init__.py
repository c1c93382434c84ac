"""All tables. Import them from here, so that the metadata is always whole."""

from siteward_platform.database.models.agents import AgentKey, AgentSettings, AgentState
from siteward_platform.database.models.alerting import (
    Escalation,
    Link,
    Notice,
    NoticeAlert,
    Permit,
    RuleOverride,
    Silence,
)
from siteward_platform.database.models.hazards import (
    HazardOrder,
    HazardPicture,
    HazardRecord,
    QualifiedPerson,
)
from siteward_platform.database.models.imports import BankLineRecord, ImportRecord
from siteward_platform.database.models.inspection import FieldAct, Upload, Visit
from siteward_platform.database.models.money import (
    AuditCase,
    Claim,
    FindingRecord,
    HoldRecord,
    Opinion,
    PayeeAccountChange,
    Payment,
)
from siteward_platform.database.models.observations import (
    AlertMember,
    AlertRecord,
    DeviceState,
    EngineState,
    Evidence,
    SeenMessage,
    ZoneState,
)
from siteward_platform.database.models.outward import (
    Publication,
    TreasuryAnswer,
    Webhook,
    WebhookDelivery,
)
from siteward_platform.database.models.papers import Paper, VariationRecord
from siteward_platform.database.models.people import Account, LogEntry, SignedIn
from siteward_platform.database.models.procedure import (
    Appeal,
    Certificate,
    ClaimLine,
    ClawbackRecord,
    ClockNotice,
    Refund,
)
from siteward_platform.database.models.projects import (
    Contract,
    Device,
    Measurement,
    Milestone,
    Person,
    ProgressReport,
    Project,
    WorkItem,
    Zone,
)
from siteward_platform.database.models.proof import AuditAnchor, ClaimSnapshot
from siteward_platform.database.models.reports import Report

__all__ = [
    "Account",
    "AgentKey",
    "AgentSettings",
    "AgentState",
    "AlertMember",
    "AlertRecord",
    "Appeal",
    "AuditAnchor",
    "AuditCase",
    "BankLineRecord",
    "Certificate",
    "Claim",
    "ClaimLine",
    "ClaimSnapshot",
    "ClawbackRecord",
    "ClockNotice",
    "Contract",
    "Device",
    "DeviceState",
    "EngineState",
    "Escalation",
    "Evidence",
    "FieldAct",
    "FindingRecord",
    "HazardOrder",
    "HazardPicture",
    "HazardRecord",
    "HoldRecord",
    "ImportRecord",
    "Link",
    "LogEntry",
    "Measurement",
    "Milestone",
    "Notice",
    "NoticeAlert",
    "Opinion",
    "Paper",
    "PayeeAccountChange",
    "Payment",
    "Permit",
    "Person",
    "ProgressReport",
    "Project",
    "Publication",
    "QualifiedPerson",
    "Refund",
    "Report",
    "RuleOverride",
    "SeenMessage",
    "SignedIn",
    "Silence",
    "TreasuryAnswer",
    "Upload",
    "VariationRecord",
    "Visit",
    "Webhook",
    "WebhookDelivery",
    "WorkItem",
    "Zone",
    "ZoneState",
]
