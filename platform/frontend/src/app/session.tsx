import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { client, take } from "../api/client";
import { me } from "../api/queries";
import type { Me } from "../api/types";

export const SignedIn = createContext<Me | null>(null);

/** Who is signed in. Throws outside the signed-in shell. */
export function useMe(): Me {
  const who = useContext(SignedIn);
  if (!who) throw new Error("useMe outside the signed-in shell");
  return who;
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) => take(client.POST("/api/v1/session", { body })),
    onSuccess: (who) => {
      queries.setQueryData(me.queryKey, who);
    },
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => take(client.DELETE("/api/v1/session")),
    onSettled: () => {
      queries.clear();
      window.location.assign("/sign-in");
    },
  });
}
