import type {
  NetworkClient,
  NetworkLimits,
  NetworkObservation,
  NetworkPolicy,
} from "../network/network-client.ts";

/** What the admin lets hooks and sign-ins reach, and how a client is made that holds them to it. */
export interface NetworkSettings {
  /** False: hooks cannot reach the published ports of other apps. */
  allowOtherApps: boolean;
  allow: string[];
  originMap: { from: string; to: string }[];
  /** Ports of the runtime's own listeners and of the datastore. */
  deniedPorts: number[];
  limits: NetworkLimits;
  createClient(options: {
    policy: NetworkPolicy;
    limits: NetworkLimits;
    sentBefore?: number;
    observe: (seen: NetworkObservation) => void;
  }): NetworkClient;
}
