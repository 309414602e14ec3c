import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { EffectError } from "../context/effect.ts";
import { TackleboxError, type ErrorCode } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { NetworkClient, NetworkLimits, NetworkResponse } from "../network/network-client.ts";
import { networkErrorText } from "../network/network-error.ts";
import type { OAuthInput } from "../schema/install-script.ts";
import type { SignInView } from "../task/task-event.ts";
import { fillAddress, toSignInHeaders, toStartRequest, type SignInValues } from "./sign-in-request.ts";

export interface PinSignInOptions {
  input: OAuthInput;
  network: NetworkClient;
  clock: Clock;
  /** Ends the request; it then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Name the provider shows to the user; default `tacklebox`. */
  product?: string;
}

/** A sign-in that has begun: all that any process needs to go on asking for it. Plain data, not for people. */
export interface Pin {
  values: SignInValues;
  /** What the user needs to approve it. */
  view: SignInView;
  startedAt: number;
  /** Wall time. */
  expiresAt: number;
  intervalMs: number;
}

/** What asking once has brought. */
export type PinProgress =
  /** What the hook's `getInput` returns: `{[tokenField]: token}`. */
  | { kind: "granted"; value: JsonObject }
  /** Ask again after `waitMs`, from then on every `intervalMs`, which grows when the provider asks for it. */
  | { kind: "pending"; waitMs: number; intervalMs: number };

/** Caps for the network client of a sign-in: its answers are small. */
export const signInLimits: Pick<NetworkLimits, "maxResponseBodyBytes"> = { maxResponseBodyBytes: 64 * 1024 };

const startTries = 3;
const defaultIntervalMs = 2000;
const minIntervalMs = 1000;
const slowDownMs = 5000;
const defaultLifetimeMs = 15 * 60 * 1000;
const maxLifetimeMs = 24 * 60 * 60 * 1000;

/** What one answer of the provider means. */
type Answer =
  | { kind: "granted"; token: string }
  | { kind: "pending"; trouble: string | null; waitMs: number; intervalMs: number }
  | { kind: "ended"; code: ErrorCode; reason: string };

/**
 * Asks the provider for a PIN.
 *
 * @throws `SIGN_IN_FAILED`
 */
export async function startPin(options: PinSignInOptions): Promise<Pin> {
  const { input, clock } = options;
  const { values, lifetimeMs, intervalMs } = await requestPin(options);
  const startedAt = clock.now();
  const expiresAt = startedAt + lifetimeMs;
  const view: SignInView = {
    url: requireAuthUrl(input, values),
    userCode: input.flow.authUrl.includes("{code}") ? null : (values.code ?? null),
    expiresAt: new Date(expiresAt).toISOString(),
  };
  return { values, view, startedAt, expiresAt, intervalMs };
}

/**
 * Asks once whether the user has approved. Neither the token nor any answer of the provider goes into a message.
 *
 * @throws `SIGN_IN_EXPIRED`, `SIGN_IN_DENIED`, `SIGN_IN_FAILED`
 */
export async function pollPin(options: PinSignInOptions, pin: Pin): Promise<PinProgress> {
  const { input, clock } = options;
  const answer = await ask(options, pin);
  if (answer.kind === "granted") return { kind: "granted", value: { [input.flow.tokenField]: answer.token } };
  if (answer.kind === "ended") throw signInError(input, answer.code, answer.reason);
  const leftMs = pin.expiresAt - clock.now();
  if (leftMs > 0)
    return { kind: "pending", waitMs: Math.min(answer.waitMs, leftMs), intervalMs: answer.intervalMs };
  const lasted = `it was not approved within ${Math.round((pin.expiresAt - pin.startedAt) / 1000)} s`;
  const reason =
    answer.trouble === null ? lasted : `${lasted}; the provider's last answer: ${answer.trouble}`;
  throw signInError(input, "SIGN_IN_EXPIRED", reason);
}

