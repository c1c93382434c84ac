/** What goes before a live picture; see FrameHeader in the wire contract. */
export interface FrameHeader {
  camera: string;
  ts: string;
  width: number;
  height: number;
  health: "ok" | "blind" | "blurred" | "flickering" | "moved" | "frozen" | "offline";
  boxes: FrameBox[];
}

export interface FrameBox {
  kind: string;
  box: [number, number, number, number];
  confidence: number;
  zone?: string | null;
}

export interface Frame {
  header: FrameHeader;
  jpeg: Uint8Array<ArrayBuffer>;
}

const NEWLINE = 0x0a;

/**
 * Splits a binary live message into its JSON header line and the JPEG behind it.
 * Throws SyntaxError when there is no such line, no camera in it or no picture after it.
 */
export function parseFrame(message: ArrayBuffer): Frame {
  const bytes = new Uint8Array(message);
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) throw new SyntaxError("live frame without a header line");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Partial<FrameHeader>;
  if (typeof header.camera !== "string" || typeof header.ts !== "string") {
    throw new SyntaxError("live frame header names no camera or no time");
  }
  const jpeg = bytes.subarray(end + 1);
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new SyntaxError("live frame carries no JPEG");
  return {
    header: {
      camera: header.camera,
      ts: header.ts,
      width: header.width ?? 16,
      height: header.height ?? 9,
      health: header.health ?? "ok",
      boxes: header.boxes ?? [],
    },
    jpeg,
  };
}

/** Something happened; a hint to look, never the data itself. */
export interface LiveEvent {
  event: "alert" | "claim" | "project" | "device";
  project: string;
  id: string | number;
  state: string;
  ts: string;
}

const EVENTS = new Set(["alert", "claim", "project", "device"]);

/** Reads a text live message; null when it is none of the events known here. */
export function parseEvent(message: string): LiveEvent | null {
  const event = JSON.parse(message) as Partial<LiveEvent> | null;
  if (!event || typeof event.event !== "string" || !EVENTS.has(event.event)) return null;
  return event as LiveEvent;
}
