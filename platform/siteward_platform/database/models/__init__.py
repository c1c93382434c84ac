"""All tables. Import them from here, so that the metadata is always whole."""

from siteward_platform.database.models.agents import AgentKey, AgentSettings, AgentState
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
from siteward_platform.database.models.people import Account, LogEntry, SignedIn
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
    "AuditCase",
    "Claim",
    "Contract",
    "Device",
    "DeviceState",
    "EngineState",
    "Evidence",
    "FindingRecord",
    "HazardRecord",
    "HoldRecord",
    "LogEntry",
    "Measurement",
    "Milestone",
    "Opinion",
    "PayeeAccountChange",
    "Payment",
    "Person",
    "ProgressReport",
    "Project",
    "SeenMessage",
    "SignedIn",
    "WorkItem",
    "Zone",
    "ZoneState",
]
