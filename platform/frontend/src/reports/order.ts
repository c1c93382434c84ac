import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, take } from "../api/client";
import type { ReportIn } from "../api/types";

/** Asks for a report; the list then shows how far it is. */
export function useOrder(onOrdered?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: ReportIn) => take(client.POST("/api/v1/reports", { body })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["reports"] });
      onOrdered?.();
    },
  });
}
