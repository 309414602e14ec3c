import { TackleboxError, errorText } from "../errors.ts";

/** The error for a file that cannot be written. */
export function unwritable(path: string, error: unknown): TackleboxError {
  const [found, advice] = explain(error);
  return new TackleboxError(
    "FILE_UNWRITABLE",
    `${path}: ${found}, expected a file that can be written; ${advice}.`,
    { cause: error },
  );
}

function explain(error: unknown): [found: string, advice: string] {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EACCES":
    case "EPERM":
      return ["this user may not write there", "change the permissions of its folder"];
    case "EROFS":
      return ["its disk is read-only", "use a copy on a disk that can be written"];
    case "ENOSPC":
    case "EDQUOT":
      return ["its disk is full", "make room there"];
    default:
      return [`it cannot be written (${errorText(error)})`, "check its folder"];
  }
}
