import { describe, expect, it } from "vitest";
import { fromFen, grouped, million, minus, plus, toFen, wan, yuan } from "../src/format/money";

describe("reading amounts", () => {
  it.each([
    ["2320000.00", 232000000n],
    ["2,320,000.00", 232000000n],
    ["0.1", 10n],
    ["7", 700n],
    ["-1.05", -105n],
    ["215000.000", 21500000n],
    [" 3.50 ", 350n],
  ])("reads %s exactly", (text, fen) => {
    expect(toFen(text)).toBe(fen);
  });

  it.each(["", "abc", "1.234", "1e6", "--1", ".5", "NaN", "∞", "1 000"])("refuses %j", (text) => {
    expect(toFen(text)).toBeNull();
  });

  it("keeps an amount a float would round", () => {
    expect(fromFen(toFen("99999999999999.99") ?? 0n)).toBe("99999999999999.99");
  });
});

describe("reckoning", () => {
  it("finds the reduction of the kindergarten case", () => {
    expect(minus("2320000.00", "215000.00")).toBe("2105000.00");
    expect(plus("0.10", "0.20")).toBe("0.30");
  });

  it("throws on what is no amount instead of reckoning with zero", () => {
    expect(() => minus("a", "1.00")).toThrow(RangeError);
  });
});

describe("writing amounts", () => {
  it("groups by three and keeps two places", () => {
    expect(yuan("2320000.00")).toBe("¥ 2,320,000.00");
    expect(grouped("999.9")).toBe("999.90");
    expect(grouped("-1234567.05")).toBe("-1,234,567.05");
    expect(yuan("0")).toBe("¥ 0.00");
  });

  it("gives ten-thousands rounded half away from zero", () => {
    expect(wan("2320000.00")).toBe("232.00");
    expect(wan("49.99")).toBe("0.00");
    expect(wan("50.00")).toBe("0.01");
    expect(wan("-50.00")).toBe("-0.01");
    expect(wan("12345678900.00")).toBe("1,234,567.89");
    expect(million("2105000.00")).toBe("2.11");
  });
});
