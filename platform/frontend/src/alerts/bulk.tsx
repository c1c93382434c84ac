import { Button } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, take } from "../api/client";
import { useToast } from "../app/toast";
import { useLanguage } from "../i18n/language";

const UNDO_SECONDS = 10;
const STALE = [["alerts"], ["alert"], ["overview"], ["agenda"]];

/** Acknowledges many alerts; the toast takes exactly those back. */
export function useAcknowledge(): { acknowledge: (ids: number[]) => void; busy: boolean } {
  const { t } = useLanguage();
  const { message } = useToast();
  const queries = useQueryClient();
  const words = t.desk.triage;
  function renew() {
    for (const queryKey of STALE) void queries.invalidateQueries({ queryKey });
  }
  function failed(error: Error) {
    void message.error(error.message);
  }
  const takeBack = useMutation({
    mutationFn: (alerts: number[]) => take(client.POST("/api/v1/alerts/acknowledgement/withdrawal", { body: { alerts } })),
    onSuccess: ({ alerts }) => {
      renew();
      void message.success(words.takenBack(alerts.length));
    },
    onError: failed,
  });
  const acknowledge = useMutation({
    mutationFn: (alerts: number[]) => take(client.POST("/api/v1/alerts/acknowledgement", { body: { alerts } })),
    onSuccess: ({ alerts }, asked) => {
      renew();
      const key = `acknowledged-${String(alerts[0])}`;
      const others = asked.length - alerts.length;
      void message.success({
        key,
        duration: UNDO_SECONDS,
        content: (
          <>
            {words.acknowledged(alerts.length)}
            {others > 0 && ` · ${words.others(others)}`}
            {alerts.length > 0 && (
              <Button
                type="link"
                size="small"
                data-testid="bulk-undo"
                onClick={() => {
                  message.destroy(key);
                  takeBack.mutate(alerts);
                }}
              >
                {t.common.undo}
              </Button>
            )}
          </>
        ),
      });
    },
    onError: failed,
  });
  return { acknowledge: acknowledge.mutate, busy: acknowledge.isPending };
}

interface BarProps {
  count: number;
  busy: boolean;
  onAcknowledge: () => void;
  onClear: () => void;
}

/** What can be done with the alerts selected. */
export function BulkBar({ count, busy, onAcknowledge, onClear }: BarProps) {
  const { t } = useLanguage();
  const words = t.desk.triage;
  if (count === 0) return null;
  return (
    <div className="bulk" role="toolbar" aria-label={words.selected(count)}>
      <strong>{words.selected(count)}</strong>
      <Button type="primary" loading={busy} onClick={onAcknowledge} data-testid="bulk-acknowledge">
        {words.acknowledge(count)}
      </Button>
      <Button onClick={onClear}>{words.clear}</Button>
    </div>
  );
}
