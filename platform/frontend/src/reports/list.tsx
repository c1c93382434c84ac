import { Progress } from "antd";
import { useQuery } from "@tanstack/react-query";
import { overview } from "../api/queries";
import type { Report } from "../api/types";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { useLanguage } from "../i18n/language";
import { Tag, type Tone } from "../ui/tag";
import { fileUrl, isMaking } from "./queries";

const TONE: Record<Report["state"], Tone> = { waiting: "plain", working: "calm", done: "good", failed: "bad" };

/** Reports with how far they are, their files and the files' hashes. */
export function ReportList({ reports }: { reports: Report[] }) {
  const { t, say } = useLanguage();
  const now = useNow();
  const words = t.rooms.reports;
  const { data } = useQuery(overview);
  const names = new Map(data?.projects.map(({ id, name }) => [id, say(name)]));
  return (
    <ul className="reports">
      {reports.map((report) => (
        <li key={report.id} data-testid={`report-${String(report.id)}`} data-state={report.state}>
          <div className="reports-what">
            <strong>
              {words.kinds[report.kind]}
              {report.month && ` ${report.month}`}
            </strong>
            <span>{report.project ? (names.get(report.project) ?? report.project) : words.allProjects}</span>
            <span className="sub">
              {words.asked(report.asked_by, moment(report.asked_at, now))} · {words.languages[report.language]}
            </span>
          </div>
          <div className="reports-state">
            {isMaking(report) ? (
              <Progress percent={report.done_percent} size="small" aria-label={words.progress} />
            ) : (
              <Tag tone={TONE[report.state]}>{words.states[report.state]}</Tag>
            )}
            {report.error && <p className="late">{report.error}</p>}
          </div>
          <div className="reports-files">
            {report.files.map(({ format, size, sha256 }) => (
              <a key={format} href={fileUrl(report.id, format)} download data-testid={`file-${format}`}>
                {format === "pdf" ? "PDF" : "Excel"} <span className="sub">{Math.ceil(size / 1024)} KB</span>
                <span className="sub mono" title={`SHA-256 ${sha256}`}>
                  {words.hash} {sha256.slice(0, 8)}
                </span>
              </a>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
