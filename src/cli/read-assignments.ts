import { TackleboxError, errorText } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { didYouMean } from "../schema/closest-name.ts";
import { readTextFile } from "./read-text-file.ts";

/** What may be assigned to. */
export interface Assignable {
  /** Whose they are, e.g. `the script`. */
  owner: string;
  /** What one is called in messages, e.g. `hook input`. */
  kind: string;
  names: readonly string[];
}

/** Reads `name=value` and `name=@file.json`, each name once. Throws `USAGE`, `FILE_UNREADABLE`. */
export async function readAssignments(
  where: string,
  given: readonly string[],
  known: Assignable,
): Promise<JsonObject> {
  const values = new Map<string, JsonValue>();
  for (const text of given) {
    const split = text.indexOf("=");
    const name = text.slice(0, split);
    if (split < 1) {
      throw usage(where, `"${text}" was found`, "name=value or name=@file.json", "write it that way");
    }
    if (!known.names.includes(name)) {
      const names = known.names.length === 0 ? "none, for there are none" : known.names.join(", ");
      throw new TackleboxError(
        "USAGE",
        `${where}: ${known.owner} has no ${known.kind} "${name}", expected ${names}.${didYouMean(name, known.names)} Correct the name.`,
      );
    }
    if (values.has(name)) throw usage(where, `"${name}" is given twice`, "one value", "remove one of them");
    const value = text.slice(split + 1);
    values.set(name, value.startsWith("@") ? await readJsonFile(where, value.slice(1)) : value);
  }
  return Object.fromEntries(values);
}

async function readJsonFile(where: string, path: string): Promise<JsonValue> {
  const text = await readTextFile(path);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw usage(where, `the file ${path} is not JSON (${errorText(error)})`, "a JSON value", "mend the file");
  }
}

function usage(where: string, found: string, expected: string, advice: string): TackleboxError {
  return new TackleboxError("USAGE", `${where}: ${found}, expected ${expected}; ${advice}.`);
}
