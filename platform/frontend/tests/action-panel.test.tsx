import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ClaimAction } from "../src/api/types";
import { ToastProvider } from "../src/app/toast";
import { LanguageProvider } from "../src/i18n/language";
import { ActionPanel } from "../src/money/action-panel";
import { ACTIONS } from "../src/money/actions";
import { kindergartenClaim } from "./kindergarten";

beforeAll(() => {
  // jsdom lays nothing out and so has none of these; antd asks for them all.
  const styleOf = window.getComputedStyle;
  vi.stubGlobal("getComputedStyle", (element: Element) => styleOf(element));
  vi.stubGlobal("ResizeObserver", class { observe = vi.fn(); unobserve = vi.fn(); disconnect = vi.fn(); });
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
    addListener: vi.fn(),
    removeListener: vi.fn(),
  }));
});

afterEach(cleanup);

function show(allowed: ClaimAction[]) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LanguageProvider>
        <ToastProvider>
          <ActionPanel claim={kindergartenClaim({ allowed_actions: allowed })} />
        </ToastProvider>
      </LanguageProvider>
    </QueryClientProvider>,
  );
}

const ALL = Object.keys(ACTIONS) as ClaimAction[];
const shown = () => ALL.filter((action) => screen.queryByTestId(ACTIONS[action].testId) !== null);

describe("what a person may do with a claim", () => {
  it.each(ALL)("is offered when the server allows it and nothing else is: %s", (action) => {
    show([action]);
    expect(shown()).toEqual([action]);
  });

  it("is nothing when the server allows nothing, and that is said", () => {
    show([]);
    expect(shown()).toEqual([]);
    expect(screen.getByText("当前没有您可以办理的事项")).toBeTruthy();
  });

  it("gives every action a test id of its own", () => {
    expect(new Set(ALL.map((action) => ACTIONS[action].testId)).size).toBe(ALL.length);
  });

  it("asks for the payable amount when the audit is concluded", async () => {
    show(["conclude_audit"]);
    screen.getByTestId("audit-conclude").click();
    expect(await screen.findByTestId("audit-payable")).toBeTruthy();
    expect(screen.getByTestId("action-reason")).toBeTruthy();
    expect(screen.getByTestId("action-submit")).toBeTruthy();
  });
});
