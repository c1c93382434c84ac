import type { Failure } from "../api/types";
import type { components } from "../api/schema";
import type { Act, Photo } from "./entries";

type Upload = components["schemas"]["UploadOut"];

/** How a request ended: `lost` may go again by itself, `signedOut` after signing in, `refused` never. */
export type Answer<T> =
  | { kind: "ok"; value: T }
  | { kind: "lost"; failure: Failure }
  | { kind: "signedOut" }
  | { kind: "refused"; status: number; failure: Failure; present: unknown };

export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const PIECE = 256 * 1024;
const FRESH_STARTS = 3;
const TRY_LATER = new Set([408, 425, 429]);

const LOST: Failure = { code: "unreachable", message: "", remedy: "", fields: {} };

/** Asks the server and sorts its answer. Never throws for a lost connection. */
export async function ask<T>(reach: Ask, path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const headers = { "X-Requested-With": "siteward", ...(init.headers as Record<string, string> | undefined) };
  let response: Response;
  let body: unknown;
  try {
    response = await reach(`/api/v1${path}`, { ...init, headers, credentials: "same-origin" });
    body = await response.json();
  } catch {
    return { kind: "lost", failure: LOST };
  }
  if (response.ok) return { kind: "ok", value: body as T };
  if (response.status === 401) return { kind: "signedOut" };
  const { present = null, ...said } = body as Partial<Failure> & { present?: unknown };
  const failure = { ...LOST, code: `http_${String(response.status)}`, ...said };
  if (response.status >= 500 || TRY_LATER.has(response.status)) return { kind: "lost", failure };
  return { kind: "refused", status: response.status, failure, present };
}

function asJson(method: string, body: unknown): RequestInit {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/**
 * Sends what the server does not have yet of a picture, from where it stopped. The picture is sent
 * when the server names the hash that was computed here, and not before.
 */
export async function sendPhoto(reach: Ask, photo: Photo, onOffset: (offset: number) => Promise<void>): Promise<Answer<Upload>> {
  const { id, project, sha256, size, source, taken_at, place, heading, blob } = photo;
  const announced = await ask<Upload>(reach, "/uploads", asJson("POST", { id, project, sha256, size, source, taken_at, place, heading }));
  if (announced.kind !== "ok") return announced;
  let upload = announced.value;
  for (let starts = 0; upload.state !== "stored"; ) {
    await onOffset(upload.offset);
    if (!blob) return gone();
    const answer = await sendPiece(reach, upload, blob);
    if (answer.kind === "ok") {
      upload = answer.value;
    } else if (answer.kind === "refused" && answer.status === 409 && answer.present) {
      upload = answer.present as Upload; // another try got further, or less far, than we knew
    } else if (answer.kind === "refused" && answer.failure.code === "hash_mismatch" && ++starts < FRESH_STARTS) {
      upload = { ...upload, offset: 0 };
    } else {
      return answer;
    }
  }
  if (upload.sha256 !== sha256) return { kind: "refused", status: 409, failure: { ...LOST, code: "hash_mismatch" }, present: null };
  await onOffset(size);
  return { kind: "ok", value: upload };
}

function sendPiece(reach: Ask, { id, offset }: Upload, blob: Blob): Promise<Answer<Upload>> {
  return ask<Upload>(reach, `/uploads/${id}`, {
    method: "PATCH",
    headers: { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
    body: blob.slice(offset, offset + PIECE),
  });
}

/** Sends an act whose pictures the server has; the key makes a repeat the same act. */
export function sendAct(reach: Ask, act: Act, hashes: string[]): Promise<Answer<unknown>> {
  const body = "photos" in act.body ? act.body : { ...act.body, photos: hashes };
  return ask(reach, `/inspection/${act.what}/${act.key}`, asJson("PUT", body));
}

function gone(): Answer<never> {
  return { kind: "refused", status: 410, failure: { ...LOST, code: "photo_gone" }, present: null };
}
