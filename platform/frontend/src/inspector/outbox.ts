import type { Me } from "../api/types";
import type { Act, Photo } from "./entries";
import { ask, sendAct, sendPhoto, type Answer, type Ask } from "./send";
import { acts, keepAct, keepPhoto, photo, tidy } from "./store";

/** How a round of sending ended. */
export type Round = "done" | "lost" | "signedOut" | "busy";

const CHANNEL = "siteward-outbox";
const LOCK = "siteward-outbox";

/** Tells every window and the worker that the queue changed. */
export function announce() {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}

export function onChange(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", listener);
  return () => {
    channel.close();
  };
}

/** Sends what waits, oldest first; one window or worker at a time does. */
export async function flush(reach: Ask, now: () => Date): Promise<Round> {
  return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => (lock ? sendAll(reach, now) : "busy"));
}

async function sendAll(reach: Ask, now: () => Date): Promise<Round> {
  // What says "sending" was left by a page that was closed meanwhile.
  const waiting = (await acts()).filter(({ state }) => state === "waiting" || state === "sending");
  if (waiting.length === 0) {
    await tidy(now().getTime());
    return "done";
  }
  const who = await ask<Me>(reach, "/session");
  if (who.kind === "lost" || who.kind === "signedOut") return who.kind;
  if (who.kind === "refused") return "lost";
  for (const act of waiting) {
    if (act.owner !== who.value.username) continue;
    const round = await send(reach, act, now);
    if (round !== "done") return round;
  }
  return "done";
}

async function send(reach: Ask, act: Act, now: () => Date): Promise<Round> {
  await settle(act, { state: "sending", failure: null });
  const hashes: string[] = [];
  for (const id of act.photos) {
    const found = await photo(id);
    if (!found) return settle(act, { state: "refused", failure: { code: "photo_gone", message: "", remedy: "", fields: {} } });
    const answer = await sendOne(reach, found);
    if (answer.kind !== "ok") return settleBy(act, answer, now);
    hashes.push(found.sha256);
  }
  const answer = await sendAct(reach, act, hashes);
  if (answer.kind === "refused" && answer.failure.code === "photo_not_stored") {
    await Promise.all(act.photos.map(askAgain));
    return settle(act, { state: "waiting", failure: answer.failure }, "lost");
  }
  return settleBy(act, answer, now);
}

async function sendOne(reach: Ask, found: Photo): Promise<Answer<unknown>> {
  if (found.state === "sent") return { kind: "ok", value: null };
  const answer = await sendPhoto(reach, found, async (offset) => {
    found.offset = offset;
    found.state = "sending";
    await keepPhoto(found);
    announce();
  });
  if (answer.kind === "ok") found.state = "sent";
  else found.state = answer.kind === "refused" ? "refused" : "waiting";
  found.failure = answer.kind === "refused" ? answer.failure : null;
  await keepPhoto(found);
  return answer;
}

async function askAgain(id: string) {
  const found = await photo(id);
  if (found) await keepPhoto({ ...found, state: "waiting", offset: 0 });
}

async function settleBy(act: Act, answer: Answer<unknown>, now: () => Date): Promise<Round> {
  switch (answer.kind) {
    case "ok":
      await settle(act, { state: "sent", failure: null, answered_at: now().toISOString() });
      await Promise.all(act.photos.map(dropBytes));
      return "done";
    case "lost":
      return settle(act, { state: "waiting", failure: answer.failure }, "lost");
    case "signedOut":
      return settle(act, { state: "waiting", failure: null }, "signedOut");
    case "refused": {
      const { failure, present } = answer;
      return settle(act, { state: answer.status === 409 && present ? "conflict" : "refused", failure, present });
    }
  }
}

async function dropBytes(id: string) {
  const found = await photo(id);
  if (found) await keepPhoto({ ...found, blob: null });
}

async function settle(act: Act, changes: Partial<Act>, round: Round = "done"): Promise<Round> {
  Object.assign(act, changes);
  await keepAct(act);
  announce();
  return round;
}
