import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useCallback, useEffect } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";
import { ApiError } from "../api/client";
import { useNow } from "../app/clock";
import { Logo } from "../app/icons";
import { SignedIn } from "../app/session";
import { moment } from "../format/time";
import { DayProvider, OutboxProvider, useDay, useOutbox, useToday } from "./day";
import { Empty } from "./pieces";
import { LocationProvider } from "./place";
import { register } from "./register";
import { forgetDay } from "./store";
import { useWords } from "./words";
import "../styles/inspector.css";
import "../styles/inspector-forms.css";

/** The inspector's phone: works without a line once it was opened with one. */
export default function Inspection() {
  const day = useDay();
  const queries = useQueryClient();
  const { pathname } = useLocation();
  const { w } = useWords();
  const sent = useCallback(() => void queries.invalidateQueries({ queryKey: ["inspection-day"] }), [queries]);
  useEffect(register, []);
  const refused = day.error instanceof ApiError ? day.error : null;
  useEffect(() => {
    if (refused?.status === 401) void forgetDay();
  }, [refused]);
  if (refused?.status === 401) {
    return (
      <div className="field">
        <Empty title={w.signedOut}>
          <Link className="field-button field-button-main" to="/sign-in" state={{ from: pathname }}>
            {w.signIn}
          </Link>
        </Empty>
      </div>
    );
  }
  if (refused) {
    return (
      <div className="field">
        <Empty title={refused.message} note={refused.failure.remedy}>
          <Link className="field-button" to="/">
            {w.desk}
          </Link>
        </Empty>
      </div>
    );
  }
  if (day.data === undefined) return <div className="field" aria-busy="true" />;
  if (day.data === null) {
    return (
      <div className="field">
        <Empty title={w.notReady} note={w.notReadyNote} />
      </div>
    );
  }
  return (
    <SignedIn value={day.data.who}>
      <DayProvider value={day.data}>
        <OutboxProvider onSent={sent}>
          <LocationProvider>
            <Frame />
          </LocationProvider>
        </OutboxProvider>
      </DayProvider>
    </SignedIn>
  );
}

const TABS = [
  { to: "/inspection", name: "today", icon: "M4 5h16v15H4zM4 10h16M9 3v4M15 3v4M8 15l3 3 5-5" },
  { to: "/inspection/near", name: "near", icon: "M12 21s7-6.300 7-11.500A7 7 0 0 0 5 9.500C5 14.700 12 21 12 21zM12 7v4M12 13.500v.1" },
  { to: "/inspection/acceptance", name: "accept", icon: "M6 21V4M6 5h12l-3 4 3 4H6" },
  { to: "/inspection/outbox", name: "queue", icon: "M12 17V4M7 9l5-5 5 5M4 15v5h16v-5" },
] as const;

function Frame() {
  const { w, t } = useWords();
  const { acts } = useOutbox();
  const { who } = useToday();
  const mine = acts.filter(({ owner }) => owner === who.username);
  const waiting = mine.filter(({ state }) => state !== "sent").length;
  return (
    <div className="field">
      <header className="field-head">
        <Link to="/" aria-label={w.desk} className="field-home">
          <Logo size={28} />
        </Link>
        <strong>{w.title}</strong>
        <span className="field-who">{who.display_name}</span>
      </header>
      <Standing others={acts.length - mine.length} />
      <main id="content" className="field-main">
        <Suspense fallback={<div aria-busy="true" />}>
          <Outlet />
        </Suspense>
      </main>
      <nav className="field-tabs" aria-label={w.nav}>
        {TABS.map(({ to, name, icon }) => (
          <NavLink key={to} to={to} end={name === "today"}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={icon} />
            </svg>
            <span>{w.tabs[name]}</span>
            {name === "queue" && waiting > 0 && (
              <span className="field-badge" data-testid="waiting" aria-label={w.waiting(String(waiting))}>
                {waiting}
              </span>
            )}
          </NavLink>
        ))}
      </nav>
      <span className="skip" aria-live="polite">
        {waiting > 0 ? w.waiting(String(waiting)) : t.common.none}
      </span>
    </div>
  );
}

/** What one must know before anything else: no line, old data, signed out, no HTTPS. */
function Standing({ others }: { others: number }) {
  const { w } = useWords();
  const { online, round } = useOutbox();
  const { kept, day } = useToday();
  const { pathname } = useLocation();
  const now = useNow();
  const lines = [
    !window.isSecureContext && w.insecure,
    (!online || kept) && w.offline,
    kept && w.keptAt(moment(day.at, now)),
    others > 0 && w.othersWait(String(others)),
  ].filter((line) => line !== false);
  if (lines.length === 0 && round !== "signedOut") return null;
  return (
    <div className="field-standing" role="status" data-testid="standing">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {round === "signedOut" && (
        <p>
          {w.signedOut}{" "}
          <Link to="/sign-in" state={{ from: pathname }}>
            {w.signIn}
          </Link>
        </p>
      )}
    </div>
  );
}
