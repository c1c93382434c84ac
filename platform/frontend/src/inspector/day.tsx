import { useQuery } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { client, take, ApiError } from "../api/client";
import type { Me } from "../api/types";
import type { Act, Day, Photo } from "./entries";
import { announce, flush, onChange, type Round } from "./outbox";
import { acts, keepDay, keptDay, photos } from "./store";

export interface Known {
  who: Me;
  day: Day;
  /** Kept on the phone, not just fetched. */
  kept: boolean;
}

const AGAIN_MS = 15_000;

/** The day from the server, or the one kept here where the server cannot be reached. */
async function fetchDay(): Promise<Known | null> {
  try {
    const who = await take(client.GET("/api/v1/session"));
    const day = await take(client.GET("/api/v1/inspection/day"));
    await keepDay(who, day).catch(() => undefined); // a full phone still shows what came
    return { who, day, kept: false };
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    const kept = await keptDay();
    return kept ? { ...kept, kept: true } : null;
  }
}

export function useDay() {
  return useQuery({
    queryKey: ["inspection-day"],
    queryFn: fetchDay,
    networkMode: "always",
    retry: false,
    refetchInterval: 60_000,
    staleTime: 5_000,
    gcTime: 0, // the next person to sign in must not see the last one's day
  });
}

interface Outbox {
  acts: Act[];
  photos: ReadonlyMap<string, Photo>;
  round: Round;
  online: boolean;
  send: () => void;
}

const Queue = createContext<Outbox | null>(null);

/** The queue as it is on the phone, and what sends it: at once, on regain of the line, and now and then. */
export function OutboxProvider({ onSent, children }: { onSent: () => void; children: ReactNode }) {
  const [queued, setQueued] = useState<{ acts: Act[]; photos: Map<string, Photo> }>({ acts: [], photos: new Map() });
  const [round, setRound] = useState<Round>("done");
  const [online, setOnline] = useState(navigator.onLine);

  const look = useCallback(async () => {
    const [allActs, allPhotos] = await Promise.all([acts(), photos()]);
    setQueued({ acts: allActs, photos: new Map(allPhotos.map((photo) => [photo.id, photo])) });
    return allActs;
  }, []);

  const send = useCallback(() => {
    void flush((path, init) => fetch(path, init), () => new Date())
      .then((ended) => {
        if (ended !== "busy") setRound(ended);
      })
      .finally(look);
  }, [look]);

  useEffect(() => {
    let sent = -1;
    const changed = () =>
      void look().then((all) => {
        const now = all.filter(({ state }) => state === "sent" || state === "conflict").length;
        if (sent >= 0 && now > sent) onSent();
        sent = now;
      });
    const regained = () => {
      setOnline(true);
      send();
    };
    const lost = () => {
      setOnline(false);
    };
    const shown = () => {
      if (document.visibilityState === "visible") send();
    };
    const stop = onChange(changed);
    changed();
    send();
    window.addEventListener("online", regained);
    window.addEventListener("offline", lost);
    document.addEventListener("visibilitychange", shown);
    const timer = setInterval(send, AGAIN_MS);
    return () => {
      stop();
      window.removeEventListener("online", regained);
      window.removeEventListener("offline", lost);
      document.removeEventListener("visibilitychange", shown);
      clearInterval(timer);
    };
  }, [look, send, onSent]);

  const outbox = useMemo(() => ({ ...queued, round, online, send }), [queued, round, online, send]);
  return <Queue value={outbox}>{children}</Queue>;
}

export function useOutbox(): Outbox {
  const outbox = useContext(Queue);
  if (!outbox) throw new Error("useOutbox outside OutboxProvider");
  return outbox;
}

/** Tells every window of something new in the queue, and the browser to send it even once we are closed. */
export function queueChanged() {
  announce();
  void askForSync();
}

type SyncRegistration = ServiceWorkerRegistration & { sync?: { register: (tag: string) => Promise<void> } };

/** Where the browser can, the queue is sent after the page was closed as well. */
async function askForSync() {
  const registration = (await navigator.serviceWorker?.getRegistration("/inspection")) as SyncRegistration | undefined;
  await registration?.sync?.register("siteward-outbox").catch(() => undefined);
}

const Today = createContext<Known | null>(null);
export const DayProvider = Today.Provider;

/** Who is here and what their day is. */
export function useToday(): Known {
  const today = useContext(Today);
  if (!today) throw new Error("useToday outside DayProvider");
  return today;
}
