import { Button, Popover, Switch } from "antd";
import BellOutlined from "@ant-design/icons/es/icons/BellOutlined";
import { useState } from "react";
import { useToast } from "../app/toast";
import { useLanguage } from "../i18n/language";
import { canShow, keepWishes, raise, ring, wishes, type Wishes } from "./alarm";

/** Sound and desktop notices for grave alerts: off until somebody turns them on, with a way to try. */
export function AlarmSettings() {
  const { t } = useLanguage();
  const [wanted, setWanted] = useState(wishes);
  const on = wanted.sound || wanted.desktop;
  return (
    <Popover trigger="click" placement="bottomRight" content={<Choices wanted={wanted} onChange={setWanted} />}>
      <Button icon={<BellOutlined />} data-testid="alarm-settings" aria-pressed={on} type={on ? "primary" : "default"}>
        {t.desk.notices.title}
      </Button>
    </Popover>
  );
}

function Choices({ wanted, onChange }: { wanted: Wishes; onChange: (next: Wishes) => void }) {
  const { t } = useLanguage();
  const { message } = useToast();
  const words = t.desk.notices;

  function change(next: Wishes) {
    keepWishes(next);
    onChange(next);
  }

  async function setDesktop(desktop: boolean) {
    if (!desktop) {
      change({ ...wanted, desktop });
      return;
    }
    const allowed = (await Notification.requestPermission()) === "granted";
    change({ ...wanted, desktop: allowed });
    if (!allowed) void message.warning(words.blocked);
  }

  async function test() {
    if (wanted.sound && !(await ring())) {
      void message.warning(words.muted);
      return;
    }
    const sample = { severity: "serious" as const, title: words.title, text: words.sample, tag: "sample" };
    raise({ ...sample, onOpen: () => undefined }, { ...wanted, sound: false });
    void message.success(words.tested);
  }

  return (
    <div className="alarm-settings">
      <p>{words.note}</p>
      <label>
        <Switch
          checked={wanted.sound}
          data-testid="alarm-sound"
          onChange={(sound) => {
            change({ ...wanted, sound });
            if (sound) void ring();
          }}
        />
        {words.sound}
      </label>
      <label>
        <Switch
          checked={wanted.desktop}
          disabled={!canShow()}
          data-testid="alarm-desktop"
          onChange={(next) => void setDesktop(next)}
        />
        {words.desktop}
      </label>
      {!canShow() && <p className="sub">{words.unsupported}</p>}
      <Button size="small" disabled={!wanted.sound && !wanted.desktop} data-testid="alarm-test" onClick={() => void test()}>
        {words.test}
      </Button>
    </div>
  );
}
