import { useCallback, useEffect, useRef, useState } from "react";
import { draft, keepDraft } from "./store";

/**
 * A form that survives a closed page: what is typed is on the phone within half a second.
 * Null until what was kept has been read.
 */
export function useDraft<T extends object>(id: string, initial: T): [T | null, (changes: Partial<T>) => void] {
  const [value, setValue] = useState<T | null>(null);
  const first = useRef(initial);
  useEffect(() => {
    let gone = false;
    void draft(id).then(
      (kept) => {
        if (!gone) setValue({ ...first.current, ...(kept as Partial<T> | undefined) });
      },
      () => {
        if (!gone) setValue(first.current);
      },
    );
    return () => {
      gone = true;
    };
  }, [id]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const change = useCallback(
    (changes: Partial<T>) => {
      setValue((old) => {
        if (!old) return old;
        const now = { ...old, ...changes };
        clearTimeout(timer.current);
        timer.current = setTimeout(() => void keepDraft(id, now).catch(() => undefined), 400);
        return now;
      });
    },
    [id],
  );
  return [value, change];
}
