import { useState } from "react";
import { Button } from "antd";
import type { ClaimAction, ClaimDetail } from "../api/types";
import { useLanguage } from "../i18n/language";
import { ActionForm } from "./action-form";
import { ACTIONS } from "./actions";

/** What the person looking may do with this claim now: only what the server says they may. */
export function ActionPanel({ claim }: { claim: ClaimDetail }) {
  const { t } = useLanguage();
  const [open, setOpen] = useState<ClaimAction | null>(null);
  const allowed = claim.allowed_actions;
  return (
    <section className="panel action-panel" aria-label={t.claims.page.next}>
      <h2>{allowed.length > 0 ? t.claims.page.next : t.claims.page.waiting}</h2>
      <ul>
        {allowed.map((action) => (
          <li key={action}>
            <Button
              type={action === "withdraw" ? "default" : "primary"}
              data-testid={ACTIONS[action].testId}
              onClick={() => {
                setOpen(action);
              }}
            >
              {t.claims.actions[action]}
            </Button>
            <span className="sub">{t.claims.actionNotes[action]}</span>
          </li>
        ))}
      </ul>
      {open && (
        <ActionForm
          action={open}
          claim={claim}
          onClose={() => {
            setOpen(null);
          }}
        />
      )}
    </section>
  );
}
