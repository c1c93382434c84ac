import { describe, expect, it } from "vitest";
import { cycle, press, type WallState } from "../src/live/wall-keys";

const wall = (changes: Partial<WallState> = {}): WallState => ({
  cameras: 20,
  layout: 9,
  first: 0,
  chosen: 0,
  big: null,
  screen: false,
  help: false,
  ...changes,
});

function presses(state: WallState, ...keys: string[]): WallState {
  return keys.reduce((now, key) => press(now, key) ?? now, state);
}

describe("the keys of the wall", () => {
  it("move the choice and turn the page with it", () => {
    expect(presses(wall(), "ArrowRight", "ArrowDown").chosen).toBe(4);
    const turned = presses(wall({ chosen: 7 }), "ArrowDown");
    expect([turned.chosen, turned.first]).toEqual([10, 9]);
  });

  it("do not move past either end", () => {
    expect(presses(wall(), "ArrowLeft").chosen).toBe(0);
    expect(presses(wall(), "ArrowUp").chosen).toBe(0);
    expect(presses(wall({ chosen: 19, first: 18 }), "ArrowRight").chosen).toBe(19);
    expect(presses(wall(), "PageUp").first).toBe(0);
    expect(presses(wall(), "PageDown", "PageDown", "PageDown").first).toBe(18);
  });

  it("choose the layout and keep the chosen camera on the screen", () => {
    const sixteen = presses(wall({ chosen: 17, first: 9 }), "4");
    expect([sixteen.layout, sixteen.first]).toEqual([16, 16]);
    expect(presses(sixteen, "1").first).toBe(17);
  });

  it("enlarge with Enter, and Escape undoes one thing at a time", () => {
    const big = presses(wall({ chosen: 3 }), "f", "Enter");
    expect([big.big, big.screen]).toEqual([3, true]);
    const small = presses(big, "Escape");
    expect([small.big, small.screen]).toEqual([null, true]);
    expect(presses(small, "Escape").screen).toBe(false);
    expect(press(wall(), "Escape")).toBeNull();
  });

  it("leave the wall alone while a picture is enlarged, and other keys to the browser", () => {
    expect(press(wall({ big: 2 }), "ArrowRight")).toBeNull();
    expect(press(wall(), "Tab")).toBeNull();
    expect(press(wall({ cameras: 0 }), "Enter")).toBeNull();
  });

  it("cycling shows every camera and begins again", () => {
    const firsts = [0, 1, 2].map((n) => Array.from({ length: n }).reduce((now: WallState) => cycle(now), wall()).first);
    expect(firsts).toEqual([0, 9, 18]);
    expect(cycle(wall({ first: 18 })).first).toBe(0);
    expect(cycle(wall({ cameras: 4 })).first).toBe(0);
  });
});
