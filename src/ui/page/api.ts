import { token, signOut } from "./session.ts";

/** What is wrong at one place of a request. */
export interface ProblemError {
  code: string;
  detail: string;
  pointer?: string;
  inputId?: string;
  line?: number;
  column?: number;
}

/** An answer that is no success (RFC 9457), or none at all: then `status` is 0. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly ProblemError[];

  constructor(
    status: number,
    problem: { title?: string; detail?: string; code?: string; errors?: ProblemError[] },
  ) {
    super(problem.detail ?? problem.title ?? `The server answered with ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
  }
}

export interface ApiRequest {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Calls the API and gives the answer's JSON. Throws `ApiError`; a token that is refused ends the session. */
export async function callApi<T>(path: string, request: ApiRequest = {}): Promise<T> {
  const response = await send(path, request);
  return (response.status === 204 ? null : await response.json()) as T;
}

const etags = new Map<string, string>();

/** Reads again what was read before; null when it has not changed. */
export async function readChanged<T>(path: string, signal: AbortSignal): Promise<T | null> {
  const known = etags.get(path);
  const response = await send(path, {
    signal,
    headers: known === undefined ? {} : { "if-none-match": known },
  });
  if (response.status === 304) return null;
  const etag = response.headers.get("etag");
  if (etag !== null) etags.set(path, etag);
  return (await response.json()) as T;
}

/** The answer itself, for those who read it piece by piece. */
export async function send(
  path: string,
  { method = "GET", body, headers, signal }: ApiRequest,
): Promise<Response> {
  const own: Record<string, string> = { authorization: `Bearer ${token.value ?? ""}`, ...headers };
  if (body !== undefined) own["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: own,
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, { detail: "The server cannot be reached.", code: "OFFLINE" });
  }
  if (response.ok || response.status === 304) return response;
  if (response.status === 401) signOut("This token is not accepted any more. Sign in again.");
  throw new ApiError(response.status, await readProblem(response));
}

/** A random name for a request, so that sending it twice does it once. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** What went wrong, for people. */
export function failureText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function readProblem(response: Response): Promise<ConstructorParameters<typeof ApiError>[1]> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}
