import { describe, expect, it } from "vitest";
import { parseEvent, parseFrame } from "../src/live/frame";

const JPEG = [0xff, 0xd8, 0x0a, 0x7b, 0xff, 0xd9];

function message(header: unknown, body: number[] = JPEG): ArrayBuffer {
  const line = new TextEncoder().encode(`${typeof header === "string" ? header : JSON.stringify(header)}\n`);
  return Uint8Array.from([...line, ...body]).buffer;
}

const HEADER = { camera: "kindergarten/cam1", id: "x", ts: "2026-11-24T08:00:00Z", v: 1, width: 640, height: 360 };

describe("a live picture", () => {
  it("is split at the first newline only: the JPEG may hold newlines itself", () => {
    const { header, jpeg } = parseFrame(message(HEADER));
    expect(header.camera).toBe("kindergarten/cam1");
    expect([...jpeg]).toEqual(JPEG);
  });

  it("is healthy and empty where the edge left the defaults out", () => {
    const { header } = parseFrame(message(HEADER));
    expect(header.health).toBe("ok");
    expect(header.boxes).toEqual([]);
  });

  it("keeps health and boxes", () => {
    const boxes = [{ kind: "intrusion", box: [0.1, 0.2, 0.3, 0.4], confidence: 0.91, zone: null }];
    const { header } = parseFrame(message({ ...HEADER, health: "blind", boxes }));
    expect(header.health).toBe("blind");
    expect(header.boxes).toEqual(boxes);
  });

  it.each([
    ["no header line", new Uint8Array(JPEG.filter((b) => b !== 0x0a)).buffer],
    ["a header that is no JSON", message("{oops")],
    ["a header without a camera", message({ ts: HEADER.ts })],
    ["nothing after the header", message(HEADER, [])],
    ["something else than a JPEG", message(HEADER, [0x89, 0x50, 0x4e, 0x47])],
  ])("is refused when it has %s", (_, data) => {
    expect(() => parseFrame(data)).toThrow(SyntaxError);
  });
});

describe("a live event", () => {
  it("is read", () => {
    const event = { event: "alert", project: "road", id: 3, state: "firing", ts: HEADER.ts };
    expect(parseEvent(JSON.stringify(event))).toEqual(event);
  });

  it.each(["null", "{}", "[]", '{"event":"weather"}'])("of an unknown kind (%s) is ignored", (text) => {
    expect(parseEvent(text)).toBeNull();
  });
});
