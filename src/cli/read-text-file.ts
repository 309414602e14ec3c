import { readFile, stat } from "node:fs/promises";
import { TackleboxError, errorText } from "../errors.ts";

/** Reads a file the user named. Throws `FILE_UNREADABLE` with what is wrong and what to do. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unreadable(path, error, "a file that can be read");
  }
}

/** Refuses a path that is no folder, with `FILE_UNREADABLE`. */
export async function requireFolder(path: string, what: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error, what);
  }
  if (!isFolder) {
    throw new TackleboxError(
      "FILE_UNREADABLE",
      `${path}: a file was found, expected ${what}; name a folder.`,
    );
  }
}

/** The error for a path that cannot be read. */
export function unreadable(path: string, error: unknown, expected: string): TackleboxError {
  const [found, advice] = explain(error);
  return new TackleboxError("FILE_UNREADABLE", `${path}: ${found}, expected ${expected}; ${advice}.`, {
    cause: error,
  });
}

function explain(error: unknown): [found: string, advice: string] {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return ["nothing was found there", "check the path"];
    case "ENOTDIR":
      return ["a part of the path is a file", "check the path"];
    case "EACCES":
    case "EPERM":
      return ["it may not be read by this user", "change its permissions"];
    case "EISDIR":
      return ["a folder was found", "name a file in it"];
    case "ELOOP":
      return ["its links go in a circle", "mend the links"];
    default:
      return [`it cannot be read (${errorText(error)})`, "check the path and its permissions"];
  }
}
