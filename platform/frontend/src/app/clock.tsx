import { createContext, useContext, useEffect, useState, type ReactNode } from "react";

const Now = createContext(new Date(0));

/** Gives the time to everything below it, moving on every few seconds. */
export function ClockProvider({ every, children }: { every: number; children: ReactNode }) {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(new Date());
    }, every);
    return () => {
      clearInterval(timer);
    };
  }, [every]);
  return <Now value={now}>{children}</Now>;
}

export function useNow(): Date {
  return useContext(Now);
}
