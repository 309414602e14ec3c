import { expect, it } from "vitest";
import { defaultNetworkLimits, resolveNetworkLimits } from "../../src/network/network-limits.ts";

it("limits that are not given take their defaults", () => {
  expect(resolveNetworkLimits()).toEqual(defaultNetworkLimits);
  expect(resolveNetworkLimits({ maxRequests: 5 })).toEqual({ ...defaultNetworkLimits, maxRequests: 5 });
});
