import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Me } from "../api/types";
import type { Act, Day, Photo } from "./entries";

/** What a phone keeps for a day without a line. Everything somebody did is here until it is answered. */
interface Schema extends DBSchema {
  kept: { key: string; value: { who: Me; day: Day } };
  drafts: { key: string; value: unknown };
  acts: { key: string; value: Act; indexes: { made_at: string } };
  photos: { key: string; value: Photo };
}

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>("siteward-inspection", 1, {
    upgrade(db) {
      db.createObjectStore("kept");
      db.createObjectStore("drafts");
      db.createObjectStore("acts", { keyPath: "key" }).createIndex("made_at", "made_at");
      db.createObjectStore("photos", { keyPath: "id" });
    },
  });
  return opened;
}

const TODAY = "today";
const SENT_STAY_MS = 3 * 24 * 3600 * 1000;

export async function keptDay() {
  return (await database()).get("kept", TODAY);
}

export async function keepDay(who: Me, day: Day) {
  await (await database()).put("kept", { who, day }, TODAY);
}

/** On signing out: what was seen goes, what was done stays until it is sent. */
export async function forgetDay() {
  await (await database()).delete("kept", TODAY);
}

export async function draft(id: string): Promise<unknown> {
  return (await database()).get("drafts", id);
}

export async function keepDraft(id: string, value: unknown) {
  await (await database()).put("drafts", value, id);
}

export async function dropDraft(id: string) {
  await (await database()).delete("drafts", id);
}

/** Oldest first, the order in which they are sent. */
export async function acts(): Promise<Act[]> {
  return (await database()).getAllFromIndex("acts", "made_at");
}

export async function photo(id: string): Promise<Photo | undefined> {
  return (await database()).get("photos", id);
}

export async function photos(): Promise<Photo[]> {
  return (await database()).getAll("photos");
}

export async function keepPhoto(value: Photo) {
  await (await database()).put("photos", value);
}

export async function dropPhoto(id: string) {
  await (await database()).delete("photos", id);
}

export async function keepAct(value: Act) {
  await (await database()).put("acts", value);
}

/** Takes an act into the queue and its draft away, both or neither. */
export async function submit(value: Act, draftId: string) {
  const transaction = (await database()).transaction(["acts", "drafts"], "readwrite");
  await Promise.all([transaction.objectStore("acts").put(value), transaction.objectStore("drafts").delete(draftId)]);
  await transaction.done;
}

/** Puts one act in the place of another, so that neither can be lost or be there twice. */
export async function replaceAct(old: string, value: Act) {
  const transaction = (await database()).transaction("acts", "readwrite");
  await Promise.all([transaction.store.delete(old), transaction.store.put(value)]);
  await transaction.done;
}

export async function dropAct(act: Act) {
  const transaction = (await database()).transaction(["acts", "photos"], "readwrite");
  const gone = act.photos.map((id) => transaction.objectStore("photos").delete(id));
  await Promise.all([transaction.objectStore("acts").delete(act.key), ...gone]);
  await transaction.done;
}

/** What was answered days ago needs no room any more. */
export async function tidy(now: number) {
  for (const act of await acts()) {
    if (act.state === "sent" && act.answered_at && now - Date.parse(act.answered_at) > SENT_STAY_MS) await dropAct(act);
  }
}
