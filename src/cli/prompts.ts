import type * as clackModule from "@clack/prompts";
import type { CommonOptions as ClackOptions } from "@clack/prompts";
import type { JsonValue } from "../json.ts";
import type { TaskInputView } from "../task/task-event.ts";
import type { CliContext } from "./cli-context.ts";
import { printableLine } from "./printable.ts";

/** Questions on the terminal. Each rejects with the signal's reason once the user has pressed Ctrl-C. */
export interface Prompts {
  /** The answer to a hook's question; null when it is left open. */
  askQuestion(input: TaskInputView): Promise<JsonValue>;
  choose<T extends string>(
    message: string,
    options: { value: T; label: string; hint?: string }[],
  ): Promise<T>;
  /** Waits for Enter on the one button it shows. */
  pause(message: string, button: string): Promise<void>;
}

export function createPrompts(context: CliContext): Prompts {
  const { terminal, signal } = context;

  /** Clack takes Ctrl-C for itself and gives a symbol back. */
  const ask = async <T>(prompt: (clack: Clack, common: CommonOptions) => Promise<T | symbol>): Promise<T> => {
    terminal.status(null);
    const clack = await import("@clack/prompts");
    const answer = await prompt(clack, { input: terminal.input, output: terminal.output, signal });
    if (clack.isCancel(answer)) {
      context.interrupt();
      throw signal.reason;
    }
    return answer as T;
  };

  return {
    askQuestion: (input) => ask((clack, common) => promptFor(clack, common, input)),
    choose: async (message, options) => {
      const plain = options.map(({ value, label, hint }) => ({
        value: value as string,
        label,
        ...(hint === undefined ? {} : { hint }),
      }));
      const chosen = await ask((clack, common) =>
        clack.select({ ...common, message: printableLine(message), options: plain }),
      );
      return chosen as (typeof options)[number]["value"];
    },
    pause: async (message, button) => {
      await ask((clack, common) =>
        clack.select({
          ...common,
          message: printableLine(message),
          options: [{ value: "on", label: button }],
        }),
      );
    },
  };
}

type Clack = typeof clackModule;
type CommonOptions = Required<Pick<ClackOptions, "input" | "output" | "signal">>;

async function promptFor(
  clack: Clack,
  common: CommonOptions,
  input: TaskInputView,
): Promise<JsonValue | symbol> {
  const { question, title, description, required } = input;
  const message = printableLine(description === null ? title : `${title} (${description})`);
  const initial = question?.default ?? null;
  const validate = (value: string | undefined): string | undefined => {
    if ((value ?? "") === "" && initial === null) return required ? "An answer is needed." : undefined;
    return question?.type === "number" && value !== "" && !Number.isFinite(Number(value))
      ? "Expected a number such as 8080."
      : undefined;
  };
  switch (question?.type) {
    case "boolean":
      return await clack.confirm({ ...common, message, initialValue: initial === true });
    case "select": {
      const options = question.options ?? [];
      const chosen = await clack.select({
        ...common,
        message,
        options: options.map(({ text }, index) => ({ value: index, label: printableLine(text) })),
        initialValue: Math.max(
          0,
          options.findIndex(({ value }) => JSON.stringify(value) === JSON.stringify(initial)),
        ),
      });
      return typeof chosen === "symbol" ? chosen : (options[chosen]?.value ?? null);
    }
    case "password": {
      const hint = question.placeholder === undefined ? "" : ` [${printableLine(question.placeholder)}]`;
      return emptyAsNull(await clack.password({ ...common, message: message + hint, validate }));
    }
    default: {
      const shown = initial === null ? (question?.placeholder ?? "") : textOf(initial);
      const given = initial === null ? {} : { defaultValue: textOf(initial) };
      return emptyAsNull(
        await clack.text({ ...common, message, validate, placeholder: printableLine(shown), ...given }),
      );
    }
  }
}

function emptyAsNull(answer: string | symbol | undefined): string | symbol | null {
  return answer === undefined || answer === "" ? null : answer;
}

const textOf = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));
