import type { NetworkLimits } from "./network-client.ts";

/** Caps of one hook attempt's network use unless the configuration says otherwise. */
export const defaultNetworkLimits: Readonly<NetworkLimits> = {
  maxRequests: 1000,
  maxConcurrent: 8,
  maxRedirects: 5,
  maxHeaderBytes: 64 * 1024,
  maxRequestBodyBytes: 8 * 1024 * 1024,
  maxResponseBodyBytes: 10 * 1024 * 1024,
  defaultTimeoutMs: 30_000,
};

/** The limits in force: what is given, and the defaults for the rest. */
export function resolveNetworkLimits(given: Partial<NetworkLimits> = {}): NetworkLimits {
  const limits: NetworkLimits = { ...defaultNetworkLimits };
  for (const name of Object.keys(defaultNetworkLimits) as (keyof NetworkLimits)[]) {
    const value = given[name];
    if (value !== undefined) limits[name] = value;
  }
  return limits;
}
