import { apiErrors } from "./errors/api-errors.ts";
import type { CatalogueEntry, Consequence } from "./errors/catalogue-entry.ts";
import { hookErrors } from "./errors/hook-errors.ts";
import { journalErrors } from "./errors/journal-errors.ts";
import { scriptErrors } from "./errors/script-errors.ts";
import { taskErrors } from "./errors/task-errors.ts";
import type { JsonValue } from "./json.ts";

export type { Consequence };

/** Every code tacklebox can show. `docs/reference/errors.md` explains each; a test holds the two together. */
export const errorCatalogue = {
  ...scriptErrors,
  ...hookErrors,
  ...journalErrors,
  ...taskErrors,
  ...apiErrors,
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A row of diagnostic detail, as `ctx.fail` takes it and the activity center shows it. */
export interface ErrorDetail {
  label: string;
  value: JsonValue;
}

export interface TackleboxErrorOptions {
  context?: ErrorDetail[];
  cause?: unknown;
}

/**
 * Every error tacklebox throws on purpose. Recognise it by `code`, never by `instanceof`: it crosses process
 * walls as data. `message` says where, what was found, what was expected, what to do.
 */
export class TackleboxError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorDetail[];

  constructor(code: ErrorCode, message: string, options: TackleboxErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TackleboxError";
    this.code = code;
    this.context = options.context ?? [];
  }

  get consequence(): Consequence {
    return errorCatalogue[this.code].consequence;
  }

  get title(): string {
    return errorCatalogue[this.code].title;
  }
}

/** The code of a thrown value, when it carries one of ours. */
export function errorCodeOf(error: unknown): ErrorCode | null {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : null;
}

/** Text of any thrown value, never empty, never throwing. */
export function errorText(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  try {
    return String(error) || "unknown error";
  } catch {
    return "unknown error";
  }
}
