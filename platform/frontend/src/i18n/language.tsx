import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import type { Text } from "../api/types";
import { en } from "./en";
import { zh, type Dictionary } from "./zh";

export type Language = "zh" | "en";

interface Spoken {
  language: Language;
  t: Dictionary;
  /** Picks the spoken one of a name in both languages. */
  say: (text: Text) => string;
  toggle: () => void;
}

const KEY = "siteward.language";
const Speech = createContext<Spoken | null>(null);

function remembered(): Language {
  return localStorage.getItem(KEY) === "en" ? "en" : "zh";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(remembered);
  useEffect(() => {
    localStorage.setItem(KEY, language);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = `Siteward · ${(language === "zh" ? zh : en).product.title}`;
  }, [language]);
  dayjs.locale(language === "zh" ? "zh-cn" : "en");
  const spoken = useMemo<Spoken>(
    () => ({
      language,
      t: language === "zh" ? zh : en,
      say: (text) => (language === "zh" ? text.zh : text.en) || text.zh,
      toggle: () => {
        setLanguage(language === "zh" ? "en" : "zh");
      },
    }),
    [language],
  );
  return <Speech value={spoken}>{children}</Speech>;
}

/** The dictionary of the spoken language. Throws outside {@link LanguageProvider}. */
export function useLanguage(): Spoken {
  const spoken = useContext(Speech);
  if (!spoken) throw new Error("useLanguage outside LanguageProvider");
  return spoken;
}

/** Looks a code up in a table of words; an unknown code is shown as it is. */
export function word(words: Record<string, string>, code: string): string {
  return words[code] ?? code;
}
