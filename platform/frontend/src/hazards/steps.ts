import { client, take } from "../api/client";
import type { HazardDetail, HazardStep } from "../api/types";

/** A form of the desk; one form may decide between two events (a recheck passes or fails). */
export type Step =
  | "confirm"
  | "dismiss"
  | "grade"
  | "order"
  | "plan"
  | "submit"
  | "recheck"
  | "resume"
  | "supervise"
  | "end_supervision"
  | "close"
  | "look_back";

export type FieldKind = "line" | "text" | "day" | "severity" | "order" | "edition" | "yes" | "pictures";

export interface Field {
  name: string;
  kind: FieldKind;
  required?: boolean;
  /** Only asked when this holds. */
  when?: (values: Record<string, unknown>) => boolean;
}

const NOTE: Field = { name: "note", kind: "text", required: true };
const isMajor = (values: Record<string, unknown>) => values["severity"] === "major";
const hasNone = (values: Record<string, unknown>) => ((values["pictures"] as string[] | undefined) ?? []).length === 0;

export const FIELDS: Record<Step, Field[]> = {
  confirm: [NOTE],
  dismiss: [NOTE],
  grade: [
    { name: "severity", kind: "severity", required: true },
    { name: "edition", kind: "edition", required: true, when: isMajor },
    { name: "article", kind: "line", required: true, when: isMajor },
    { name: "quoted", kind: "text", required: true, when: isMajor },
    { name: "reason", kind: "text", required: true },
  ],
  order: [
    { name: "kind", kind: "order", required: true },
    { name: "addressee", kind: "line", required: true },
    { name: "requirements", kind: "text", required: true },
    { name: "due", kind: "day" },
    { name: "later_reason", kind: "line", when: (values) => !!values["due"] },
  ],
  plan: [
    { name: "measures", kind: "text", required: true },
    { name: "person", kind: "line", required: true },
    { name: "deadline", kind: "day", required: true },
  ],
  submit: [{ name: "fixed_by", kind: "line", required: true }, NOTE],
  recheck: [
    { name: "passed", kind: "yes", required: true },
    { name: "pictures", kind: "pictures" },
    { name: "no_picture_reason", kind: "line", when: hasNone },
    NOTE,
  ],
  resume: [NOTE],
  supervise: [NOTE],
  end_supervision: [NOTE],
  close: [{ name: "closed_on", kind: "day", required: true }, NOTE],
  look_back: [{ name: "effective", kind: "yes", required: true }, { name: "pictures", kind: "pictures" }, NOTE],
};

const FORM: Partial<Record<HazardStep, Step>> = {
  confirm: "confirm",
  dismiss: "dismiss",
  grade: "grade",
  order: "order",
  plan: "plan",
  submit: "submit",
  pass: "recheck",
  fail: "recheck",
  resume: "resume",
  supervise: "supervise",
  end_supervision: "end_supervision",
  close: "close",
  stand: "look_back",
  relapse: "look_back",
};

/** The forms open to the person looking, in the order of the procedure; only one of a pair that undo each other. */
export function formsOf(hazard: Pick<HazardDetail, "allowed_steps" | "supervised" | "suspended" | "state">): Step[] {
  const steps = hazard.allowed_steps.flatMap((event) => {
    if (event === (hazard.supervised ? "supervise" : "end_supervision")) return [];
    if (event === "resume" && !hazard.suspended) return [];
    const step = FORM[event];
    return step ? [step] : [];
  });
  const order = Object.keys(FIELDS) as Step[];
  const last: Step[] = ["grade", "supervise", "end_supervision"];
  const rank = (step: Step) => order.indexOf(step) + (last.includes(step) ? order.length : 0);
  return [...new Set(steps)].sort((a, b) => rank(a) - rank(b));
}

type Body = Record<string, unknown>;

/** Sends a step. The server checks all of it again and says which field is wrong. */
export function send(hazard: number, step: Step, body: Body): Promise<unknown> {
  const params = { path: { hazard } };
  const given = { params, body: body as never };
  switch (step) {
    case "confirm":
      return take(client.POST("/api/v1/hazards/{hazard}/confirmation", given));
    case "dismiss":
      return take(client.POST("/api/v1/hazards/{hazard}/dismissal", given));
    case "grade":
      return take(client.POST("/api/v1/hazards/{hazard}/grade", given));
    case "order":
      return take(client.POST("/api/v1/hazards/{hazard}/order", given));
    case "plan":
      return take(client.POST("/api/v1/hazards/{hazard}/plan", given));
    case "submit":
      return take(client.POST("/api/v1/hazards/{hazard}/submission", given));
    case "recheck":
      return take(client.POST("/api/v1/hazards/{hazard}/recheck", given));
    case "resume":
      return take(client.POST("/api/v1/hazards/{hazard}/resumption", given));
    case "supervise":
    case "end_supervision":
      return take(
        client.POST("/api/v1/hazards/{hazard}/supervision", {
          params,
          body: { ...body, listed: step === "supervise" } as never,
        }),
      );
    case "close":
      return take(client.POST("/api/v1/hazards/{hazard}/closure", given));
    case "look_back":
      return take(client.POST("/api/v1/hazards/{hazard}/look-back", given));
  }
}
