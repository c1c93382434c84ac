import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { ProjectDetail } from "../api/types";
import { useLanguage } from "../i18n/language";
import { useOrder } from "../reports/order";
import { fileUrl, isMaking, reports as reportsQuery } from "../reports/queries";

/** Makes the project's file as PDF and Excel and offers both when they are ready. */
export function Export({ project }: { project: ProjectDetail }) {
  const { t, language } = useLanguage();
  const words = t.rooms.reports;
  const [asked, setAsked] = useState<number | null>(null);
  const { data } = useQuery({ ...reportsQuery(project.id), enabled: asked !== null });
  const order = useOrder();
  const report = data?.find(({ id }) => id === asked);
  const making = order.isPending || (asked !== null && (!report || isMaking(report)));
  return (
    <div className="export">
      <Button
        loading={making}
        title={words.exportNote}
        data-testid="export"
        onClick={() => {
          order.mutate({ kind: "project", project: project.id, month: "", language }, { onSuccess: ({ id }) => { setAsked(id); } });
        }}
      >
        {making && report ? `${words.states[report.state]} ${String(report.done_percent)}%` : words.export}
      </Button>
      {report?.files.map(({ format }) => (
        <a key={format} href={fileUrl(report.id, format)} download data-testid={`export-${format}`}>
          {format === "pdf" ? "PDF" : "Excel"}
        </a>
      ))}
      <Link to="/reports">{words.heading}</Link>
      {(order.error ?? report?.error) && (
        <p role="alert" className="late">
          {order.error?.message ?? report?.error}
        </p>
      )}
    </div>
  );
}
