import { errorCatalogue, errorCodeOf, errorText, TackleboxError, type ErrorCode } from "../errors.ts";
import { AnswersRejectedError } from "../inputs/answers-rejected.ts";
import { ScriptRejectedError } from "../install/script-rejected.ts";

/** What is wrong at one place of a request, or of the install script in it. */
export interface ProblemError {
  code: string;
  detail: string;
  severity?: "error" | "warning";
  /** Place in the request's body or in the install script. */
  pointer?: string;
  line?: number;
  column?: number;
  /** The input that was answered wrong, or the key of the question. */
  inputId?: string;
}

/** An error as the API answers it (RFC 9457, `application/problem+json`). */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  /** Where, what was found, what was expected, what to do. */
  detail: string;
  /** Path of the request. */
  instance: string;
  /** One of the codes of the errors page; stable. */
  code: ErrorCode;
  errors?: ProblemError[];
  /** What is possible in the task's present state. */
  allowed?: string[];
}

const statuses: Partial<Record<ErrorCode, number>> = {
  TASK_UNKNOWN: 404,
  ROUTE_UNKNOWN: 404,
  CATALOG_SCRIPT_UNKNOWN: 404,
  TOKEN_UNKNOWN: 404,
  APP_UNKNOWN: 404,
  UNAUTHORIZED: 401,
  HOST_REFUSED: 421,
  ORIGIN_REFUSED: 403,
  TOO_MANY_FAILURES: 429,
  ILLEGAL_TRANSITION: 409,
  APP_NAME_TAKEN: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  APP_BUSY: 409,
  APP_PORT_TAKEN: 409,
  PRECONDITION_FAILED: 412,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  REQUEST_INVALID: 400,
  INTERNAL: 500,
};

/** The HTTP status that goes with a code. */
function statusOf(code: ErrorCode): number {
  const known = statuses[code];
  if (known !== undefined) return known;
  switch (errorCatalogue[code].consequence) {
    case "environment":
      return 503;
    case "internal":
      return 500;
    default:
      return 422;
  }
}

/** Turns whatever was thrown into an answer. What is not one of our errors tells nothing about itself. */
export function toProblem(error: unknown, instance: string): ProblemDocument {
  const code = errorCodeOf(error) ?? "INTERNAL";
  const isOurs = errorCodeOf(error) !== null;
  const detail = isOurs ? errorText(error) : "An unexpected fault; the server's log has its text.";
  return {
    ...headOf(code, instance),
    detail,
    ...(error instanceof ScriptRejectedError ? { errors: scriptErrors(error) } : {}),
    ...(error instanceof AnswersRejectedError ? { errors: inputErrors(error) } : {}),
    ...(code === "ILLEGAL_TRANSITION" ? { allowed: allowedOf(error) } : {}),
    ...(isRequestError(error) ? { errors: error.errors } : {}),
  };
}

function headOf(code: ErrorCode, instance: string): Omit<ProblemDocument, "detail"> {
  return {
    type: `/problems/${code.toLowerCase().replaceAll("_", "-")}`,
    title: errorCatalogue[code].title,
    status: statusOf(code),
    instance,
    code,
  };
}

/** A request that does not fit its schema, with what is wrong at which place. */
export class RequestInvalidError extends TackleboxError {
  readonly errors: ProblemError[];

  constructor(message: string, errors: ProblemError[]) {
    super("REQUEST_INVALID", message);
    this.name = "RequestInvalidError";
    this.errors = errors;
  }
}

function isRequestError(error: unknown): error is RequestInvalidError {
  return error instanceof RequestInvalidError;
}

function scriptErrors({ problems }: ScriptRejectedError): ProblemError[] {
  return problems.map(({ code, message, severity, pointer, line, column }) => ({
    code,
    detail: message,
    severity,
    pointer,
    line,
    column,
  }));
}

function inputErrors({ problems }: AnswersRejectedError): ProblemError[] {
  return problems.map(({ message, ...problem }) => ({ ...problem, detail: message }));
}

function allowedOf(error: unknown): string[] {
  const found =
    error instanceof TackleboxError ? error.context.find(({ label }) => label === "allowed") : null;
  return typeof found?.value === "string" && found.value !== "nothing" ? found.value.split(", ") : [];
}
