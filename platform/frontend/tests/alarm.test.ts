import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepWishes, raise, wishes, type Alarm } from "../src/live/alarm";

const shown = vi.fn<(title: string, options?: NotificationOptions) => void>();
const rang = vi.fn<() => void>();

class FakeNotification {
  static permission: NotificationPermission = "granted";
  onclick: (() => void) | null = null;
  constructor(title: string, options?: NotificationOptions) {
    shown(title, options);
  }
}

const alarm = (severity: Alarm["severity"]): Alarm => ({ severity, title: "烟火", text: "幼儿园", tag: "alert-1", onOpen: vi.fn() });

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("Notification", FakeNotification);
  vi.stubGlobal(
    "AudioContext",
    class {
      state = "suspended";
      resume() {
        rang();
        return Promise.resolve();
      }
    },
  );
  FakeNotification.permission = "granted";
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

describe("alarms for grave alerts", () => {
  it("are off until somebody asks for them", () => {
    expect(wishes()).toEqual({ sound: false, desktop: false });
    raise(alarm("major"));
    expect(shown).not.toHaveBeenCalled();
    expect(rang).not.toHaveBeenCalled();
  });

  it("show once asked for, one notice per alert", () => {
    keepWishes({ sound: false, desktop: true });
    raise(alarm("serious"));
    expect(shown).toHaveBeenCalledWith("烟火", expect.objectContaining({ body: "幼儿园", tag: "alert-1" }));
    expect(rang).not.toHaveBeenCalled();
  });

  it("ring once asked for", () => {
    keepWishes({ sound: true, desktop: false });
    raise(alarm("suspected_major"));
    expect(rang).toHaveBeenCalledOnce();
    expect(shown).not.toHaveBeenCalled();
  });

  it("leave people in peace with what is general", () => {
    keepWishes({ sound: true, desktop: true });
    raise(alarm("general"));
    expect(shown).not.toHaveBeenCalled();
    expect(rang).not.toHaveBeenCalled();
  });

  it("show nothing where the browser forbids it, and survive a spoilt setting", () => {
    FakeNotification.permission = "denied";
    keepWishes({ sound: false, desktop: true });
    raise(alarm("major"));
    expect(shown).not.toHaveBeenCalled();
    localStorage.setItem("siteward.alarm", "{");
    expect(wishes()).toEqual({ sound: false, desktop: false });
  });
});
