import { useState } from "react";
import { useNavigate } from "react-router";
import type { Text } from "../api/types";
import { queueChanged, useOutbox, useToday } from "./day";
import type { Act, Bodies, What } from "./entries";
import { outOfRoom } from "./picture";
import { useHere } from "./place";
import { submit } from "./store";
import { useWords } from "./words";

/** What every act says of itself, filled in where it is put into the queue. */
type Said<W extends What> = Omit<Bodies[W], "done_at" | "place">;

interface Wanted<W extends What> {
  what: W;
  title: Text;
  body: Said<W>;
  photos: string[];
  draft: string;
}

/** Puts an act into the queue, which is all that happens here: sending is another matter. */
export function useSubmit() {
  const navigate = useNavigate();
  const here = useHere();
  const { who } = useToday();
  const { send } = useOutbox();
  const { w } = useWords();
  const [trouble, setTrouble] = useState("");

  async function put<W extends What>({ what, title, body, photos, draft }: Wanted<W>) {
    const done_at = new Date().toISOString();
    const act = {
      key: crypto.randomUUID(),
      owner: who.username,
      what,
      title,
      body: { ...body, done_at, place: here.place },
      photos,
      made_at: done_at,
      state: "waiting",
      failure: null,
      answered_at: null,
      present: null,
    } as unknown as Act;
    try {
      await submit(act, draft);
    } catch (error) {
      if (!outOfRoom(error)) throw error;
      setTrouble(w.queue.noRoom);
      return;
    }
    queueChanged();
    send();
    await navigate("/inspection/outbox");
  }

  return { put, trouble };
}
