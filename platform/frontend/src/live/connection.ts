import { parseEvent, parseFrame, type Frame, type LiveEvent } from "./frame";

export type Link = "connecting" | "open" | "lost";

/** The part of a WebSocket used here, so that tests can hand in their own. */
export type OpenSocket = () => WebSocket;

export interface Live {
  /** Asks for a camera's frames until the returned function is called. */
  watch: (camera: string, fps: number, onFrame: (frame: Frame) => void) => () => void;
  onEvent: (listener: (event: LiveEvent) => void) => () => void;
  onLink: (listener: (link: Link) => void) => () => void;
  /** Opens the connection and keeps it open until the returned function is called. */
  start: () => () => void;
}

interface Watcher {
  camera: string;
  fps: number;
  onFrame: (frame: Frame) => void;
}

const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * One WebSocket for all pictures and events. It opens itself again for as long as it is
 * started, and tells the server anew what is watched. A message it cannot read is skipped.
 */
export function liveOver(open: OpenSocket): Live {
  const watchers = new Set<Watcher>();
  const eventListeners = new Set<(event: LiveEvent) => void>();
  const linkListeners = new Set<(link: Link) => void>();
  let socket: WebSocket | null = null;
  let link: Link = "connecting";
  let failures = 0;
  let closed = true;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let pending: ReturnType<typeof setTimeout> | undefined;

  function setLink(next: Link) {
    link = next;
    for (const listener of linkListeners) listener(next);
  }

  function receive(message: MessageEvent<string | ArrayBuffer>) {
    try {
      if (typeof message.data === "string") {
        const event = parseEvent(message.data);
        if (event) for (const listener of eventListeners) listener(event);
        return;
      }
      const frame = parseFrame(message.data);
      for (const w of watchers) if (w.camera === frame.header.camera) w.onFrame(frame);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  function askSoon() {
    clearTimeout(pending);
    pending = setTimeout(ask, 30);
  }

  function ask() {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const wanted = new Map<string, number>();
    for (const w of watchers) wanted.set(w.camera, Math.max(w.fps, wanted.get(w.camera) ?? 0));
    const watch = [...wanted.keys()].sort();
    const fps = Math.max(1, ...wanted.values());
    const slower = [...wanted].filter(([, rate]) => rate < fps);
    const rates = slower.length > 0 ? { rates: Object.fromEntries(slower) } : {};
    socket.send(JSON.stringify({ watch, fps, ...rates }));
  }

  function dial() {
    const dialled = open();
    socket = dialled;
    dialled.binaryType = "arraybuffer";
    dialled.onopen = () => {
      failures = 0;
      setLink("open");
      ask();
    };
    dialled.onmessage = receive;
    dialled.onclose = () => {
      if (closed || socket !== dialled) return;
      setLink("lost");
      retry = setTimeout(dial, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    };
  }

  return {
    watch(camera, fps, onFrame) {
      const watcher = { camera, fps, onFrame };
      watchers.add(watcher);
      askSoon();
      return () => {
        watchers.delete(watcher);
        askSoon();
      };
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    onLink(listener) {
      linkListeners.add(listener);
      listener(link);
      return () => linkListeners.delete(listener);
    },
    start() {
      closed = false;
      dial();
      return () => {
        closed = true;
        clearTimeout(retry);
        clearTimeout(pending);
        socket?.close();
      };
    },
  };
}

export function liveSocket(): WebSocket {
  const url = new URL("/api/v1/live", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url);
}
