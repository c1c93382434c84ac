"""All tables. Import them from here, so that the metadata is always whole."""

from siteward_platform.database.models.agents import AgentKey, AgentSettings, AgentState
from siteward_platform.database.models.imports import BankLineRecord, ImportRecord
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
    HazardRecord,
    Measurement,
    Milestone,
    Person,
    ProgressReport,
    Project,
    WorkItem,
    Zone,
)

__all__ = [
    "Account",
    "AgentKey",
    "AgentSettings",
    "AgentState",
    "AlertMember",
    "AlertRecord",
    "Appeal",
    "AuditCase",
    "BankLineRecord",
    "Certificate",
    "Claim",
    "ClaimLine",
    "ClawbackRecord",
    "ClockNotice",
    "Contract",
    "Device",
    "DeviceState",
    "EngineState",
    "Evidence",
    "FindingRecord",
    "HazardRecord",
    "HoldRecord",
    "ImportRecord",
    "LogEntry",
    "Measurement",
    "Milestone",
    "Opinion",
    "Paper",
    "PayeeAccountChange",
    "Payment",
    "Person",
    "ProgressReport",
    "Project",
    "Refund",
    "SeenMessage",
    "SignedIn",
    "VariationRecord",
    "WorkItem",
    "Zone",
    "ZoneState",
]
