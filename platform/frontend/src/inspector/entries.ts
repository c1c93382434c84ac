import type { components } from "../api/schema";
import type { Failure, Text } from "../api/types";

type Schemas = components["schemas"];

/** The typed client reads a tuple as a list of its items; so do we. */
export type FieldAlert = Omit<Schemas["FieldAlert"], "box"> & { box: number[] | null };
export type Day = Omit<Schemas["InspectionDay"], "alerts"> & { alerts: FieldAlert[] };
export type Visit = Schemas["VisitOut"];
export type Site = Schemas["FieldSite"];
export type FieldMilestone = Schemas["FieldMilestone"];
export type Checklist = Schemas["Checklist"];
export type Place = Schemas["Place"];
export type Signature = Schemas["Signature"];
export type Source = Schemas["UploadIn"]["source"];

export interface Bodies {
  confirmations: Omit<Schemas["ConfirmationIn"], "photos">;
  "visit-reports": Schemas["VisitReportIn"];
  "acceptance-requests": Omit<Schemas["AcceptanceRequestIn"], "photos">;
}
export type What = keyof Bodies;

/** `conflict`: somebody was faster; `refused`: the server said no for good. Neither goes by itself. */
export type State = "waiting" | "sending" | "sent" | "refused" | "conflict";

interface Entry {
  /** Whose: nothing is sent under another name than that of who did it. */
  owner: string;
  state: State;
  failure: Failure | null;
}

/** A picture taken here; its bytes stay until the act it belongs to has been answered. */
export interface Photo extends Entry {
  id: string;
  blob: Blob | null;
  sha256: string;
  size: number;
  project: string;
  source: Source;
  taken_at: string;
  place: Place | null;
  heading: number | null;
  offset: number;
}

/** Something done on site; `present` is how things stood at the server when it came too late. */
export interface Act<W extends What = What> extends Entry {
  key: string;
  what: W;
  title: Text;
  body: Bodies[W];
  photos: string[];
  made_at: string;
  answered_at: string | null;
  present: unknown;
}
