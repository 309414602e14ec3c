/** A request as a hook or a sign-in flow makes it; already checked for shape. */
export interface NetworkRequest {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: Uint8Array | null;
  redirect: "follow" | "error" | "manual";
  /** Milliseconds for the whole request, headers and body; default the policy's. */
  timeoutMs?: number;
}

export interface NetworkResponse {
  /** Address of the last hop. */
  url: string;
  status: number;
  statusText: string;
  headers: [name: string, value: string][];
  redirected: boolean;
  /** Decoded body; null for statuses that have none. */
  body: Uint8Array | null;
}

/**
 * Requests under the network policy of one task: each hop is checked, its address resolved once, checked again
 * and pinned. Rejects with `EffectError` (`NETWORK_*`).
 */
export interface NetworkClient {
  request(request: NetworkRequest, signal: AbortSignal): Promise<NetworkResponse>;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** What happened on the wire or was refused, for the task's log and `tacklebox run --json`. */
export interface NetworkObservation {
  method: string;
  /** Without credentials and query values. */
  url: string;
  status: number | null;
  /** Code and reason when it was refused or failed. */
  refused: string | null;
}

/** Who may be reached. Everything not named is refused. */
export interface NetworkPolicy {
  /** LAN address of the NAS and what hooks may reach there: the app's own ports and other apps' published ones. */
  appHost: string | null;
  appPorts: number[];
  /** Published ports of other installed apps on `appHost`; empty when the admin switched that off. */
  otherAppPorts: number[];
  /** Ports never reachable whatever else says: the runtime's own, the datastore's, the NAS's management API. */
  deniedPorts: number[];
  /** Host names of the hook's own sign-in flows: https only, public addresses only. */
  signInHosts: string[];
  /** Admin's list, `host` or `host:port`. */
  allow: string[];
  /** Author's stand-ins: requests to an origin go to another address; the policy still decides on the first. */
  originMap: { from: string; to: string }[];
}

/** Caps of one task's network use; documented in `docs/reference/limits.md`. */
export interface NetworkLimits {
  maxRequests: number;
  maxConcurrent: number;
  maxRedirects: number;
  maxHeaderBytes: number;
  maxRequestBodyBytes: number;
  maxResponseBodyBytes: number;
  defaultTimeoutMs: number;
}
