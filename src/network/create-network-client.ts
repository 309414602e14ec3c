import { rootCertificates } from "node:tls";
import { systemClock, type Clock } from "../clock.ts";
import { checkRequest } from "./check-request.ts";
import { resolveBySystem, type ResolveName } from "./connect-pinned.ts";
import { createSlots } from "./create-slots.ts";
import { decideRequest } from "./decide-request.ts";
import { followRedirect } from "./follow-redirect.ts";
import { maskUrl } from "./mask-url.ts";
import type {
  NetworkClient,
  NetworkLimits,
  NetworkObservation,
  NetworkPolicy,
  NetworkRequest,
  NetworkResponse,
} from "./network-client.ts";
import {
  abortError,
  networkError,
  networkErrorText,
  timeoutError,
  toNetworkError,
  unexpectedRedirectError,
} from "./network-error.ts";
import { resolveNetworkLimits } from "./network-limits.ts";
import { sendHop } from "./send-hop.ts";

export interface NetworkClientOptions {
  policy: NetworkPolicy;
  /** Missing ones take their defaults. */
  limits?: Partial<NetworkLimits>;
  /** Hops made before, by an earlier client of the same hook attempt; they count towards `maxRequests`. Default 0. */
  sentBefore?: number;
  /** Called once for each hop that was sent, failed or was refused. */
  observe?(observation: NetworkObservation): void;
  /** Default: the system's resolver. */
  resolve?: ResolveName;
  /** Measures the time limit of requests; default: the machine's clock. Not one that skips waits. */
  clock?: Clock;
  /** Certificates (PEM) to trust besides Node's own list. */
  trustedCertificates?: string[];
}

/**
 * The only way from a hook to the network.
 *
 * 1. Each hop, the first and every redirect, is decided on by the policy before its name is looked up.
 * 2. A name is looked up once; the connection uses an address that was checked, and no other.
 * 3. Nothing of the process's surroundings matters: no proxy variables, no global dispatcher, no shared connection.
 * 4. Every rejection is an `EffectError`, and every hop is observed once.
 */
export function createNetworkClient(options: NetworkClientOptions): NetworkClient {
  return new PolicedClient(options);
}

class PolicedClient implements NetworkClient {
  private readonly options: NetworkClientOptions;
  private readonly limits: NetworkLimits;
  private readonly clock: Clock;
  private readonly slots: ReturnType<typeof createSlots>;
  private readonly closing = new AbortController();
  private readonly hopOptions: Parameters<typeof sendHop>[2];
  private sent: number;

  constructor(options: NetworkClientOptions) {
    const { policy, resolve = resolveBySystem, trustedCertificates } = options;
    this.options = options;
    this.limits = resolveNetworkLimits(options.limits);
    this.sent = options.sentBefore ?? 0;
    this.clock = options.clock ?? systemClock;
    this.slots = createSlots(this.limits.maxConcurrent);
    const ca = trustedCertificates === undefined ? {} : { ca: [...rootCertificates, ...trustedCertificates] };
    this.hopOptions = { policy, limits: this.limits, resolve, ...ca };
  }

  async request(request: NetworkRequest, outerSignal: AbortSignal): Promise<NetworkResponse> {
    checkRequest(request, this.limits);
    const signal = AbortSignal.any([outerSignal, this.closing.signal]);
    const timeoutMs = request.timeoutMs ?? this.limits.defaultTimeoutMs;
    try {
      await this.slots.take(signal);
    } catch {
      throw abortError();
    }
    try {
      const deadline = { signal, timeoutMs, clock: this.clock, request: describe(request) };
      return await withDeadline(deadline, (inner) => this.performAll(request, inner));
    } finally {
      this.slots.free();
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.resolve();
  }

  private async performAll(first: NetworkRequest, signal: AbortSignal): Promise<NetworkResponse> {
    let request = first;
    for (let hops = 0; ; hops += 1) {
      const answer = await this.performHop(request, signal);
      const step = followRedirect(request, toAskedAddress(answer, request, this.options.policy));
      if (step.kind === "unexpected") throw unexpectedRedirectError();
      if (step.kind === "answer") return { ...answer, redirected: hops > 0 };
      if (step.kind === "refused" || hops === this.limits.maxRedirects) {
        const reason =
          step.kind === "refused" ? step.reason : `more than ${this.limits.maxRedirects} redirects`;
        throw networkError("NETWORK_REDIRECTS", `${describe(first)}: ${reason}.`);
      }
      request = step.request;
    }
  }

  private async performHop(request: NetworkRequest, signal: AbortSignal): Promise<NetworkResponse> {
    this.count(request);
    try {
      const decision = decideRequest(request.url, this.options.policy);
      if (!decision.allowed) {
        throw networkError("NETWORK_REFUSED", `${describe(request)}: ${decision.reason}`);
      }
      const target = { url: decision.target, scope: decision.scope };
      const answer = await untilAborted(sendHop(request, target, this.hopOptions, signal), signal);
      this.observe(request, answer.status, null);
      return answer;
    } catch (failure) {
      const error = toNetworkError(signal.aborted ? signal.reason : failure, describe(request));
      this.observe(request, null, networkErrorText(error));
      throw error;
    }
  }

  /** Counts a hop before anything else is done for it. The one that goes too far is observed, those after it are not. */
  private count(request: NetworkRequest): void {
    const { maxRequests } = this.limits;
    this.sent += 1;
    if (this.sent <= maxRequests) return;
    const error = networkError(
      "NETWORK_LIMIT",
      `fetch: this hook has made ${maxRequests} requests, which is the limit. Make fewer, or wait longer between polls.`,
    );
    if (this.sent === maxRequests + 1) this.observe(request, null, networkErrorText(error));
    throw error;
  }

  private observe({ method, url }: NetworkRequest, status: number | null, refused: string | null): void {
    this.options.observe?.({ method, url: maskUrl(url), status, refused });
  }
}

interface Deadline {
  signal: AbortSignal;
  timeoutMs: number;
  clock: Clock;
  /** The request as messages name it. */
  request: string;
}

/** Runs `work` with a signal that is aborted, with the error to show, by the caller or when time is up. */
async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, timeoutMs, clock } = deadline;
  const inner = new AbortController();
  const timer = new AbortController();
  const onAbort = (): void => inner.abort(abortError());
  signal.addEventListener("abort", onAbort, { once: true });
  clock.sleep(timeoutMs, timer.signal).then(
    () => inner.abort(timeoutError(deadline.request, timeoutMs)),
    () => undefined,
  );
  try {
    if (signal.aborted) onAbort();
    return await work(inner.signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    timer.abort();
  }
}

/** The work's result, or the signal's reason as soon as it is aborted: a lookup or a handshake cannot be called back. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  work.catch(() => undefined);
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A stand-in names itself in redirects; they lead back to the origin it stands for. */
function toAskedAddress(
  answer: NetworkResponse,
  request: NetworkRequest,
  policy: NetworkPolicy,
): NetworkResponse {
  const asked = new URL(request.url).origin;
  const standIn = policy.originMap.find(({ from }) => URL.parse(from)?.origin === asked);
  const standInOrigin = standIn === undefined ? undefined : URL.parse(standIn.to)?.origin;
  if (standInOrigin === undefined) return answer;
  const headers = answer.headers.map(([name, value]): [string, string] => {
    const url = name === "location" ? URL.parse(value) : null;
    return url?.origin === standInOrigin
      ? [name, asked + url.pathname + url.search + url.hash]
      : [name, value];
  });
  return { ...answer, headers };
}

function describe(request: NetworkRequest): string {
  return `fetch ${request.method} ${maskUrl(request.url)}`;
}
