import type { ClaimDetail } from "../api/types";
import { fromFen, toFen, type Yuan } from "../format/money";
import type { Values } from "./actions";

export function path(claim: ClaimDetail) {
  return { params: { path: { claim: claim.id } } };
}

export function text(values: Values, name: string): string {
  return (values[name] ?? "").trim();
}

export function money(values: Values, name: string): Yuan {
  return fromFen(toFen(text(values, name)) ?? 0n);
}
