import { describe, expect, it } from "vitest";
import type { Act, Photo, Site } from "../src/inspector/entries";
import { metres, nearestFirst } from "../src/inspector/nearness";
import { sendAct, sendPhoto, type Ask } from "../src/inspector/send";

const PIECE = 256 * 1024;

function photo(size: number): Photo {
  return {
    id: "p", owner: "wang", state: "waiting", failure: null, blob: new Blob([new Uint8Array(size)]), sha256: "a".repeat(64),
    size, project: "school", source: "camera", taken_at: "2026-06-15T01:00:00Z", place: null, heading: null, offset: 0,
  };
}

/** A server that has `arrived` bytes and answers one PATCH after the other from a script. */
function server(size: number, arrived: number, script: Record<number, () => Response> = {}) {
  const upload = { id: "p", sha256: "a".repeat(64), size, offset: arrived, state: "open", stored_at: null as string | null };
  const offsets: number[] = [];
  const reach: Ask = (path, init) => {
    if (init?.method === "POST") return Promise.resolve(Response.json(upload));
    const offset = Number((init?.headers as Record<string, string>)["Upload-Offset"]);
    const scripted = script[offsets.push(offset)];
    if (scripted) return Promise.resolve(scripted());
    upload.offset = offset + (init?.body as Blob).size;
    if (upload.offset === size) Object.assign(upload, { state: "stored", stored_at: "2026-06-15T01:01:00Z" });
    expect(path).toBe("/api/v1/uploads/p");
    return Promise.resolve(Response.json(upload));
  };
  return { reach, offsets, upload };
}

const quiet = () => Promise.resolve();

describe("a photo on its way", () => {
  it("goes on from what the server has", async () => {
    const { reach, offsets } = server(3 * PIECE, PIECE);
    expect(await sendPhoto(reach, photo(3 * PIECE), quiet)).toMatchObject({ kind: "ok", value: { state: "stored" } });
    expect(offsets).toEqual([PIECE, 2 * PIECE]);
  });

  it("asks for the hash again where all bytes are there but nothing was stored", async () => {
    const { reach, offsets } = server(PIECE, PIECE);
    expect(await sendPhoto(reach, photo(PIECE), quiet)).toMatchObject({ kind: "ok" });
    expect(offsets).toEqual([PIECE]);
  });

  it("follows the server where another try got further", async () => {
    const { reach, offsets, upload } = server(3 * PIECE, 0, {
      1: () => Response.json({ code: "wrong_offset", message: "", present: { ...upload, offset: 2 * PIECE } }, { status: 409 }),
    });
    expect(await sendPhoto(reach, photo(3 * PIECE), quiet)).toMatchObject({ kind: "ok" });
    expect(offsets).toEqual([0, 2 * PIECE]);
  });

  it("starts again after a wrong hash, and gives up when it stays wrong", async () => {
    const wrong = () => Response.json({ code: "hash_mismatch", message: "" }, { status: 422 });
    const { reach, offsets } = server(PIECE, 0, { 1: wrong });
    expect(await sendPhoto(reach, photo(PIECE), quiet)).toMatchObject({ kind: "ok" });
    expect(offsets).toEqual([0, 0]);
    const never = server(PIECE, 0, { 1: wrong, 2: wrong, 3: wrong });
    expect(await sendPhoto(never.reach, photo(PIECE), quiet)).toMatchObject({ kind: "refused", failure: { code: "hash_mismatch" } });
  });

  it("is not sent when the server names another hash", async () => {
    const { reach, upload } = server(PIECE, 0);
    upload.sha256 = "b".repeat(64);
    expect(await sendPhoto(reach, photo(PIECE), quiet)).toMatchObject({ kind: "refused" });
  });

  it.each([
    ["a lost line", () => Promise.reject(new TypeError("Failed to fetch")), "lost"],
    ["a server that is down", () => Promise.resolve(Response.json({}, { status: 503 })), "lost"],
    ["a page instead of an answer", () => Promise.resolve(new Response("<html>")), "lost"],
    ["a session that ended", () => Promise.resolve(Response.json({}, { status: 401 })), "signedOut"],
  ])("waits after %s", async (_, reach, kind) => {
    expect(await sendPhoto(reach, photo(10), quiet)).toMatchObject({ kind });
  });
});

describe("an act on its way", () => {
  it("carries its key and the hashes of its photos, and brings back how things stand", async () => {
    const asked: [string, unknown][] = [];
    const reach: Ask = (path, init) => {
      asked.push([path, JSON.parse(init?.body as string)]);
      return Promise.resolve(Response.json({ code: "alert_judged_meanwhile", message: "", present: { verdict: "false_alarm" } }, { status: 409 }));
    };
    const act = { key: "k", what: "confirmations", body: { alert: 7, verdict: "confirmed" } } as unknown as Act;
    expect(await sendAct(reach, act, ["c"])).toMatchObject({ kind: "refused", status: 409, present: { verdict: "false_alarm" } });
    expect(asked).toEqual([["/api/v1/inspection/confirmations/k", { alert: 7, verdict: "confirmed", photos: ["c"] }]]);
  });
});

describe("nearness", () => {
  const site = (id: string, zh: string, latitude: number | null, longitude: number | null) =>
    ({ id, name: { zh, en: id }, latitude, longitude }) as Site;
  const far = site("far", "甲", 30.5, 120.2);
  const near = site("near", "乙", 30.28, 120.16);
  const nowhere = [site("b", "丁", null, null), site("a", "丙", null, null)];

  it("knows that a degree of latitude is 111.2 km", () => {
    expect(metres({ latitude: 30, longitude: 120 }, { latitude: 31, longitude: 120 })).toBeCloseTo(111_195, 0);
  });

  it("puts the nearest first and what has no place last, by name", () => {
    const sorted = nearestFirst([...nowhere, far, near], (one) => one, { latitude: 30.27, longitude: 120.15 });
    expect(sorted.map(({ id }) => id)).toEqual(["near", "far", "a", "b"]);
  });

  it("goes by name where nobody knows where we are", () => {
    const sorted = nearestFirst([near, far], (one) => one, null);
    expect(sorted.map(({ name }) => name.zh)).toEqual(["甲", "乙"].sort((a, b) => a.localeCompare(b, "zh")));
  });
});
