import Button from "antd/es/button";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useCallback, useRef } from "react";
import { Navigate, NavLink, Outlet, useLocation, useNavigate } from "react-router";
import { ApiError } from "../api/client";
import { placeOf } from "../alerts/place";
import { alert, me, useStaleness } from "../api/queries";
import { useLanguage } from "../i18n/language";
import { raise } from "../live/alarm";
import type { LiveEvent } from "../live/frame";
import { LiveProvider, useEvents } from "../live/provider";
import { Loaded, Trouble } from "../ui/state";
import { ICONS, Logo } from "./icons";
import { maySee, type Area } from "./roles";
import { SignedIn, useMe, useSignOut } from "./session";
import { useToast } from "./toast";

const PLACES: { to: string; name: Area | "overview" }[] = [
  { to: "/", name: "overview" },
  { to: "/live", name: "live" },
  { to: "/alerts", name: "alerts" },
  { to: "/claims", name: "claims" },
  { to: "/inspection", name: "inspection" },
  { to: "/hazards", name: "hazards" },
  { to: "/rules", name: "rules" },
  { to: "/reports", name: "reports" },
  { to: "/setup", name: "setup" },
  { to: "/audit-log", name: "auditLog" },
];
const TABS = 4;

/** Everything behind the sign-in: who is there, where they may go, and the live connection. */
export default function Shell() {
  const who = useQuery(me);
  const { pathname } = useLocation();
  if (who.error instanceof ApiError && who.error.status === 401) {
    return <Navigate to="/sign-in" replace state={{ from: pathname }} />;
  }
  if (who.error) {
    return (
      <div className="page">
        <Trouble error={who.error} retry={() => void who.refetch()} />
      </div>
    );
  }
  return (
    <Loaded query={who} rows={10}>
      {(person) => (
        <SignedIn value={person}>
          <LiveProvider allowed={maySee(person.role, "live")}>
            <Announcer />
            <Frame />
          </LiveProvider>
        </SignedIn>
      )}
    </Loaded>
  );
}

function Frame() {
  const { t } = useLanguage();
  const { role } = useMe();
  // An inspector's own pages come first, where the thumb finds them.
  const late = (name: string) => Number(role === "inspector" && name !== "inspection");
  const places = PLACES.filter(({ name }) => name === "overview" || maySee(role, name)).sort((a, b) => late(a.name) - late(b.name));
  const { pathname, search } = useLocation();
  const dark = pathname === "/live";
  // The wall of an office: nothing but pictures.
  const screen = dark && new URLSearchParams(search).get("screen") === "1";
  return (
    <div className={["shell", dark && "shell-dark", screen && "shell-screen"].filter(Boolean).join(" ")}>
      <a className="skip" href="#content">
        {t.nav.skip}
      </a>
      <header className="head">
        <NavLink to="/" className="brand">
          <Logo size={30} />
          <span className="brand-name">
            <strong>Siteward</strong>
            <span>{t.product.title}</span>
          </span>
        </NavLink>
        <Account extra={places.slice(TABS)} />
      </header>
      <nav className="rail" aria-label={t.nav.main}>
        {places.map(({ to, name }, index) => (
          <NavLink key={to} to={to} end={to === "/"} className={index >= TABS ? "place place-extra" : "place"}>
            {ICONS[name]}
            <span>{t.nav[name]}</span>
          </NavLink>
        ))}
      </nav>
      <main id="content" className="content" tabIndex={-1}>
        <Suspense fallback={<div className="page" aria-busy="true" />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}

function Account({ extra }: { extra: typeof PLACES }) {
  const { t, toggle } = useLanguage();
  const who = useMe();
  const signOut = useSignOut();
  const menu = useRef<HTMLDetailsElement>(null);
  // Some names say the duty already.
  const duty = who.display_name.includes(t.roles[who.role]) ? null : t.roles[who.role];
  function close() {
    if (menu.current) menu.current.open = false;
  }
  return (
    <details
      ref={menu}
      className="account"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <summary data-testid="account">
        <span className="avatar" aria-hidden="true">
          {who.display_name.slice(0, 1)}
        </span>
        <span className="account-name">
          <strong>{who.display_name}</strong>
          {duty && <span>{duty}</span>}
        </span>
      </summary>
      <div className="account-menu">
        <p className="phone-only">
          {[who.display_name, duty].filter(Boolean).join(" · ")}
        </p>
        {extra.map(({ to, name }) => (
          <NavLink key={to} to={to} className="phone-only" onClick={close}>
            {ICONS[name]} {t.nav[name]}
          </NavLink>
        ))}
        <button type="button" data-testid="language" onClick={() => { toggle(); close(); }}>
          {t.common.language}
        </button>
        <button type="button" data-testid="sign-out" onClick={() => { signOut.mutate(); }}>
          {t.common.signOut}
        </button>
      </div>
    </details>
  );
}

/** Hears every event: marks what is stale and says when a new alert fires. */
function Announcer() {
  const { t, say } = useLanguage();
  const { notification } = useToast();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const stale = useStaleness();
  const hear = useCallback(
    (event: LiveEvent) => {
      stale(event);
      if (event.event !== "alert" || event.state !== "firing") return;
      const id = Number(event.id);
      void queries.fetchQuery({ ...alert(id), staleTime: 0 }).then((found) => {
        if (found.severity === "info") return;
        const title = `${t.live.newAlert} · ${say(found.title)}`;
        const text = [say(found.project_name), placeOf(found, say), say(found.summary)].filter(Boolean).join(" · ");
        const onOpen = () => {
          notification.destroy(`alert-${String(id)}`);
          void navigate(`/alerts?open=${String(id)}`);
        };
        // A silenced alert is on the list, but nobody wants to be startled by it.
        if (found.silenced_by === null && found.inhibited_by === null) {
          raise({ severity: found.severity, title, text, tag: `alert-${String(id)}`, onOpen });
        }
        notification.warning({
          key: `alert-${String(id)}`,
          title,
          description: text,
          placement: "bottom",
          duration: 8,
          actions: (
            <Button size="small" type="primary" onClick={onOpen}>
              {t.live.open}
            </Button>
          ),
        });
      }, ignoreTrouble);
    },
    [stale, queries, notification, navigate, t, say],
  );
  useEvents(hear);
  return null;
}

/** The alert list shows it all the same; a toast is only a hint. */
function ignoreTrouble() {
  return undefined;
}
