import { Button } from "antd";
import { Link } from "react-router";
import { useLanguage } from "../i18n/language";
import { Notice } from "../ui/state";

export function NotFound() {
  const { t } = useLanguage();
  return (
    <div className="page">
      <Notice title={t.errors.notFound} note={t.errors.notFoundNote}>
        <Link to="/">{t.errors.home}</Link>
      </Notice>
    </div>
  );
}

/** Shown instead of a page that threw, so that one broken page does not take the others along. */
export function Crashed() {
  const { t } = useLanguage();
  return (
    <div className="page">
      <Notice tone="bad" title={t.errors.crashed} note={t.errors.crashedNote}>
        <Button
          type="primary"
          onClick={() => {
            window.location.reload();
          }}
        >
          {t.errors.reload}
        </Button>
      </Notice>
    </div>
  );
}
