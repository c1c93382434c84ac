import Button from "antd/es/button";
import Skeleton from "antd/es/skeleton";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { useLanguage } from "../i18n/language";

interface NoticeProps {
  title: string;
  note?: string;
  tone?: "quiet" | "bad";
  children?: ReactNode;
}

/** A place with nothing in it, or trouble: what it is and what to do about it. */
export function Notice({ title, note, tone = "quiet", children }: NoticeProps) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <strong>{title}</strong>
      {note && <p>{note}</p>}
      {children}
    </div>
  );
}

export function Trouble({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useLanguage();
  const remedy = error instanceof ApiError ? error.failure.remedy : "";
  const [title, note] = forbidden(error)
    ? [t.errors.forbidden, error.message || t.errors.forbiddenNote]
    : [`${t.common.failed}${t.common.colon}${error.message}`, remedy];
  return (
    <Notice tone="bad" title={title} note={note}>
      {retry && <Button onClick={retry}>{t.common.retry}</Button>}
    </Notice>
  );
}

export function forbidden(error: Error): boolean {
  return error instanceof ApiError && error.status === 403;
}

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  /** Rows of the skeleton, so that its height is about that of what comes. */
  rows?: number;
  children: (data: T) => ReactNode;
}

/** Shows a skeleton, then the data; or what went wrong with a way to try again. */
export function Loaded<T>({ query, rows = 4, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className="panel" aria-busy="true">
      <Skeleton active paragraph={{ rows }} />
    </div>
  );
}
