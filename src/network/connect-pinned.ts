import { lookup as lookupAddresses } from "node:dns/promises";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { buildConnector } from "undici";
import { canonicalAddress, checkAddress, isLoopbackAddress, type AddressScope } from "./check-address.ts";
import { networkError } from "./network-error.ts";
import type { NetworkPolicy } from "./network-client.ts";

/** An address a name stands for. */
export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Looks a name up; rejects as `dns.lookup` does. */
export type ResolveName = (hostname: string) => Promise<ResolvedAddress[]>;

export const resolveBySystem: ResolveName = (hostname) => lookupAddresses(hostname, { all: true });

export interface TargetOptions {
  scope: AddressScope;
  policy: NetworkPolicy;
  resolve: ResolveName;
}

/**
 * The addresses a connection to this host may use: looked up once, and refused as a whole when one of them may not
 * be reached. Literal addresses take the same way, because no lookup would ever see them.
 */
export async function resolveTarget(
  host: string,
  port: number,
  options: TargetOptions,
): Promise<ResolvedAddress[]> {
  const bare = host.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  const addresses = family === 0 ? await options.resolve(bare) : [{ address: bare, family }];
  if (addresses.length === 0) throw notFound(bare);
  for (const { address } of addresses) {
    const verdict = checkAddress(address, options.scope);
    if (!verdict.ok) throw networkError("NETWORK_REFUSED", `${host} cannot be reached: ${verdict.reason}.`);
  }
  if (options.policy.deniedPorts.includes(port)) await refuseOwnAddresses(host, addresses, options);
  return addresses;
}

/** A denied port is denied under every name the NAS and this machine have. */
async function refuseOwnAddresses(
  host: string,
  addresses: ResolvedAddress[],
  { policy, resolve }: TargetOptions,
): Promise<void> {
  const own = new Set<string | null>();
  for (const list of Object.values(networkInterfaces())) {
    for (const { address } of list ?? []) own.add(canonicalAddress(address));
  }
  if (policy.appHost !== null) {
    const literal = canonicalAddress(policy.appHost);
    const appAddresses =
      literal === null ? await resolve(policy.appHost).catch(() => []) : [{ address: literal }];
    for (const { address } of appAddresses) own.add(canonicalAddress(address));
  }
  const isOwn = addresses.some(
    ({ address }) => isLoopbackAddress(address) || own.has(canonicalAddress(address)),
  );
  if (isOwn)
    throw networkError("NETWORK_REFUSED", `${host} cannot be reached on this port; it is never allowed.`);
}

export interface PinnedConnectorOptions {
  addresses: ResolvedAddress[];
  connectTimeoutMs: number;
  /** Certificates (PEM) to trust; absent: Node's own list. */
  ca?: string[];
  /** Sees the socket as soon as it exists, so that a connection under way can be ended too. */
  onSocket(socket: Socket): void;
}

/** A connector that reaches the checked addresses and no other; the name is kept for TLS. */
export function createPinnedConnector(options: PinnedConnectorOptions): buildConnector.connector {
  const { addresses } = options;
  const pinned: LookupFunction = (_hostname, lookupOptions, callback) => {
    if (lookupOptions.all === true) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
  };
  const connect = buildConnector({
    lookup: pinned,
    autoSelectFamily: true,
    timeout: options.connectTimeoutMs,
    allowH2: false,
    maxCachedSessions: 0,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    // The types name a connector without a result; it returns the socket it opens.
  }) as (...args: Parameters<buildConnector.connector>) => Socket;
  return (target, callback) => {
    const socket = connect(target, (...result) => {
      const [error, connected] = result;
      if (error === null && !isPinned(connected, addresses)) {
        connected.destroy();
        callback(
          networkError("NETWORK_REFUSED", "The connection went to an address that was not checked."),
          null,
        );
      } else {
        callback(...result);
      }
    });
    options.onSocket(socket);
  };
}

function isPinned(socket: Socket, addresses: ResolvedAddress[]): boolean {
  const reached = canonicalAddress(socket.remoteAddress ?? "");
  return reached !== null && addresses.some(({ address }) => canonicalAddress(address) === reached);
}

function notFound(hostname: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" });
}
