import { ApiError, noAnswer, toApiError } from "../../client/api-error.ts";
import { createApiClient, requireData } from "../../client/create-api-client.ts";
import { signOut, token } from "./session.ts";

/** The API of the server that sent this page. */
export const api = createApiClient({ url: location.origin, token: () => token.value });

interface ApiAnswer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer. Throws `ApiError`; a token that is refused ends the session. */
export async function ask<T>(call: Promise<ApiAnswer<T>>): Promise<T> {
  try {
    return await requireData(call);
  } catch (error) {
    endRefusedSession(error);
    throw error;
  }
}

/** What was read last in each place of the screen. */
const lastRead = new Map<string, { what: string; etag: string }>();

export interface Reading {
  /** Where on the screen it stands. */
  place: string;
  /** What is read there now; another than last time is read wholly. */
  what: string;
}

/** Reads what stands in a place of the screen; null when it is what was read there last. */
export async function readChanged<T>(
  { place, what }: Reading,
  call: (headers: Record<string, string>) => Promise<ApiAnswer<T>>,
): Promise<T | null> {
  const known = lastRead.get(place);
  const answer = await call(known?.what === what ? { "if-none-match": known.etag } : {});
  if (answer.response.status === 304) return null;
  const body = await ask(Promise.resolve(answer));
  const etag = answer.response.headers.get("etag");
  if (etag === null) lastRead.delete(place);
  else lastRead.set(place, { what, etag });
  return body;
}

/** The next reading gets everything again. */
export function forgetRead(): void {
  lastRead.clear();
}

/** A stream of events, for those who read it piece by piece. Throws `ApiError`. */
export async function openStream(
  path: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(path, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${token.value ?? ""}`, ...headers },
    cache: "no-store",
    signal,
  }).catch((error: unknown) => {
    throw signal.aborted ? error : noAnswer(location.origin, error);
  });
  if (response.ok) return response;
  const refusal = toApiError(response, await response.json().catch(() => null));
  endRefusedSession(refusal);
  throw refusal;
}

/** A random name for a request, so that sending it twice does it once. */
export function newIdempotencyKey(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What went wrong, for people. */
export function failureText(error: unknown): string {
  if (error instanceof ApiError && error.status === 0) return "The server cannot be reached.";
  return error instanceof Error ? error.message : String(error);
}

function endRefusedSession(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) {
    signOut("This token is not accepted any more. Sign in again.");
  }
}