/** Hosts of a sign-in flow that the hook and the sign-in may reach, for the network policy; https addresses only. */
export function signInHosts(input: OAuthInput): string[] {
  const { pinUrl, pollUrl, authUrl } = input.flow;
  const hosts = [pinUrl, pollUrl, authUrl].flatMap((template) => {
    const url = URL.parse(template.replace(/[{}]/g, ""));
    return url?.protocol === "https:" ? [url.host] : [];
  });
  return [...new Set(hosts)];
}

interface GivenPin {
  values: SignInValues;
  lifetimeMs: number;
  intervalMs: number;
}

async function requestPin(options: PinSignInOptions): Promise<GivenPin> {
  const { input, network, clock, signal } = options;
  const values: SignInValues = { clientId: input.flow.clientId === "" ? randomUUID() : input.flow.clientId };
  const request = toStartRequest(input, values, options.product ?? "tacklebox");
  let trouble = "";
  for (let tries = 1; tries <= startTries; tries += 1) {
    if (tries > 1) await clock.sleep(defaultIntervalMs, signal);
    const answer = await send(options, () =>
      network.request({ ...request, method: "POST", body: null, redirect: "error" }, signal),
    );
    if ("status" in answer && answer.status >= 200 && answer.status < 300)
      return readPin(options, values, answer);
    trouble = describeTrouble(answer);
    if ("status" in answer && !isPassing(answer.status)) break;
  }
  throw signInError(input, "SIGN_IN_FAILED", `the provider gave no PIN: ${trouble}`);
}

function readPin(
  { input, clock }: PinSignInOptions,
  { clientId }: SignInValues,
  answer: NetworkResponse,
): GivenPin {
  const body = parseBody(answer);
  const values: SignInValues = { clientId };
  const pinId = toIdentifier(body["id"]);
  const code = toIdentifier(body["code"]);
  if (pinId !== null) values.pinId = pinId;
  if (code !== null) values.code = code;
  for (const [name, field] of [["pinId", "id"] as const, ["code", "code"] as const]) {
    const isUsed = [input.flow.authUrl, input.flow.pollUrl].some((template) =>
      template.includes(`{${name}}`),
    );
    if (isUsed && values[name] === undefined) {
      throw signInError(input, "SIGN_IN_FAILED", `the provider's answer has no usable "${field}"`);
    }
  }
  const seconds = typeof body["interval"] === "number" ? body["interval"] : defaultIntervalMs / 1000;
  return {
    values,
    lifetimeMs: readLifetime(body, answer, clock),
    intervalMs: Math.max(minIntervalMs, seconds * 1000),
  };
}

/** The provider's own duration counts before its date, which this machine's clock may see differently. */
function readLifetime(body: JsonObject, answer: NetworkResponse, clock: Clock): number {
  const { expiresIn, expiresAt } = body;
  const expiry = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  const sentAt = Date.parse(headerOf(answer, "date") ?? "");
  const byDate = expiry - (Number.isNaN(sentAt) ? clock.now() : sentAt);
  const lifetimeMs = typeof expiresIn === "number" ? expiresIn * 1000 : byDate;
  return Number.isFinite(lifetimeMs) && lifetimeMs > 0
    ? Math.min(lifetimeMs, maxLifetimeMs)
    : defaultLifetimeMs;
}

async function ask(options: PinSignInOptions, pin: Pin): Promise<Answer> {
  const { input, network, signal } = options;
  const url = fillAddress(input.flow.pollUrl, pin.values);
  const headers = toSignInHeaders(input, pin.values, options.product ?? "tacklebox");
  const answer = await send(options, () =>
    network.request({ url, method: "GET", headers, body: null, redirect: "error" }, signal),
  );
  if ("status" in answer) return classify(answer, input, pin, options.clock);
  const { intervalMs } = pin;
  return { kind: "pending", trouble: describeTrouble(answer), waitMs: intervalMs, intervalMs };
}

/** Texts that stand for "no token": Emby's `AccessToken` is "none" where it has none to give. */
const noTokens = new Set(["", "none", "null", "undefined"]);

