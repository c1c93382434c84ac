import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Place } from "./entries";

type Known = "off" | "asking" | "known" | "denied";

interface Here {
  place: Place | null;
  known: Known;
  /** Asks for the location; browsers show their question only once somebody tapped. */
  locate: () => void;
  /** Degrees clockwise from north, where this phone has a compass. */
  heading: () => number | null;
  watchCompass: () => void;
}

const Location = createContext<Here | null>(null);

type Compass = DeviceOrientationEvent & { webkitCompassHeading?: number };
type AskingOrientation = typeof DeviceOrientationEvent & { requestPermission?: () => Promise<string> };

export function LocationProvider({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState<Place | null>(null);
  const [known, setKnown] = useState<Known>("off");
  const watching = useRef<number | null>(null);
  const heading = useRef<number | null>(null);
  const compass = useRef(false);

  const locate = useCallback(() => {
    if (watching.current !== null || !("geolocation" in navigator)) return;
    setKnown("asking");
    watching.current = navigator.geolocation.watchPosition(
      ({ coords: { latitude, longitude, accuracy } }) => {
        setPlace({ latitude, longitude, accuracy });
        setKnown("known");
      },
      (error) => {
        // Without a fix yet the last place stays; only a refusal ends the watch.
        if (error.code !== error.PERMISSION_DENIED) return;
        if (watching.current !== null) navigator.geolocation.clearWatch(watching.current);
        watching.current = null;
        setKnown("denied");
      },
      { enableHighAccuracy: true, maximumAge: 30_000 },
    );
  }, []);

  const watchCompass = useCallback(() => {
    if (compass.current || typeof DeviceOrientationEvent === "undefined") return;
    compass.current = true;
    const turn = (event: Event) => {
      const { absolute, alpha, webkitCompassHeading } = event as Compass;
      if (webkitCompassHeading !== undefined) heading.current = webkitCompassHeading % 360;
      else if (absolute && alpha !== null) heading.current = (360 - alpha) % 360;
    };
    const listen = () => {
      window.addEventListener("deviceorientationabsolute", turn);
      window.addEventListener("deviceorientation", turn);
    };
    const asking = DeviceOrientationEvent as AskingOrientation;
    if (asking.requestPermission) void asking.requestPermission().then((said) => said === "granted" && listen(), () => undefined);
    else listen();
  }, []);

  useEffect(() => {
    void navigator.permissions
      ?.query({ name: "geolocation" })
      .then(({ state }) => {
        if (state === "granted") locate();
        if (state === "denied") setKnown("denied");
      })
      .catch(() => undefined);
    return () => {
      if (watching.current !== null) navigator.geolocation.clearWatch(watching.current);
      watching.current = null;
    };
  }, [locate]);

  const here = useMemo(
    () => ({ place, known, locate, heading: () => heading.current, watchCompass }),
    [place, known, locate, watchCompass],
  );
  return <Location value={here}>{children}</Location>;
}

export function useHere(): Here {
  const here = useContext(Location);
  if (!here) throw new Error("useHere outside LocationProvider");
  return here;
}
