import type { Problem } from "./api-types.ts";

/** A refusal of the server, or that there was no answer at all; recognise it by `code`, one of `docs/reference/errors.md`. */
export class ApiError extends Error {
  readonly code: string;
  /** Of HTTP; 0 when there was no answer. */
  readonly status: number;
  /** What the server said; null when the answer was none of tacklebox. */
  readonly problem: Problem | null;

  constructor(message: string, { status, problem }: { status: number; problem: Problem | null }) {
    super(message);
    this.name = "ApiError";
    this.code = problem?.code ?? "SERVER_UNREACHABLE";
    this.status = status;
    this.problem = problem;
  }
}

/** The error of an answer that is no success. */
export function toApiError(response: Response, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(body.detail, { status: response.status, problem: body });
  return strangeAnswer(response);
}

/** Something answers there that is not tacklebox, or stands before it. */
export function strangeAnswer({ url, status }: Response): ApiError {
  return new ApiError(
    `${originOf(url)}: found an answer (status ${status}) that is none of tacklebox, expected its API; ` +
      "check the address, and what stands between.",
    { status, problem: null },
  );
}

/** No answer came. */
export function noAnswer(url: string, reason: unknown): ApiError {
  return new ApiError(
    `${originOf(url)}: no answer (${reasonText(reason)}), expected a tacklebox server there; ` +
      "start it with tacklebox serve, or check the address.",
    { status: 0, problem: null },
  );
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url) || "server";

/** Node names the cause below "fetch failed"; browsers give one sentence. */
function reasonText(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { code, message = reason.message } = (reason.cause ?? {}) as { code?: string; message?: string };
  return code ?? message;
}

function isProblem(body: unknown): body is Problem {
  const { code, detail } = (body ?? {}) as Partial<Problem>;
  return typeof code === "string" && typeof detail === "string";
}