function classify(answer: NetworkResponse, input: OAuthInput, pin: Pin, clock: Clock): Answer {
  const body = parseBody(answer);
  const { tokenField } = input.flow;
  const { status } = answer;
  const pending: Answer = {
    kind: "pending",
    trouble: null,
    waitMs: pin.intervalMs,
    intervalMs: pin.intervalMs,
  };
  if (status >= 200 && status < 300) {
    const token = Object.hasOwn(body, tokenField) ? body[tokenField] : null;
    return typeof token === "string" && !noTokens.has(token.toLowerCase())
      ? { kind: "granted", token }
      : pending;
  }
  if (body["error"] === "authorization_pending") return pending;
  const isTooFast = body["error"] === "slow_down";
  if (isTooFast || isPassing(status)) {
    const intervalMs = pin.intervalMs + (isTooFast ? slowDownMs : 0);
    const waitMs = Math.max(intervalMs, readRetryAfter(answer, clock));
    return { kind: "pending", trouble: `status ${status}`, waitMs, intervalMs };
  }
  if (status === 404 || status === 410 || body["error"] === "expired_token") {
    return { kind: "ended", code: "SIGN_IN_EXPIRED", reason: "the provider no longer knows this sign-in" };
  }
  if (status === 401 || status === 403 || body["error"] === "access_denied") {
    return { kind: "ended", code: "SIGN_IN_DENIED", reason: "the provider says it was denied" };
  }
  return { kind: "ended", code: "SIGN_IN_FAILED", reason: `the provider answered with status ${status}` };
}

/** The provider's answer, or the failure of the network on the way; what can never work ends the sign-in. */
async function send(
  { input, signal }: PinSignInOptions,
  request: () => Promise<NetworkResponse>,
): Promise<NetworkResponse | { failure: EffectError }> {
  let answer: NetworkResponse;
  try {
    answer = await request();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EffectError)) throw error;
    if (error.code !== "NETWORK_FAILED" && error.code !== "NETWORK_TIMEOUT") {
      throw signInError(input, "SIGN_IN_FAILED", networkErrorText(error));
    }
    return { failure: error };
  }
  if ((answer.body?.byteLength ?? 0) > signInLimits.maxResponseBodyBytes) {
    throw signInError(input, "SIGN_IN_FAILED", "the provider's answer is larger than 64 KiB");
  }
  return answer;
}

/** True for trouble that passes by itself: too many requests, and the provider's own faults. */
function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

function describeTrouble(answer: NetworkResponse | { failure: EffectError }): string {
  return "failure" in answer ? networkErrorText(answer.failure) : `status ${answer.status}`;
}

/** Milliseconds the provider asks to wait, by seconds or by date; 0 when it does not say. */
function readRetryAfter(answer: NetworkResponse, clock: Clock): number {
  const value = headerOf(answer, "retry-after") ?? "";
  const waitMs = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : 0;
}

function headerOf(answer: NetworkResponse, wanted: string): string | undefined {
  return answer.headers.find(([name]) => name === wanted)?.[1];
}

function parseBody(answer: NetworkResponse): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(answer.body ?? new Uint8Array()));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** An id or code that is safe to put into an address; null for anything else. */
function toIdentifier(value: JsonValue | undefined): string | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^[\w~:-][\w.~:-]{0,255}$/.test(text) ? text : null;
}

function requireAuthUrl(input: OAuthInput, values: SignInValues): string {
  const address = fillAddress(input.flow.authUrl, values);
  const protocol = URL.parse(address)?.protocol;
  if (protocol === "https:" || protocol === "http:") return address;
  throw signInError(input, "SIGN_IN_FAILED", "authUrl is not a web address that can be opened");
}

function signInError(input: OAuthInput, code: ErrorCode, reason: string): TackleboxError {
  return new TackleboxError(code, `Sign-in "${input.name}" (${input.id}) with ${input.provider}: ${reason}.`);
}
