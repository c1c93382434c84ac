import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { liveOver, type Link } from "../src/live/connection";
import type { Frame, LiveEvent } from "../src/live/frame";

/** Stands at the network's edge: the browser's WebSocket, whose other end the test plays. */
class Line {
  readyState: number = WebSocket.CONNECTING;
  binaryType = "";
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = WebSocket.CLOSED;
  }

  accept() {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }

  drop() {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.();
  }
}

function picture(camera: string): ArrayBuffer {
  const head = new TextEncoder().encode(`${JSON.stringify({ camera, ts: "2026-11-24T08:00:00Z" })}\n`);
  return Uint8Array.from([...head, 0xff, 0xd8]).buffer;
}

let lines: Line[] = [];
const start = () => {
  const live = liveOver(() => {
    const line = new Line();
    lines.push(line);
    return line as unknown as WebSocket;
  });
  return { live, stop: live.start() };
};
const last = () => lines[lines.length - 1] as Line;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the live connection", () => {
  it("asks once for all cameras watched, at the highest rate wanted", () => {
    const { live } = start();
    live.watch("a/1", 1, vi.fn());
    live.watch("a/2", 5, vi.fn());
    live.watch("a/1", 5, vi.fn());
    last().accept();
    expect(last().sent).toEqual([{ watch: ["a/1", "a/2"], fps: 5 }]);
  });

  it("asks anew when a camera is no longer watched", () => {
    const { live } = start();
    const stopWatching = live.watch("a/1", 5, vi.fn());
    live.watch("a/2", 2, vi.fn());
    last().accept();
    stopWatching();
    vi.advanceTimersByTime(100);
    expect(last().sent.at(-1)).toEqual({ watch: ["a/2"], fps: 2 });
  });

  it("asks for fewer pictures of a camera that is only small on the screen", () => {
    const { live } = start();
    live.watch("a/1", 12, vi.fn());
    live.watch("a/2", 1, vi.fn());
    last().accept();
    expect(last().sent).toEqual([{ watch: ["a/1", "a/2"], fps: 12, rates: { "a/2": 1 } }]);
  });

  it("gives a picture only to those who watch its camera", () => {
    const { live } = start();
    const first = vi.fn<(frame: Frame) => void>();
    const second = vi.fn<(frame: Frame) => void>();
    live.watch("a/1", 5, first);
    live.watch("a/2", 5, second);
    last().accept();
    last().onmessage?.({ data: picture("a/2") });
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
  });

  it("skips what it cannot read and goes on", () => {
    const { live } = start();
    const seen = vi.fn<(frame: Frame) => void>();
    const heard = vi.fn<(event: LiveEvent) => void>();
    live.watch("a/1", 5, seen);
    live.onEvent(heard);
    last().accept();
    last().onmessage?.({ data: "not json" });
    last().onmessage?.({ data: new ArrayBuffer(4) });
    last().onmessage?.({ data: picture("a/1") });
    last().onmessage?.({ data: '{"event":"claim","project":"a","id":1,"state":"held","ts":"x"}' });
    expect(seen).toHaveBeenCalledOnce();
    expect(heard).toHaveBeenCalledOnce();
  });

  it("comes back by itself and tells the server again what is watched", () => {
    const { live } = start();
    const states: Link[] = [];
    live.onLink((state) => states.push(state));
    live.watch("a/1", 5, vi.fn());
    last().accept();
    last().drop();
    vi.advanceTimersByTime(600);
    expect(lines).toHaveLength(2);
    last().drop();
    vi.advanceTimersByTime(1_100);
    expect(lines).toHaveLength(3);
    last().accept();
    expect(states).toEqual(["connecting", "open", "lost", "lost", "open"]);
    expect(last().sent).toEqual([{ watch: ["a/1"], fps: 5 }]);
  });

  it("stays closed once stopped", () => {
    const { stop } = start();
    const line = last();
    line.accept();
    stop();
    line.drop();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });
});
