import { useEffect, useRef } from "react";
import Modal from "antd/es/modal";
import { useLanguage } from "../i18n/language";

const TYPING = "input, textarea, select, [contenteditable], [role='combobox'], .ant-select, .ant-picker, .ant-slider";

/** Listens to keys of the whole page, but not while somebody types or a dialog has the keyboard. */
export function useKeys(onKey: (key: string) => boolean, within = "body"): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    function heard(event: KeyboardEvent) {
      const target = event.target as Element | null;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target?.closest(TYPING) || !target?.closest(within)) return;
      const pressing = event.key === "Enter" || event.key === " ";
      if (pressing && target.closest("a, button:not(.keys-through)")) return;
      if (latest.current(event.key)) event.preventDefault();
    }
    window.addEventListener("keydown", heard);
    return () => {
      window.removeEventListener("keydown", heard);
    };
  }, [within]);
}

/** The keys that work on a page. */
export function KeyHelp({ open, keys, onClose }: { open: boolean; keys: string[][]; onClose: () => void }) {
  const { t } = useLanguage();
  return (
    <Modal open={open} title={t.desk.wall.help} footer={null} width={420} onCancel={onClose}>
      <dl className="key-help" data-testid="key-help">
        {keys.map(([key = "", meaning = ""]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
