import type { CameraSettings, CameraSetup, Text, ZoneState } from "../api/types";
import { isCrossed, isTooSmall, type Polygon } from "./polygon";

/** What is drawn of a camera and not yet sent. Settings are those of the agent's file format. */

export interface Template {
  name: string;
  storeys: number;
}

export interface Shape {
  kind: "zone" | "danger";
  id: string;
  name: Text;
  polygon: Polygon;
  /** A zone's. */
  workItem: string;
  weight: number;
  states: ZoneState[];
  template: Template | null;
  /** What the agent's settings say of it beyond what is drawn here, kept as it is. */
  more: Record<string, unknown>;
}

export interface Thresholds {
  threshold: number | null;
  fps: number | null;
  frames: number | null;
  of: number | null;
  coolDown: number | null;
  off: readonly string[];
}

export interface Draft {
  shapes: readonly Shape[];
  thresholds: Thresholds;
}

/** What is left when some names are taken away. */
export function without(raw: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => !names.includes(name)));
}

export const HAZARDS = ["no_helmet", "no_vest", "intrusion", "person_under_load"] as const;

type Raw = Record<string, unknown>;

const asRaw = (value: unknown): Raw => (typeof value === "object" && value !== null ? (value as Raw) : {});
const listOf = (value: unknown): Raw[] => (Array.isArray(value) ? value.map(asRaw) : []);
const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** What is known of a camera now: the platform's names over the places last sent. */
export function draftOf(setup: CameraSetup, settings: CameraSettings): Draft {
  const raw = asRaw(settings.settings);
  const sentZones = new Map(listOf(raw["zones"]).map((zone) => [zone["id"], zone]));
  const sentDanger = new Map(listOf(raw["danger_zones"]).map((zone) => [zone["id"], zone]));
  const zones = setup.zones.map((zone): Shape => {
    const sent = sentZones.get(zone.id) ?? {};
    const { polygon, template, storeys } = sent;
    const more = without(sent, "id", "polygon", "template", "storeys");
    return {
      kind: "zone",
      id: zone.id,
      name: zone.name,
      polygon: (polygon ?? zone.polygon) as unknown as Polygon,
      workItem: zone.work_item,
      weight: zone.weight,
      states: zone.states,
      template: typeof template === "string" && template ? { name: template, storeys: numberOf(storeys) ?? 1 } : null,
      more,
    };
  });
  const named = new Map(setup.danger_zones.map((zone) => [zone.id, zone.name]));
  const danger = [...sentDanger.values()].map((sent): Shape => {
    const { id, polygon, ...more } = sent;
    const code = String(id);
    return {
      kind: "danger",
      id: code,
      name: named.get(code) ?? { zh: code, en: code },
      polygon: (polygon ?? []) as Polygon,
      workItem: "",
      weight: 0,
      states: [],
      template: null,
      more,
    };
  });
  const confirm = asRaw(raw["confirm"]);
  const hazards = asRaw(raw["hazards"]);
  return {
    shapes: [...zones, ...danger],
    thresholds: {
      threshold: numberOf(asRaw(raw["detector"])["threshold"]),
      fps: numberOf(raw["fps"]),
      frames: numberOf(confirm["frames"]),
      of: numberOf(confirm["of"]),
      coolDown: numberOf(raw["cool_down_seconds"]),
      off: HAZARDS.filter((kind) => hazards[kind] === "off"),
    },
  };
}

/** The settings to be sent: the last ones with what was changed of them. */
export function settingsOf(before: Record<string, unknown>, start: Draft, draft: Draft): Record<string, unknown> {
  const settings: Raw = { ...before };
  const zones = draft.shapes.filter(({ kind }) => kind === "zone");
  if ("zones" in before || changed(start, draft, "zone")) settings["zones"] = zones.map(sentZone);
  if ("danger_zones" in before || changed(start, draft, "danger")) {
    settings["danger_zones"] = draft.shapes
      .filter(({ kind }) => kind === "danger")
      .map(({ id, polygon, more }) => ({ ...more, id, polygon }));
  }
  const { threshold, fps, frames, of, coolDown, off } = draft.thresholds;
  const judged = { ...asRaw(before["hazards"]) };
  for (const kind of HAZARDS) {
    if (off.includes(kind)) judged[kind] = "off";
    else if (judged[kind] === "off") judged[kind] = {};
  }
  const told: [string, number | Raw | null][] = [
    ["detector", { ...asRaw(before["detector"]), threshold }],
    ["confirm", { ...asRaw(before["confirm"]), frames, of }],
    ["hazards", judged],
    ["fps", fps],
    ["cool_down_seconds", coolDown],
  ];
  return told.reduce((all, [name, value]) => saying(all, name, value), settings);
}

/** With a value; one that says nothing is left to the agent's file. */
function saying(settings: Raw, name: string, value: number | Raw | null): Raw {
  const said = typeof value === "object" && value !== null ? withoutNulls(value) : value;
  const nothing = said === null || (typeof said === "object" && Object.keys(said).length === 0);
  return nothing ? without(settings, name) : { ...settings, [name]: said };
}

const withoutNulls = (value: Raw): Raw => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null));

function sentZone({ id, polygon, weight, states, template, more }: Shape): Raw {
  const { states: told, ...rest } = more;
  const base = { ...rest, id, polygon, weight };
  if (template) return { ...base, template: template.name, storeys: template.storeys };
  const patterns = new Map(listOf(told).map((state) => [state["code"], state["pattern"]]));
  return {
    ...base,
    states: states.map(({ code, percent }) => ({
      code,
      percent,
      ...(patterns.get(code) ? { pattern: patterns.get(code) } : {}),
    })),
  };
}

function changed(start: Draft, draft: Draft, kind: Shape["kind"]): boolean {
  const of = ({ shapes }: Draft) => JSON.stringify(shapes.filter((shape) => shape.kind === kind));
  return of(start) !== of(draft);
}

/** A code no shape has yet. */
export function freshCode(shapes: readonly Shape[], kind: Shape["kind"]): string {
  const taken = new Set(shapes.map(({ id }) => id));
  for (let n = 1; ; n += 1) {
    const code = `${kind === "zone" ? "zone" : "danger"}-${String(n)}`;
    if (!taken.has(code)) return code;
  }
}

export type Fault = { what: "crossed" | "small" | "noItem" | "noStates"; zone: string } | { what: "unnamed" | "sameCode" };

/** What would be refused, found before it is sent. */
export function faultsOf({ shapes }: Draft): Fault[] {
  const faults: Fault[] = [];
  if (shapes.some(({ name }) => !name.zh.trim())) faults.push({ what: "unnamed" });
  for (const kind of ["zone", "danger"] as const) {
    const codes = shapes.filter((shape) => shape.kind === kind).map(({ id }) => id);
    if (new Set(codes).size < codes.length) faults.push({ what: "sameCode" });
  }
  for (const { polygon, name, id, kind, workItem, states } of shapes) {
    const zone = name.zh || id;
    if (isTooSmall(polygon)) faults.push({ what: "small", zone });
    else if (isCrossed(polygon)) faults.push({ what: "crossed", zone });
    if (kind === "zone" && !workItem) faults.push({ what: "noItem", zone });
    if (kind === "zone" && states.length < 2) faults.push({ what: "noStates", zone });
  }
  return faults;
}
