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

/** What was read last in each place of the screen. */
const lastRead = new Map<string, { path: string; etag: string }>();

/** Reads what stands in a place of the screen; null when it is what was read there last. */
export async function readChanged<T>(place: string, path: string, signal: AbortSignal): Promise<T | null> {
  const known = lastRead.get(place);
  const headers: Record<string, string> = known?.path === path ? { "if-none-match": known.etag } : {};
  const response = await send(path, { signal, headers });
  if (response.status === 304) return null;
  const body = (await response.json()) as T;
  const etag = response.headers.get("etag");
  if (etag === null) lastRead.delete(place);
  else lastRead.set(place, { path, etag });
  return body;
}

/** The next reading gets everything again. */
export function forgetRead(): void {
  lastRead.clear();
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
