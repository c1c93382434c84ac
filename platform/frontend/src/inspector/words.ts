import { useLanguage } from "../i18n/language";
import { inspectorEn } from "../i18n/en.inspector";
import { inspectorZh } from "../i18n/zh.inspector";

/** The phone's own words, loaded with the phone's pages and not with the first page. */
export function useWords() {
  const { language, t, say } = useLanguage();
  return { language, say, t, w: language === "zh" ? inspectorZh : inspectorEn };
}
