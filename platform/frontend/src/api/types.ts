import type { components } from "./schema";

type Schemas = components["schemas"];

/** The typed client reads a tuple as a list of its items; so do we. */
type Listed<T> = T extends readonly (infer Item)[]
  ? Listed<Item>[]
  : T extends object
    ? { [K in keyof T]: Listed<T[K]> }
    : T;

export type Failure = Required<Schemas["Failure"]>;
export type Text = Schemas["Text"];
export type Me = Schemas["Me"];
export type Role = Schemas["Role"];
export type Overview = Schemas["Overview"];
export type ProjectSummary = Schemas["ProjectSummary"];
export type ProjectDetail = Listed<Schemas["ProjectDetail"]>;
export type Lights = Schemas["Lights"];
export type Light = Lights["schedule"];
export type SCurve = Schemas["SCurve"];
export type Series = Schemas["Series"];
export type Device = Schemas["DeviceOut"];
export type Zone = Listed<Schemas["ZoneOut"]>;
export type Milestone = Schemas["MilestoneOut"];
export type WorkItem = Schemas["WorkItemOut"];
export type Payment = Schemas["PaymentOut"];
export type Alert = Listed<Schemas["AlertOut"]>;
export type Severity = Alert["severity"];
export type SignatureState = NonNullable<Alert["evidence_signature"]>;
export type Verdict = Schemas["VerdictIn"]["verdict"];
export type ClaimSummary = Schemas["ClaimSummary"];
export type ClaimDetail = Schemas["ClaimDetail"];
export type ClaimState = ClaimSummary["state"];
export type ClaimAction = ClaimDetail["allowed_actions"][number];
export type ClaimIn = Schemas["ClaimIn"];
export type Finding = Schemas["FindingOut"];
export type FindingSeverity = Finding["severity"];
export type Hold = Schemas["HoldOut"];
export type HoldState = Hold["state"];
export type LegalBasis = Schemas["OpinionIn"]["basis"];
export type Rule = Schemas["RuleOut"];
export type AuditEntry = Schemas["AuditEntry"];
export type ZoneState = Schemas["ZoneStateIn"];
export type CameraSetup = Listed<Schemas["CameraSetup"]>;
export type CameraSettings = Schemas["CameraSettingsOut"];
export type Agent = Schemas["AgentOut"];
export type AgentKey = Schemas["AgentKeyOut"];
export type AgentSettings = Schemas["AgentSettingsOut"];
export type StateTemplate = Schemas["StateTemplateOut"];
export type Forecast = Schemas["Forecast"];
export type DeviceTimeline = Schemas["DeviceTimelineOut"];
export type Report = Schemas["ReportOut"];
export type ReportIn = Schemas["ReportIn"];
export type Paper = Schemas["PaperOut"];
export type Hazard = Schemas["HazardOut"];
export type HazardDetail = Schemas["HazardDetail"];
export type HazardStep = HazardDetail["allowed_steps"][number];
export type Agenda = Schemas["Agenda"];
export type AgendaItem = Schemas["AgendaItem"];
export type EvidenceItem = Schemas["EvidenceItem"];
export type Assignee = Schemas["AssigneeOut"];
