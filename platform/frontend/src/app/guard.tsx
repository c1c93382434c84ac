import { NavLink, Outlet } from "react-router";
import { useLanguage } from "../i18n/language";
import { Notice } from "../ui/state";
import { maySee, type Area } from "./roles";
import { useMe } from "./session";

/** Keeps a page from those who may not see it; the server refuses them as well. */
export function Guard({ area }: { area: Area }) {
  const { t } = useLanguage();
  const { role } = useMe();
  if (maySee(role, area)) return <Outlet />;
  return (
    <div className="page">
      <Notice tone="bad" title={t.errors.forbidden} note={t.errors.forbiddenNote}>
        <NavLink to="/">{t.errors.home}</NavLink>
      </Notice>
    </div>
  );
}
