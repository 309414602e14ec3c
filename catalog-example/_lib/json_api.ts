/** An answer that is not 2xx. `context` fits `ctx.fail` and `ctx.awaitCheckpointRetry`. */
export class ApiError extends Error {
  readonly status: number;
  readonly endpoint: string;

  constructor(endpoint: string, status: number, text: string) {
    super(`${endpoint} answered ${status}${text === "" ? "" : `: ${text}`}`);
    this.name = "ApiError";
    this.endpoint = endpoint;
    this.status = status;
  }

  get context(): { label: string; value: unknown }[] {
    return [
      { label: "Endpoint", value: this.endpoint },
      { label: "Status", value: this.status },
    ];
  }
}

/** Calls to one app with the same headers: JSON in, JSON out, anything but 2xx thrown as an `ApiError`. */
export interface JsonApi {
  get<T = unknown>(path: string): Promise<T>;
  post<T = unknown>(path: string, body?: unknown): Promise<T>;
  put<T = unknown>(path: string, body?: unknown): Promise<T>;
  delete<T = unknown>(path: string, body?: unknown): Promise<T>;
}

/**
 * @param baseUrl usually `ctx.baseUrl`
 * @param headers sent with each call, e.g. a session's cookie
 */
export function jsonApi(baseUrl: string, headers: Record<string, string> = {}): JsonApi {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const init: RequestInit = { method, signal: AbortSignal.timeout(10_000) };
    if (body === undefined) {
      init.headers = { Accept: "application/json", ...headers };
    } else {
      init.headers = { Accept: "application/json", "Content-Type": "application/json", ...headers };
      init.body = JSON.stringify(body);
    }
    const response = await fetch(`${baseUrl}${path}`, init);
    const text = await response.text();
    if (!response.ok)
      throw new ApiError(`${method} ${path.split("?")[0]}`, response.status, text.slice(0, 200));
    return text === "" ? null : JSON.parse(text);
  }
  return {
    get: <T>(path: string) => call("GET", path) as Promise<T>,
    post: <T>(path: string, body?: unknown) => call("POST", path, body) as Promise<T>,
    put: <T>(path: string, body?: unknown) => call("PUT", path, body) as Promise<T>,
    delete: <T>(path: string, body?: unknown) => call("DELETE", path, body) as Promise<T>,
  };
}
