import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { liveOver, liveSocket, type Link, type Live } from "./connection";
import type { Frame, LiveEvent } from "./frame";

const Connection = createContext<Live | null>(null);

/** Opens the live connection for those who may look; others get none. */
export function LiveProvider({ allowed, children }: { allowed: boolean; children: ReactNode }) {
  const [live] = useState(() => liveOver(liveSocket));
  useEffect(() => (allowed ? live.start() : undefined), [allowed, live]);
  return <Connection value={allowed ? live : null}>{children}</Connection>;
}

export function useLink(): Link {
  const live = useContext(Connection);
  const [link, setLink] = useState<Link>("connecting");
  useEffect(() => live?.onLink(setLink), [live]);
  return link;
}

export function useEvents(onEvent: (event: LiveEvent) => void): void {
  const live = useContext(Connection);
  useEffect(() => live?.onEvent(onEvent), [live, onEvent]);
}

/** Watches a camera while mounted. `onFrame` must be stable. */
export function useFrames(camera: string, fps: number, onFrame: (frame: Frame) => void): void {
  const live = useContext(Connection);
  useEffect(() => live?.watch(camera, fps, onFrame), [live, camera, fps, onFrame]);
}
