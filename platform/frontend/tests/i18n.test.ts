import { describe, expect, it } from "vitest";
import { en as desk } from "../src/i18n/en";
import { inspectorEn } from "../src/i18n/en.inspector";
import { zh as deskZh } from "../src/i18n/zh";
import { inspectorZh } from "../src/i18n/zh.inspector";

// The phone has words of its own, which the first page does not load.
const en = { ...desk, inspector: inspectorEn };
const zh = { ...deskZh, inspector: inspectorZh };

type Leaf = [path: string, kind: string, text: string];

function leaves(node: unknown, path: string): Leaf[] {
  if (typeof node === "string") return [[path, "text", node]];
  if (typeof node === "function") return [[path, "function", String(call(path, node as (...args: unknown[]) => unknown))]];
  return Object.entries(node as object).flatMap(([key, value]) => leaves(value, `${path}.${key}`));
}

const TAKES_A_TIME = [".common.ago", ".common.lasting"];

function call(path: string, speak: (...args: unknown[]) => unknown): unknown {
  return TAKES_A_TIME.includes(path) ? speak({ count: 3, unit: "hour" }) : speak("2", "3", "4");
}

describe("the two languages", () => {
  it("have the same words in the same places", () => {
    const shape = (leaf: Leaf) => `${leaf[0]} ${leaf[1]}`;
    expect(leaves(en, "").map(shape).sort()).toEqual(leaves(zh, "").map(shape).sort());
  });

  it.each([
    ["zh", zh],
    ["en", en],
  ])("leave nothing empty or unfilled in %s", (_, words) => {
    const bad = leaves(words, "").filter(([, , text]) => text.trim() === "" || /undefined|\[object/.test(text));
    expect(bad).toEqual([]);
  });

  it("are not mixed: English holds no Chinese but the language switch", () => {
    const mixed = leaves(en, "").filter(([path, , text]) => /\p{Script=Han}/u.test(text) && path !== ".common.language");
    expect(mixed).toEqual([]);
  });
});
