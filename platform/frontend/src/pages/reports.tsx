import { Button, Segmented, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { overview } from "../api/queries";
import type { ReportIn } from "../api/types";
import { useNow } from "../app/clock";
import { today } from "../format/time";
import { useLanguage } from "../i18n/language";
import { ReportList } from "../reports/list";
import { useOrder } from "../reports/order";
import { reports as reportsQuery } from "../reports/queries";
import { Labelled } from "../setup/shape-form";
import { Loaded, Notice } from "../ui/state";
import "../styles/reports.css";

/** Monthly supervision reports: ask for one, follow it, take its files. */
export default function Reports() {
  const { t } = useLanguage();
  const query = useQuery(reportsQuery());
  const words = t.rooms.reports;
  return (
    <div className="page">
      <div className="page-head">
        <div className="grow">
          <h1>{words.heading}</h1>
          <p className="sub">{words.intro}</p>
        </div>
      </div>
      <OrderForm />
      <section className="panel">
        <Loaded query={query} rows={5}>
          {(reports) =>
            reports.length === 0 ? <Notice title={words.empty} note={words.emptyNote} /> : <ReportList reports={reports} />
          }
        </Loaded>
      </section>
    </div>
  );
}

type Kind = ReportIn["kind"];
const KINDS: Kind[] = ["street", "month", "project"];

const MONTHS = 24;

/** This month and those before it, newest first. */
function months(day: string): string[] {
  const last = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
  return Array.from({ length: MONTHS }, (_, n) => {
    const month = last - n;
    return `${String(Math.floor(month / 12))}-${String((month % 12) + 1).padStart(2, "0")}`;
  });
}

function OrderForm() {
  const { t, say, language } = useLanguage();
  const words = t.rooms.reports;
  const now = useNow();
  const { data } = useQuery(overview);
  const order = useOrder();
  const [kind, setKind] = useState<Kind>("street");
  const [project, setProject] = useState<string | null>(null);
  const [month, setMonth] = useState(() => today(now).slice(0, 7));
  const [speaks, setSpeaks] = useState(language);
  const chosen = project ?? data?.projects[0]?.id ?? null;
  const missing = kind !== "street" && !chosen ? words.chooseProject : kind !== "project" && !month ? words.chooseMonth : null;
  return (
    <section className="panel order">
      <Labelled name={words.kind} note={words.kindNotes[kind]}>
        {(id) => (
          <Segmented<Kind>
            id={id}
            value={kind}
            options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
            onChange={setKind}
          />
        )}
      </Labelled>
      {kind !== "street" && (
        <Labelled name={words.project}>
          {(id) => (
            <Select
              id={id}
              value={chosen}
              options={data?.projects.map((p) => ({ value: p.id, label: say(p.name) })) ?? []}
              onChange={setProject}
            />
          )}
        </Labelled>
      )}
      {kind !== "project" && (
        <Labelled name={words.month}>
          {(id) => (
            <Select id={id} value={month} options={months(today(now)).map((value) => ({ value, label: value }))} onChange={setMonth} />
          )}
        </Labelled>
      )}
      <Labelled name={words.language}>
        {(id) => (
          <Select
            id={id}
            value={speaks}
            options={(["zh", "en"] as const).map((value) => ({ value, label: words.languages[value] }))}
            onChange={setSpeaks}
          />
        )}
      </Labelled>
      <Button
        type="primary"
        data-testid="make-report"
        disabled={missing !== null}
        loading={order.isPending}
        onClick={() => {
          order.mutate({ kind, project: kind === "street" ? null : chosen, month: kind === "project" ? "" : month, language: speaks });
        }}
      >
        {words.make}
      </Button>
      {missing && <p className="sub">{missing}</p>}
      {order.error && (
        <p role="alert" className="late">
          {order.error.message}
        </p>
      )}
    </section>
  );
}
