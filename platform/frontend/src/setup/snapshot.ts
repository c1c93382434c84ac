import { useCallback, useEffect, useRef, useState } from "react";
import { useFrames } from "../live/provider";
import type { Frame } from "../live/frame";

const FPS = 1;

/** The camera's newest live picture as an address to show, renewed while `on`. */
export function useSnapshot(camera: string, on: boolean): string | null {
  const [url, setUrl] = useState<string | null>(null);
  const shown = useRef<string | null>(null);
  const wanted = useRef(on);
  useEffect(() => {
    wanted.current = on;
  }, [on]);
  const onFrame = useCallback((frame: Frame) => {
    if (!wanted.current && shown.current) return;
    const next = URL.createObjectURL(new Blob([frame.jpeg], { type: "image/jpeg" }));
    const before = shown.current;
    shown.current = next;
    setUrl(next);
    // The picture before is still on the screen until the next one is painted.
    if (before) setTimeout(() => { URL.revokeObjectURL(before); }, 2_000);
  }, []);
  useFrames(camera, FPS, onFrame);
  useEffect(
    () => () => {
      if (shown.current) URL.revokeObjectURL(shown.current);
    },
    [],
  );
  return url;
}
