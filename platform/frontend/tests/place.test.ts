import { expect, test } from "vitest";
import { placeOf } from "../src/alerts/place";
import type { Alert } from "../src/api/types";

const where = (place: Partial<Alert>) =>
  placeOf({ device: null, device_name: null, zone: null, zone_name: null, ...place } as Alert, ({ zh }) => zh);

test("an alert is where people call it, and at an id only where nobody named it", () => {
  const device_name = { zh: "活动楼全景", en: "Activity block" };
  const zone_name = { zh: "基坑临边", en: "Pit edge" };
  expect(where({ device: "cam-annex", device_name, zone: "annex-edge", zone_name })).toBe("活动楼全景 / 基坑临边");
  expect(where({ device: "cam-annex", device_name, zone: "new-edge" })).toBe("活动楼全景 / new-edge");
  expect(where({})).toBe("");
});
